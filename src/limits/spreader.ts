/** Decides in one instance which counters are spread, and remembers what it has seen of their slices. */
import { BoundedMap } from './bounded-map.ts'
import type { Counter, CounterStore, Take, TakeResult } from './counter.ts'
import { counterIdOf } from './limit.ts'
import { isSlice, rootKey, sliceKey } from './slice-key.ts'
import { readRootAndSlices, recall, type SpreadOptions, takeAsSeen, takeFromSlice } from './spread.ts'

export interface Spreader {
  /** The counter that a request takes from: the limit's own, or a slice of it. */
  choose(key: string, nowMs: number): string
  /** Like the store's take, for either. Never throws. */
  take(take: Take, nowMs: number): Promise<TakeResult>
}

interface SpreaderPorts {
  readonly counters: CounterStore
  readonly options: SpreadOptions
  readonly random: () => number
}

/** Long enough for a rate, short enough for a burst. */
const measuredMs = 1_000
/** That nothing is left for so large an ask is remembered this long. */
const refusedMs = 1_000
/** After this a hot counter is measured again. */
const hotMs = 5 * 60_000
const mostRemembered = 5_000

export function createSpreader({ counters, options, random }: SpreaderPorts): Spreader {
  const heat = createHeat(options)
  const seenSlices = new BoundedMap<Counter>(mostRemembered)
  const refusals = createRefusals()
  const inTurn = createTurns()

  const takeFilled = async (take: Take, nowMs: number): Promise<TakeResult> => {
    const refused = refusals.find(take, nowMs)
    if (refused) return refused
    const result = await takeFromSlice(take, { counters, slices: options.slices, seen: seenSlices.get(take.key) })
    if (result.type === 'taken') seenSlices.set(take.key, result.counter)
    else seenSlices.delete(take.key)
    if (result.type === 'refused') refusals.add(take, result.counter, nowMs)
    return result
  }

  const takeSlice = async (take: Take, nowMs: number): Promise<TakeResult> => {
    const refused = refusals.find(take, nowMs)
    if (refused) return refused
    const quick = await takeAsSeen(take, seenSlices.get(take.key), counters)
    if (quick && quick.type !== 'unknown' && quick.counter) seenSlices.set(take.key, quick.counter)
    if (quick && quick.type !== 'refused') return quick
    return inTurn(rootKey(take.key), () => takeFilled(take, nowMs))
  }

  const takeRoot = async (take: Take, nowMs: number): Promise<TakeResult> => {
    const result = await counters.take(take)
    if (result.type === 'unknown' && result.isThrottled) heat.add(take.key, nowMs)
    if (result.type === 'unknown' || result.counter === undefined) return result
    heat.measure(result.counter, nowMs)
    if (result.type === 'taken' || result.counter.grants.size === 0) return result
    await recall(result.counter, counters)
    const again = await counters.take(take)
    return again.type === 'refused' ? { type: 'refused', counter: await readRootAndSlices(take.key, counters) } : again
  }

  return {
    choose: (key, nowMs) => (heat.has(key, nowMs) ? sliceKey(key, Math.floor(random() * options.slices)) : key),
    take: (take, nowMs) =>
      (isSlice(take.key) ? takeSlice : takeRoot)(take, nowMs).catch((cause) => ({ type: 'unknown', cause })),
  }
}

/** Which counters are hot: spread by somebody already, turned away, or taken from too often. */
function createHeat(options: SpreadOptions) {
  const hotUntilMs = new BoundedMap<number>(mostRemembered)
  const samples = new BoundedMap<{ readonly takes: number; readonly atMs: number }>(mostRemembered)
  const add = (key: string, nowMs: number) => hotUntilMs.set(counterIdOf(key), nowMs + hotMs)
  return {
    add,
    has: (key: string, nowMs: number) => (hotUntilMs.get(counterIdOf(key)) ?? 0) > nowMs,
    measure({ key, takes, grants }: Counter, nowMs: number) {
      if (grants.size > 0 || options.abovePerSecond === 0) add(key, nowMs)
      const before = samples.get(key)
      if (before && nowMs - before.atMs < measuredMs) return
      samples.set(key, { takes, atMs: nowMs })
      if (before && ((takes - before.takes) * 1000) / (nowMs - before.atMs) > options.abovePerSecond) add(key, nowMs)
    },
  }
}

/** Spread counters that have nothing left for so large an ask. */
function createRefusals() {
  const known = new BoundedMap<{ readonly take: Take; readonly untilMs: number; readonly counter: Counter }>(
    mostRemembered,
  )
  return {
    find(take: Take, nowMs: number): TakeResult | undefined {
      const before = known.get(rootKey(take.key))
      if (before === undefined || before.untilMs <= nowMs || take.ask < before.take.ask) return undefined
      const isSameLimit = before.take.about.amount === take.about.amount && before.take.ceiling >= take.ceiling
      return isSameLimit ? { type: 'refused', counter: before.counter } : undefined
    },
    add(take: Take, counter: Counter | undefined, nowMs: number) {
      if (counter && counter.used + take.ask > take.ceiling)
        known.set(rootKey(take.key), { take, untilMs: nowMs + refusedMs, counter })
    },
  }
}

/** One request at a time fills slices of a counter, and those behind it find them filled. */
function createTurns() {
  const last = new Map<string, Promise<void>>()
  return <T>(key: string, work: () => Promise<T>): Promise<T> => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work)
    const done = mine.then(
      () => {},
      () => {},
    )
    last.set(key, done)
    void done.then(() => {
      if (last.get(key) === done) last.delete(key)
    })
    return mine
  }
}
