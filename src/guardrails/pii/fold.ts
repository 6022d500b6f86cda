/** Folds what only looks different: digits of all scripts, full-width letters, odd spaces and dashes become plain; invisible characters go. */

export interface FoldedText {
  readonly text: string
  /** Index in the folded text → index in the original; one more entry than the text is long. */
  origin(at: number): number
}

const foldable =
  /[\u00a0\u2000-\u200a\u2010-\u2015\u202f\u205f\u2212\u3000\u3002\ufe58\ufe63\uff01-\uff5e\uff61\u{1d400}-\u{1d7ff}]|\p{Default_Ignorable_Code_Point}|(?![0-9])\p{Nd}/u

const invisible = /^\p{Default_Ignorable_Code_Point}$/u

const isDigit = /^\p{Nd}$/u

/** Each script's digits stand in a row from 0 to 9, so counting back to the first gives the value. */
function digitValue(codePoint: number): string {
  let value = 0
  while (value < 9 && isDigit.test(String.fromCodePoint(codePoint - value - 1))) value += 1
  return String(value)
}

const replacements = new Map<string, string>()

function foldCharacter(character: string): string {
  if (character <= '\u007f') return character
  const known = replacements.get(character)
  if (known !== undefined) return known
  const folded = makePlain(character, character.codePointAt(0) ?? 0)
  if (replacements.size < 4096) replacements.set(character, folded)
  return folded
}

function makePlain(character: string, codePoint: number): string {
  if (invisible.test(character)) return ''
  if (/[\uff01-\uff5e\u{1d400}-\u{1d7ff}]/u.test(character)) return character.normalize('NFKC')
  if (isDigit.test(character)) return digitValue(codePoint)
  if (/[\u00a0\u2000-\u200a\u202f\u205f\u3000]/.test(character)) return ' '
  if (/[\u2010-\u2015\u2212\ufe58\ufe63]/.test(character)) return '-'
  return /[\u3002\uff61]/.test(character) ? '.' : character
}

/** The text itself when there is nothing to fold. */
export function foldText(original: string): FoldedText {
  if (!foldable.test(original)) return { text: original, origin: (at) => at }
  const origins = new Uint32Array(original.length + 1)
  const parts: string[] = []
  let length = 0
  let at = 0
  for (const character of original) {
    const folded = foldCharacter(character)
    for (let unit = 0; unit < folded.length; unit++) origins[length + unit] = at + (folded === character ? unit : 0)
    length += folded.length
    if (folded !== '') parts.push(folded)
    at += character.length
  }
  origins[length] = at
  return { text: parts.join(''), origin: (index) => origins[index] ?? at }
}
