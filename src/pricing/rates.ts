/** Exact rates: what one token costs, as integers, with tiers; and what a usage costs at them. */
import { totalInput, type Units, type Usage } from '../inference/index.ts'
import { costOfUnits, type UnitRates } from './unit-rates.ts'

/** Everything that may have a price of its own. */
export type RateKind =
  | 'input'
  | 'inputAudio'
  | 'inputImage'
  | 'cacheRead'
  | 'cacheWrite5m'
  | 'cacheWrite1h'
  | 'output'
  | 'outputReasoning'
  | 'outputAudio'
  | 'outputImage'
  | 'request'

/** In 10⁻²⁴ dollars per token, or per call for `request`. */
export interface Rate {
  readonly base: bigint
  /** Rising; the last one that more than `above` input tokens exceed holds for the whole call. */
  readonly tiers: readonly { readonly above: number; readonly rate: bigint }[]
}

/** Absent = as `input` or `output`. */
export type Rates = Partial<Record<RateKind, Rate>> & {
  readonly input: Rate
  readonly output: Rate
  readonly units?: UnitRates
}

/** 10⁻²⁴ dollars in a nano-dollar. */
const unitsPerNano = 10n ** 15n
const multiplierDigits = 6
const unitDigits = 24

/** A decimal as an integer of `digits` decimals; exact for the number's shortest writing, finer digits rounded up. */
function scale(value: number, digits: number): bigint {
  const [mantissa = '0', exponent = '0'] = value.toExponential().split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const shift = digits + Number(exponent) - fraction.length
  const number = BigInt(whole + fraction)
  return shift >= 0 ? number * 10n ** BigInt(shift) : divideUp(number, 10n ** BigInt(-shift))
}

/** From dollars per `per` tokens (a power of ten), as 10⁻²⁴ dollars per token. */
export function dollarsPer(per: number, dollars: number): bigint {
  return scale(dollars, unitDigits - Math.round(Math.log10(per)))
}

/** From cents per token. */
export function centsPerToken(cents: number): Rate {
  return { base: centsPerUnit(cents), tiers: [] }
}

/** As 10⁻²⁴ dollars. */
export function centsPerUnit(cents: number): bigint {
  return scale(cents, unitDigits - 2)
}

export function multiply({ base, tiers }: Rate, multiplier: number): Rate {
  const times = (value: bigint) => multiplyUnit(value, multiplier)
  return { base: times(base), tiers: tiers.map(({ above, rate }) => ({ above, rate: times(rate) })) }
}

export function multiplyUnit(value: bigint, multiplier: number): bigint {
  return divideUp(value * scale(multiplier, multiplierDigits), 10n ** BigInt(multiplierDigits))
}

/** Summed exactly, rounded up once. */
export function costNanos(rates: Rates, usage: Usage): number {
  const size = totalInput(usage) ?? 0
  const at = (kind: RateKind, fallback: Rate) => rateAt(rates[kind] ?? fallback, size)
  const { input, output } = rates
  const inputText = count(usage.inputUncached) - count(usage.inputAudio) - count(usage.inputImage)
  const outputText =
    count(usage.output) - count(usage.outputReasoning) - count(usage.outputAudio) - count(usage.outputImage)
  const units =
    positive(inputText) * at('input', input) +
    count(usage.inputAudio) * at('inputAudio', input) +
    count(usage.inputImage) * at('inputImage', input) +
    count(usage.inputCacheRead) * at('cacheRead', input) +
    count(usage.inputCacheWrite5m) * at('cacheWrite5m', input) +
    count(usage.inputCacheWrite1h) * at('cacheWrite1h', input) +
    positive(outputText) * at('output', output) +
    count(usage.outputReasoning) * at('outputReasoning', output) +
    count(usage.outputAudio) * at('outputAudio', output) +
    count(usage.outputImage) * at('outputImage', output) +
    costOfUnits(rates.units, usage) +
    (rates.request?.base ?? 0n)
  return toNanos(units)
}

const inputKinds = ['input', 'inputAudio', 'inputImage', 'cacheRead', 'cacheWrite5m', 'cacheWrite1h'] as const
const outputKinds = ['output', 'outputReasoning', 'outputAudio', 'outputImage'] as const

/** No usage of at most this many tokens costs more: the dearest kind at the dearest tier that so much input can reach. */
export function maxCostNanos(
  rates: Rates,
  tokens: { readonly input: number; readonly output: number; readonly units?: Units },
): number {
  const dearest = (kinds: readonly RateKind[]) =>
    kinds
      .flatMap((kind) => {
        const rate = rates[kind]
        if (rate === undefined) return []
        return [rate.base, ...rate.tiers.filter((tier) => tokens.input > tier.above).map((tier) => tier.rate)]
      })
      .reduce((most, rate) => (rate > most ? rate : most), 0n)
  const units =
    count(tokens.input) * dearest(inputKinds) +
    count(tokens.output) * dearest(outputKinds) +
    costOfUnits(rates.units, tokens.units) +
    (rates.request?.base ?? 0n)
  return toNanos(units)
}

/** True where all is free, where nothing is used, and where something of what is used has a price. */
export function coversUse(
  rates: Rates,
  used: { readonly input: number; readonly output: number; readonly units?: Units },
): boolean {
  const { images, ...counts } = used.units ?? {}
  const isUsed = [used.input, used.output, images?.count, ...Object.values(counts)].some((each) => (each ?? 0) > 0)
  return !isUsed || isFree(rates) || maxCostNanos(rates, used) > 0
}

function isFree({ units = {}, ...kinds }: Rates): boolean {
  const { images = {}, ...each } = units
  const amounts = [
    ...Object.values(kinds).flatMap(({ base, tiers }) => [base, ...tiers.map(({ rate }) => rate)]),
    ...Object.values(each),
    ...Object.values(images).flatMap((sizes) => Object.values(sizes)),
  ]
  return amounts.every((amount) => amount === 0n)
}

function rateAt(rate: Rate, inputTokens: number): bigint {
  return rate.tiers.findLast((tier) => inputTokens > tier.above)?.rate ?? rate.base
}

function toNanos(units: bigint): number {
  return Number(divideUp(units, unitsPerNano))
}

function divideUp(value: bigint, by: bigint): bigint {
  return (value + by - 1n) / by
}

function count(tokens: number | undefined): bigint {
  return tokens !== undefined && Number.isFinite(tokens) && tokens > 0 ? BigInt(Math.ceil(tokens)) : 0n
}

function positive(value: bigint): bigint {
  return value > 0n ? value : 0n
}
