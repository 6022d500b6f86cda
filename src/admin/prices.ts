/** Prices that administrators write: every number is one that can be charged, every name one that is read. */
import { GatewayError } from '../errors.ts'
import type { JsonObject } from './request.ts'

/** Leaves must be numbers, 0 or more, or null. Throws `invalid_request` naming the leaf. */
export function checkPriceNumbers(value: unknown, where: string): void {
  if (value === null || value === undefined) return
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return
  if (typeof value !== 'object' || Array.isArray(value))
    throw new GatewayError('invalid_request', `${where} must be a number, 0 or more`, { param: where })
  for (const [key, each] of Object.entries(value)) checkPriceNumbers(each, `${where}.${key}`)
}

/** A model's own `pricing_config`. */
export function checkPricingConfig(config: JsonObject, where: string): void {
  const { type, pay_as_you_go: prices } = config
  if (type !== undefined && type !== 'static')
    throw new GatewayError('invalid_request', `${where}.type must be 'static'`, { param: `${where}.type` })
  if (typeof prices !== 'object' || prices === null || Object.keys(prices).length === 0)
    throw new GatewayError(
      'invalid_request',
      `${where}.pay_as_you_go is missing; give prices in US cents per token, e.g. {"request_token":{"price":0.00025},"response_token":{"price":0.001}}`,
      { param: `${where}.pay_as_you_go` },
    )
  checkPriceNumbers(prices, `${where}.pay_as_you_go`)
}
