/** The names nearest to a mistyped or unknown one, for messages that say what was probably meant. Imports nothing. */

/** The distance takes time in proportion to both lengths, and names come from clients. */
const longest = 200

/** At most `count` candidates, nearest first; a candidate that contains the name, or is contained, counts as near. */
export function nearestNames(name: string, candidates: readonly string[], count: number): readonly string[] {
  if (name.length > longest) return []
  const wanted = name.toLowerCase()
  const farthest = Math.max(2, Math.floor(wanted.length / 2))
  return [...new Set(candidates)]
    .filter((candidate) => candidate.length <= longest)
    .map((candidate) => ({ candidate, distance: distanceTo(wanted, candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= farthest)
    .sort((left, right) => left.distance - right.distance || left.candidate.localeCompare(right.candidate))
    .slice(0, count)
    .map(({ candidate }) => candidate)
}

/** The one that was most likely meant; undefined = nothing is close enough to be worth naming. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  return nearestNames(name, candidates, 1)[0]
}

function distanceTo(wanted: string, candidate: string): number {
  const distance = editDistance(wanted, candidate)
  const isPart = wanted !== '' && candidate !== '' && (candidate.includes(wanted) || wanted.includes(candidate))
  return isPart ? Math.min(distance, 1) : distance
}

/** Levenshtein distance, one row at a time. */
function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, column) => column)
  for (const [index, letter] of [...left].entries()) {
    const next = [index + 1]
    for (let column = 1; column <= right.length; column++) {
      const replaced = (row[column - 1] ?? 0) + (right[column - 1] === letter ? 0 : 1)
      next.push(Math.min(replaced, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
