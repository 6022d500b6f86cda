/** Prices of what is not counted in tokens: pictures by quality and size, spoken characters, seconds of audio, searches. */
import type { Units } from '../inference/index.ts'

/** In 10⁻²⁴ dollars each. */
export interface UnitRates {
  readonly audioMillisecond?: bigint
  readonly character?: bigint
  readonly search?: bigint
  readonly webSearch?: bigint
  readonly storageSearch?: bigint
  /** Quality → size; `default` stands for any other and for none given, `unset` for no size given where that costs less. */
  readonly images?: Readonly<Record<string, Readonly<Record<string, bigint>>>>
}

/** Is it more than what tools cost beside a model? */
export function isWholePrice({ images, audioMillisecond, character, search }: UnitRates): boolean {
  return [images, audioMillisecond, character, search].some((each) => each !== undefined)
}

const millisecondsPerSecond = 1_000

/** What these units cost; a kind without a rate costs nothing here, because it is then priced in tokens or per call. */
export function costOfUnits(rates: UnitRates | undefined, units: Units | undefined): bigint {
  if (rates === undefined || units === undefined) return 0n
  const { images, characters, audioSeconds, searches, webSearches, storageSearches } = units
  const pictures = images === undefined ? 0n : count(images.count) * imageRate(rates.images, images)
  return (
    pictures +
    count(characters) * (rates.character ?? 0n) +
    count((audioSeconds ?? 0) * millisecondsPerSecond) * (rates.audioMillisecond ?? 0n) +
    count(searches) * (rates.search ?? 0n) +
    count(webSearches) * (rates.webSearch ?? 0n) +
    count(storageSearches) * (rates.storageSearch ?? 0n)
  )
}

/** A quality or size that is not listed costs what the dearest does: a limit must not be passed by a word. */
function imageRate(images: UnitRates['images'], { size, quality }: NonNullable<Units['images']>): bigint {
  if (images === undefined) return 0n
  const bySize = listed(images, quality) ?? images.default
  const sizes = bySize === undefined ? Object.values(images) : [bySize]
  const ofSize = (each: Readonly<Record<string, bigint>>) => (size === undefined ? each.unset : listed(each, size))
  return dearest(sizes.flatMap((each) => ofSize(each) ?? each.default ?? Object.values(each)))
}

/** The entry that a client's word names, which may be any word. */
function listed<T>(entries: Readonly<Record<string, T>>, word: string | undefined): T | undefined {
  return word !== undefined && word !== 'unset' && Object.hasOwn(entries, word) ? entries[word] : undefined
}

function dearest(rates: readonly bigint[]): bigint {
  return rates.reduce((most, rate) => (rate > most ? rate : most), 0n)
}

function count(amount: number | undefined): bigint {
  return amount !== undefined && Number.isFinite(amount) && amount > 0 ? BigInt(Math.ceil(amount)) : 0n
}
