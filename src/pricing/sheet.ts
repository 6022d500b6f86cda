/** Rates from the places that state them: the price library's sheet, an administrator's own price, the multipliers on top. */

import { member, nonNegativeNumber } from './members.ts'
import { centsPerToken, centsPerUnit, dollarsPer, multiply, type Rate, type RateKind, type Rates } from './rates.ts'
import { isWholePrice, type UnitRates } from './unit-rates.ts'
import { adjustUnits, unitsOfConfig, unitsOfList } from './unit-sheet.ts'

/** A price as the library writes it: dollars, flat or tiered. */
export type ListedPrice = number | { readonly base: number; readonly tiers: readonly ListedTier[] } | undefined

interface ListedTier {
  readonly start: number
  readonly price: number
}

type ListedSheet = Readonly<Record<string, ListedPrice>>

/** What each of our kinds is called there, and per how many tokens (or calls). */
const listNames: readonly (readonly [RateKind, string, number])[] = [
  ['input', 'input_mtok', 1_000_000],
  ['inputAudio', 'input_audio_mtok', 1_000_000],
  ['inputImage', 'input_image_mtok', 1_000_000],
  ['cacheRead', 'cache_read_mtok', 1_000_000],
  ['cacheWrite5m', 'cache_write_mtok', 1_000_000],
  ['cacheWrite1h', 'cache_write_1h_mtok', 1_000_000],
  ['output', 'output_mtok', 1_000_000],
  ['outputReasoning', 'output_reasoning_mtok', 1_000_000],
  ['outputAudio', 'output_audio_mtok', 1_000_000],
  ['outputImage', 'output_image_mtok', 1_000_000],
  ['request', 'requests_kcount', 1_000],
]

const free: Rate = { base: 0n, tiers: [] }

export const freeRates: Rates = { input: free, output: free }

/** undefined = the sheet has no price that a request could be charged by. */
export function ratesOfList(sheet: ListedSheet): Rates | undefined {
  const found = new Map<RateKind, Rate>()
  for (const [kind, name, per] of listNames) {
    const price = sheet[name]
    if (price !== undefined) found.set(kind, listedRate(price, per))
  }
  return complete(found, unitsOfList(sheet))
}

function listedRate(price: Exclude<ListedPrice, undefined>, per: number): Rate {
  if (typeof price === 'number') return { base: dollarsPer(per, price), tiers: [] }
  const tiers = [...price.tiers].sort((left, right) => left.start - right.start)
  return {
    base: dollarsPer(per, price.base),
    tiers: tiers.map((tier) => ({ above: tier.start, rate: dollarsPer(per, tier.price) })),
  }
}

/** Keys of `pay_as_you_go` and of `pricing_adjustments.multiplier`. */
const adminNames: readonly (readonly [RateKind, string])[] = [
  ['input', 'request_token'],
  ['inputAudio', 'request_audio_token'],
  ['inputImage', 'request_image_token'],
  ['cacheRead', 'cache_read_input_token'],
  ['cacheWrite5m', 'cache_write_input_token'],
  ['cacheWrite1h', 'cache_write_input_token'],
  ['output', 'response_token'],
  ['outputReasoning', 'reasoning_token'],
  ['outputAudio', 'response_audio_token'],
  ['outputImage', 'response_image_token'],
]

/** `{type:'static', pay_as_you_go:{request_token:{price}, …}}`, cents per token or unit; undefined = it prices nothing. */
export function ratesOfConfig(config: Readonly<Record<string, unknown>> | null | undefined): Rates | undefined {
  const prices = member(config, 'pay_as_you_go')
  const found = new Map<RateKind, Rate>()
  for (const [kind, name] of adminNames) {
    if (kind === 'cacheWrite1h') continue
    const cents = nonNegativeNumber(member(member(prices, name), 'price'))
    if (cents !== undefined) found.set(kind, centsPerToken(cents))
  }
  const thinking = nonNegativeNumber(member(member(member(prices, 'additional_units'), 'thinking_token'), 'price'))
  if (thinking !== undefined && !found.has('outputReasoning')) found.set('outputReasoning', centsPerToken(thinking))
  return complete(found, unitsOfConfig(prices))
}

/**
 * One-hour cache writes cost twice the base input where writes have a price but this one is not listed
 * (platform.claude.com/docs/en/build-with-claude/prompt-caching#pricing).
 */
function complete(found: ReadonlyMap<RateKind, Rate>, units: UnitRates | undefined): Rates | undefined {
  const { input, output, request } = Object.fromEntries(found) as Partial<Rates>
  const isWhole = units !== undefined && isWholePrice(units)
  if (input === undefined && output === undefined && request === undefined && !isWhole) return undefined
  const rates: Rates = {
    ...Object.fromEntries(found),
    input: input ?? free,
    output: output ?? free,
    ...(units === undefined ? {} : { units }),
  }
  if (rates.cacheWrite5m === undefined || rates.cacheWrite1h !== undefined) return rates
  return { ...rates, cacheWrite1h: multiply(rates.input, 2) }
}

/** What tools cost, which a configuration may state beside the list's price of the model. `searchCents` is the provider's own, where neither says. */
export function withToolPrices(
  rates: Rates,
  config: Readonly<Record<string, unknown>> | null | undefined,
  searchCents: number | undefined,
): Rates {
  const { webSearch, storageSearch } = unitsOfConfig(member(config, 'pay_as_you_go')) ?? {}
  const units = {
    ...(searchCents === undefined ? {} : { webSearch: centsPerUnit(searchCents) }),
    ...rates.units,
    ...(webSearch === undefined ? {} : { webSearch }),
    ...(storageSearch === undefined ? {} : { storageSearch }),
  }
  return Object.keys(units).length === 0 ? rates : { ...rates, units }
}

/** A kind's own multiplier, else `default`; null and absent inherit. */
export function adjustRates(rates: Rates, adjustments: Readonly<Record<string, unknown>> | undefined): Rates {
  const multiplier = member(adjustments, 'multiplier')
  if (multiplier === undefined || multiplier === null) return rates
  const general = nonNegativeNumber(member(multiplier, 'default')) ?? 1
  const adjusted = adminNames.flatMap(([kind, name]) => {
    const own = nonNegativeNumber(member(multiplier, name))
    const listed = rates[kind]
    if (listed !== undefined) return [[kind, multiply(listed, own ?? general)] as const]
    if (own === undefined) return []
    return [[kind, multiply(kind.startsWith('output') ? rates.output : rates.input, own)] as const]
  })
  const request = rates.request === undefined ? {} : { request: multiply(rates.request, general) }
  const units = rates.units === undefined ? {} : { units: adjustUnits(rates.units, multiplier, general) }
  return { ...(Object.fromEntries(adjusted) as unknown as Rates), ...request, ...units }
}
