/** Names and ids within the length and the alphabet that a model takes; a hash keeps different ones different. */
import { createHash } from 'node:crypto'
import type { NameRule } from '../../model-traits/index.ts'

/** Unlike any other text's, in hexadecimal digits. */
export function hashOf(text: string, digits: number): string {
  return createHash('sha256').update(text).digest('hex').slice(0, digits)
}

export function fits(text: string, { maxLength, character, first, isExact }: NameRule): boolean {
  if (text.length > maxLength || (isExact === true && text.length !== maxLength)) return false
  if (first?.test(text.charAt(0)) === false) return false
  return character === undefined || [...text].every((each) => character.test(each))
}

const hashDigits = 8
/** Of a text without a limit. */
const mostKept = 1_000

/** The text itself where it fits; else as much of it as fits, and a hash. The same text always gives the same. */
export function shorten(text: string, rule: NameRule): string {
  if (fits(text, rule)) return text
  const { maxLength, character, first, isExact } = rule
  if (isExact === true) return hashOf(text, maxLength)
  const plain = [...text].map((each) => (character?.test(each) === false ? '_' : each)).join('')
  const begun = first?.test(plain.charAt(0)) === false ? `_${plain}` : plain
  return `${begun.slice(0, Math.min(maxLength, mostKept) - hashDigits - 1)}_${hashOf(text, hashDigits)}`
}
