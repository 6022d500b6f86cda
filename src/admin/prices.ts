/** Prices that administrators write: every number is one that can be charged, every name one that is read. A lost price would make tokens free. */
import { GatewayError } from '../errors.ts'
import { nearestName } from '../nearest.ts'
import type { JsonObject } from './request.ts'

const tokenNames = [
  'request_token',
  'response_token',
  'request_audio_token',
  'request_image_token',
  'cache_read_input_token',
  'cache_write_input_token',
  'reasoning_token',
  'response_audio_token',
  'response_image_token',
]
/** Prices of the field that are not of tokens; kept, with their numbers checked. */
const otherNames = ['additional_units', 'image', 'video', 'audio']

/** A model's own `pricing_config`. Throws `invalid_request` naming what would not be charged. */
export function checkPricingConfig(config: JsonObject, where: string): void {
  const { type, pay_as_you_go: prices } = config
  if (type !== undefined && type !== null && type !== 'static') throw invalid(`${where}.type`, "must be 'static'")
  const at = `${where}.pay_as_you_go`
  if (!isObject(prices) || Object.keys(prices).length === 0)
    throw invalid(
      at,
      'is missing; give prices in US cents per token, e.g. {"request_token":{"price":0.00025},"response_token":{"price":0.001}}',
    )
  for (const [name, entry] of Object.entries(prices)) {
    checkName(name, at, [...tokenNames, ...otherNames])
    if (!tokenNames.includes(name) || entry === null) checkNumbers(entry, `${at}.${name}`)
    else if (!isObject(entry) || typeof entry.price !== 'number')
      throw invalid(`${at}.${name}`, 'must be an object with a price in US cents per token, e.g. {"price":0.00025}')
    else checkNumbers(entry.price, `${at}.${name}.price`)
  }
}

/** An integration's `pricing_adjustments`: 1 leaves a price as it is, 0.8 takes 20 % off. */
export function checkPricingAdjustments(adjustments: JsonObject, where: string): void {
  for (const name of Object.keys(adjustments)) checkName(name, where, ['multiplier'])
  const { multiplier } = adjustments
  if (multiplier === undefined || multiplier === null) return
  if (!isObject(multiplier)) throw invalid(`${where}.multiplier`, 'must be an object of numbers')
  for (const name of Object.keys(multiplier))
    checkName(name, `${where}.multiplier`, ['default', ...tokenNames, ...otherNames])
  checkNumbers(multiplier, `${where}.multiplier`)
}

function checkName(name: string, where: string, known: readonly string[]): void {
  if (known.includes(name)) return
  const nearest = nearestName(name.slice(0, 60), known)
  const hint = nearest === undefined ? `known are ${known.join(', ')}` : `did you mean '${nearest}'?`
  throw invalid(where, `has the unknown field '${name.slice(0, 60)}'; ${hint}`)
}

/** Leaves must be numbers, 0 or more, or null. */
function checkNumbers(value: unknown, where: string): void {
  if (value === null || value === undefined) return
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return
  if (!isObject(value)) throw invalid(where, 'must be a number, 0 or more')
  for (const [key, each] of Object.entries(value)) checkNumbers(each, `${where}.${key}`)
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function invalid(where: string, problem: string): GatewayError {
  return new GatewayError('invalid_request', `${where} ${problem}`, { param: where })
}
