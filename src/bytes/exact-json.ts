/** JSON whose numbers keep their digits: ids of databases and messengers go beyond what a double can hold. */

/** ECMAScript's JSON.parse source text access, which the types do not know yet. */
interface SourceText {
  readonly source?: string
}
type Reviver = (key: string, value: unknown, context?: SourceText) => unknown
const exact = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown
  rawJSON(text: string): object
  isRawJSON(value: unknown): boolean
}

/** As many digits as no double is sure to hold. */
const longNumber = /\d{16}/

/**
 * As JSON.parse, but a number that would lose digits becomes an opaque value that JSON.stringify writes as it stood.
 * `JSON.stringify(parseExact('{"id":2512292042121000001}'))` gives the same text.
 */
export function parseExact(text: string): unknown {
  if (!longNumber.test(text)) return JSON.parse(text)
  return exact.parse(text, (_, value, context) =>
    typeof value === 'number' && losesDigits(value, context?.source) ? exact.rawJSON(context?.source ?? '') : value,
  )
}

export function isExactNumber(value: unknown): boolean {
  return typeof value === 'object' && value !== null && exact.isRawJSON(value)
}

/** What a double makes of it. */
export function roundedNumber(value: unknown): unknown {
  return isExactNumber(value) ? Number(JSON.stringify(value)) : value
}

function losesDigits(value: number, source: string | undefined): boolean {
  if (source === undefined || !longNumber.test(source) || !Number.isFinite(value)) return false
  return /^-?\d+$/.test(source) ? !Number.isSafeInteger(value) : String(value) !== source
}
