/** How a credential may be written by a provider that repeats it: in JSON, in an address, in base64. */

/** What JSON writers escape beyond what they must: PHP, Go, Gson, .NET. */
const escapesOfWriters: readonly (readonly [RegExp, (letter: string) => string])[] = [
  [/\//g, () => '\\/'],
  [/[&<>]/g, (letter) => `\\u00${hexOf(letter)}`],
  [/[&<=>']/g, (letter) => `\\u00${hexOf(letter)}`],
  [/[&+<>']/g, (letter) => `\\u00${hexOf(letter).toUpperCase()}`],
]

function hexOf(letter: string): string {
  return letter.charCodeAt(0).toString(16)
}

interface SecretNeedles {
  readonly secrets: readonly string[]
  readonly needles: readonly Buffer[]
  /** By byte: can a credential go on after it? */
  readonly isInside: Uint8Array
}

/** The last lists of secrets that were looked for: targets are few and their credentials stay. Bounded, for a client may bring its own. */
const recentNeedles: SecretNeedles[] = []
const mostRecentNeedles = 16

export function needlesOf(secrets: readonly string[]): SecretNeedles {
  const known = recentNeedles.find((one) => isSameList(one.secrets, secrets))
  if (known !== undefined) return known
  const needles = spellingsOf(secrets).map((each) => Buffer.from(each))
  const isInside = new Uint8Array(256)
  for (const needle of needles) for (const byte of needle.subarray(0, -1)) isInside[byte] = 1
  const made = { secrets, needles, isInside }
  recentNeedles.unshift(made)
  recentNeedles.splice(mostRecentNeedles)
  return made
}

function isSameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((each, at) => each === right[at])
}

/** As it is, inside JSON of several writers, inside an address and in base64; the longest first, for one may begin with another. */
function spellingsOf(secrets: readonly string[]): readonly string[] {
  const all = secrets.flatMap((secret) => {
    const inJson = JSON.stringify(secret).slice(1, -1)
    const inOtherJson = escapesOfWriters.map(([letters, spell]) => inJson.replace(letters, spell))
    return [secret, inJson, ...inOtherJson, encodeURIComponent(secret.toWellFormed()), ...inBase64(secret)]
  })
  return [...new Set(all)].sort((left, right) => right.length - left.length)
}

/** Shorter pieces of base64 could be ordinary words. */
const shortestPiece = 8

/** The characters that the credential alone decides, wherever in a longer text it begins: at each of three alignments, in both alphabets. */
function inBase64(secret: string): readonly string[] {
  const bytes = Buffer.from(secret)
  return [0, 1, 2].flatMap((offset) => {
    const before = Math.ceil((offset * 8) / 6)
    const whole = Math.floor(((offset + bytes.length) * 8) / 6)
    const padded = Buffer.concat([Buffer.alloc(offset), bytes])
    const pieces = (['base64', 'base64url'] as const).map((name) => padded.toString(name).slice(before, whole))
    return pieces.filter((piece) => piece.length >= shortestPiece)
  })
}
