/** What one call may use of each resource, and how much output a room buys. */
import type { Estimate } from './gate.ts'
import type { Limit } from './limit.ts'

/** Less output than this is not worth a call. */
const usefulOutputTokens = 16
/** The cap of a call for which neither client nor model names one. */
const assumedMaxOutputTokens = 16_384

/** The most one answer may have; always a number, because an unbounded call cannot be held. */
export function wantedOutput({
  maxOutputTokens,
  modelMaxOutputTokens,
}: Pick<Estimate, 'maxOutputTokens' | 'modelMaxOutputTokens'>): number {
  const caps = [maxOutputTokens, modelMaxOutputTokens].filter((cap) => cap !== undefined)
  return caps.length === 0 ? assumedMaxOutputTokens : Math.min(...caps)
}

/** The least output a call still makes sense with. */
export function leastOutput(estimate: Estimate): number {
  const wanted = wantedOutput(estimate)
  return estimate.isOutputFixed === true ? wanted : Math.min(usefulOutputTokens, wanted)
}

/** What to hold for a call with this cap; no amount would do for a model without a price. */
export function amountOf(limit: Limit, estimate: Estimate | undefined, outputCap: number): number {
  if (limit.resource === 'requests' || estimate === undefined) return 1
  const perAnswer = limit.enforcement === 'strict' ? outputCap : Math.min(outputCap, estimate.typicalOutputTokens)
  const output = perAnswer * estimate.answers
  const isWorst = limit.enforcement === 'strict' && limit.nature === 'usage'
  const { inputTokens, addedInputTokens = 0 } = estimate
  const input = isWorst ? inputTokens + addedInputTokens : (estimate.likelyInputTokens ?? inputTokens)
  if (limit.resource === 'tokens') return input + output
  return estimate.priceNanos({ input, output }) ?? Number.POSITIVE_INFINITY
}

/** Rates are not bought: a nearly full minute does not shorten answers. */
export function isClampable(limit: Limit): boolean {
  return limit.nature === 'usage' && limit.resource !== 'requests'
}

/** The largest cap up to `wanted` whose amount fits the room; undefined = not even none at all. */
export function outputBoughtBy(
  room: number,
  { limit, estimate, wanted }: { readonly limit: Limit; readonly estimate: Estimate; readonly wanted: number },
): number | undefined {
  const fits = (cap: number) => amountOf(limit, estimate, cap) <= room
  if (fits(wanted)) return wanted
  if (!fits(0)) return undefined
  let low = 0
  let high = wanted
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (fits(middle)) low = middle
    else high = middle
  }
  return low
}
