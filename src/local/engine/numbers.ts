/** DynamoDB's numbers: decimals of up to 38 significant digits, kept as text. Pure. */
import { invalid } from './errors.ts'

/** `digits × 10^exponent`; digits end with no zero, and 0 is `{ 0n, 0 }`. */
interface Decimal {
  readonly digits: bigint
  readonly exponent: number
}

const mostDigits = 38
const highestExponent = 125
const lowestExponent = -130

/** What most numbers here are: nothing about them needs more than a double. */
const plainInteger = /^(?:0|-?[1-9]\d{0,14})$/

/** The one way in which a number is written. Throws `ValidationException` for what is none, or out of range. */
export function normalizeNumber(text: string): string {
  return plainInteger.test(text) ? text : format(parse(text))
}

/** Negative, 0 or positive. Both are normalized. */
export function compareNumbers(left: string, right: string): number {
  if (plainInteger.test(left) && plainInteger.test(right)) return Number(left) - Number(right)
  const { digits } = sum(parse(left), negate(parse(right)))
  return digits < 0n ? -1 : digits > 0n ? 1 : 0
}

export function addNumbers(left: string, right: string): string {
  if (plainInteger.test(left) && plainInteger.test(right)) {
    const total = Number(left) + Number(right)
    if (Number.isSafeInteger(total)) return String(total)
  }
  return format(inRange(sum(parse(left), parse(right))))
}

export function subtractNumbers(left: string, right: string): string {
  return addNumbers(left, right.startsWith('-') ? right.slice(1) : right === '0' ? right : `-${right}`)
}

/** Bytes as the service counts them: one for two significant digits, one more, and one for a sign. */
export function numberSize(text: string): number {
  const digits = text.replace(/[-.]/g, '').replace(/^0+|0+$/g, '').length
  return Math.ceil(digits / 2) + 1 + (text.startsWith('-') ? 1 : 0)
}

function parse(text: string): Decimal {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?$/.exec(text.trim())
  const whole = match?.[2] ?? ''
  const fraction = match?.[3] ?? ''
  if (!match || whole + fraction === '')
    throw invalid(
      text === ''
        ? 'The parameter cannot be converted to a numeric value'
        : `The parameter cannot be converted to a numeric value: ${text}`,
    )
  const value = BigInt(whole + fraction) * (match[1] === '-' ? -1n : 1n)
  return inRange(strip({ digits: value, exponent: Number(match[4] ?? 0) - fraction.length }))
}

function strip({ digits, exponent }: Decimal): Decimal {
  if (digits === 0n) return { digits, exponent: 0 }
  const text = digits.toString()
  const kept = text.replace(/0+$/, '')
  return { digits: BigInt(kept), exponent: exponent + text.length - kept.length }
}

function inRange(decimal: Decimal): Decimal {
  if (decimal.digits === 0n) return decimal
  const length = absolute(decimal.digits).toString().length
  const magnitude = length - 1 + decimal.exponent
  if (magnitude > highestExponent)
    throw invalid('Number overflow. Attempting to store a number with magnitude larger than supported range')
  if (magnitude < lowestExponent)
    throw invalid('Number underflow. Attempting to store a number with magnitude smaller than supported range')
  if (length > mostDigits) throw invalid('Attempting to store more than 38 significant digits in a Number')
  return decimal
}

function sum(left: Decimal, right: Decimal): Decimal {
  const exponent = Math.min(left.exponent, right.exponent)
  const scaled = (one: Decimal) => one.digits * 10n ** BigInt(one.exponent - exponent)
  return strip({ digits: scaled(left) + scaled(right), exponent })
}

function negate({ digits, exponent }: Decimal): Decimal {
  return { digits: -digits, exponent }
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value
}

function format({ digits, exponent }: Decimal): string {
  const sign = digits < 0n ? '-' : ''
  const text = absolute(digits).toString()
  if (exponent >= 0) return sign + text + '0'.repeat(exponent)
  const padded = text.padStart(1 - exponent, '0')
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`
}
