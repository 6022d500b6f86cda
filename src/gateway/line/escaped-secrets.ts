/** Finds credentials of which JSON escapes ordinary letters (`\\u0073`). Costs nothing where no backslash is. */

export const stars = Buffer.from('*****')

const backslash = 0x5c
const slash = 0x2f
/** Of `\\u0073`. */
const escapeLength = 6

interface Cleaned {
  readonly bytes: Buffer
  /** How many bytes at the end may be the beginning of a credential that is escaped. */
  readonly mayGoOn: number
}

/** The same bytes, each credential in them replaced by stars however its letters are escaped. */
export function withoutEscaped(bytes: Buffer, needles: readonly Buffer[]): Cleaned {
  if (needles.length === 0 || !mayHoldEscape(bytes)) return { bytes, mayGoOn: 0 }
  const { letters, places } = unescapeLetters(bytes)
  const parts: Buffer[] = []
  let from = 0
  let at = 0
  for (;;) {
    const found = firstOf(letters, needles, at)
    if (found === undefined) break
    parts.push(bytes.subarray(from, places[found.at]), stars)
    at = found.at + found.length
    from = places[at] ?? bytes.length
  }
  const cut = partialEscapeAtEnd(bytes)
  const open = Math.max(0, ...needles.map((needle) => beginningAtEnd(letters, needle)))
  const begin = places[Math.max(at, letters.length - open)] ?? bytes.length - cut
  const clean = from === 0 ? bytes : Buffer.concat([...parts, bytes.subarray(from)])
  return { bytes: clean, mayGoOn: bytes.length - begin }
}

/** How every escape of a letter of ASCII begins. */
const escapeStart = Buffer.from('\\u00')

/** An escape of a letter of ASCII, or the beginning of one at the end. On the path of every event, so it makes nothing. */
function mayHoldEscape(bytes: Buffer): boolean {
  const last = bytes.lastIndexOf(backslash)
  if (last < 0) return false
  return last > bytes.length - escapeLength || bytes.indexOf(escapeStart) >= 0
}

function partialEscapeAtEnd(bytes: Buffer): number {
  const end = bytes.toString('latin1', Math.max(0, bytes.length - escapeLength + 1))
  return /\\(?:u(?:0(?:0[2-7]?)?)?)?$/.exec(end)?.[0].length ?? 0
}

interface Unescaped {
  readonly letters: Buffer
  /** By letter: where it began; one more for the end, without an escape that is not whole. */
  readonly places: readonly number[]
}

function unescapeLetters(bytes: Buffer): Unescaped {
  const end = bytes.length - partialEscapeAtEnd(bytes)
  const letters = Buffer.alloc(end)
  const places: number[] = []
  let at = 0
  while (at < end) {
    const letter = bytes[at] === backslash ? escapedLetter(bytes, at) : undefined
    letters[places.length] = letter ?? bytes[at] ?? 0
    places.push(at)
    at += letter === undefined ? 1 : letter === slash && bytes[at + 1] === slash ? 2 : escapeLength
  }
  const count = places.length
  places.push(end)
  return { letters: letters.subarray(0, count), places }
}

function escapedLetter(bytes: Buffer, at: number): number | undefined {
  if (bytes[at + 1] === slash) return slash
  const code = /^\\u00([2-7][\da-f])$/i.exec(bytes.toString('latin1', at, at + escapeLength))?.[1]
  return code === undefined ? undefined : Number.parseInt(code, 16)
}

function firstOf(letters: Buffer, needles: readonly Buffer[], from: number) {
  let first: { readonly at: number; readonly length: number } | undefined
  for (const needle of needles) {
    const at = letters.indexOf(needle, from)
    if (at >= 0 && (first === undefined || at < first.at)) first = { at, length: needle.length }
  }
  return first
}

/** How many bytes at the end are the beginning of the needle, and not all of it. */
export function beginningAtEnd(bytes: Buffer, needle: Buffer): number {
  const first = needle[0] ?? 0
  const start = Math.max(0, bytes.length - needle.length + 1)
  for (let at = bytes.indexOf(first, start); at >= 0; at = bytes.indexOf(first, at + 1))
    if (bytes.compare(needle, 0, bytes.length - at, at) === 0) return bytes.length - at
  return 0
}
