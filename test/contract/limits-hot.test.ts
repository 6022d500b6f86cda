/** A hot limit: more takes a second than one item bears, exact all the same. */
import { describe, expect, it } from 'vitest'
import type { CounterAbout, CounterStore } from '../../src/limits/counter.ts'
import { isSlice } from '../../src/limits/slice-key.ts'
import { readRootAndSlices, spreadByDefault } from '../../src/limits/spread.ts'
import { createSpreader } from '../../src/limits/spreader.ts'
import { createCounterTwin } from '../simulate/counter-twin.ts'
import { createDice } from '../simulate/scheduler.ts'

const about = (amount: number): CounterAbout => ({
  owner: { kind: 'workspace', id: 'w', label: 'acme' },
  nature: 'usage',
  resource: 'tokens',
  amount,
  startMs: 0,
})

/** DynamoDB's bound: so many writes to one item in a second, more are turned away. */
function capped(counters: CounterStore, clock: { nowMs: number }, mostPerSecond: number) {
  const writes = new Map<string, number>()
  const stats = { throttled: 0, busiest: 0 }
  const count = (key: string) => {
    const slot = `${key}@${Math.floor(clock.nowMs / 1000)}`
    const now = (writes.get(slot) ?? 0) + 1
    writes.set(slot, now)
    stats.busiest = Math.max(stats.busiest, now)
    if (now > mostPerSecond) stats.throttled++
    return now > mostPerSecond
  }
  const guarded =
    <T extends { readonly key: string }, R>(move: (what: T) => Promise<R>) =>
    async (what: T) => {
      if (count(what.key)) throw new Error('throttled')
      return move(what)
    }
  const { slices } = counters
  const store: CounterStore = {
    ...counters,
    async take(take) {
      if (count(take.key)) return { type: 'unknown', cause: new Error('throttled'), isThrottled: true }
      return counters.take(take)
    },
    slices: {
      grant: guarded(slices.grant),
      accept: guarded(slices.accept),
      giveUp: guarded(slices.giveUp),
      takeOver: guarded(slices.takeOver),
    },
  }
  return { store, stats }
}

describe('a limit that meets 5,000 requests a second', () => {
  it('admits every one before its end, and none after, with no item above its bound', async () => {
    const seed = 11
    const dice = createDice(seed)
    const clock = { nowMs: 0 }
    const twin = createCounterTwin()
    const { store, stats } = capped(twin, clock, 1_000)
    const spreaders = Array.from({ length: 4 }, () =>
      createSpreader({ counters: store, options: spreadByDefault, random: dice }),
    )
    const amount = 22_000
    const outcomes = { taken: 0, refused: 0, unknown: 0 }
    let refusedBefore = 0
    const second = async (requests: number) => {
      for (let done = 0; done < requests; done += 50) {
        const batch = Array.from({ length: 50 }, async () => {
          const spreader = dice.pick(spreaders)
          const key = spreader.choose('workspace/w/all', clock.nowMs)
          const result = await spreader.take(
            { key, ask: 1, ceiling: amount, minute: 5, about: about(amount) },
            clock.nowMs,
          )
          outcomes[result.type]++
          if (result.type === 'refused' && outcomes.taken < amount) refusedBefore++
        })
        await Promise.all(batch)
        clock.nowMs += Math.floor((50 * 1000) / requests)
      }
    }
    await second(700)
    await second(700)
    for (let seconds = 0; seconds < 6; seconds++) await second(5_000)
    expect(outcomes.taken, `seed ${seed}`).toBe(amount)
    expect(stats).toMatchObject({ throttled: 0 })
    expect(stats.busiest).toBeLessThan(1_000)
    // Those that the last 50 at once overtook.
    expect(refusedBefore).toBeLessThanOrEqual(50)
    expect(await readRootAndSlices('workspace/w/all', twin)).toMatchObject({ used: amount })
  })
  it('is spread at once by an item that is turned away', async () => {
    const clock = { nowMs: 0 }
    const { store } = capped(createCounterTwin(), clock, 1)
    const spreader = createSpreader({ counters: store, options: spreadByDefault, random: () => 0 })
    const take = () => spreader.take({ key: 'w/all', ask: 1, ceiling: 9, minute: 5, about: about(9) }, 0)
    expect((await take()).type).toBe('taken')
    expect((await take()).type).toBe('unknown')
    expect(isSlice(spreader.choose('w/all', 0))).toBe(true)
  })
})

describe('a spread limit', () => {
  it('starts its next window in slices, and comes back to one item when it cools', () => {
    const spreader = createSpreader({
      counters: createCounterTwin(),
      options: { abovePerSecond: 0, slices: 1 },
      random: () => 0,
    })
    return spreader.take({ key: 'w/minute/60', ask: 1, ceiling: 9, minute: 5, about: about(9) }, 0).then(async () => {
      const next = spreader.choose('w/minute/120', 1_000)
      expect(next).toBe('w/minute/120~0')
      expect(await spreader.take({ key: next, ask: 10, ceiling: 9, minute: 5, about: about(9) }, 1_000)).toEqual({
        type: 'refused',
        counter: undefined,
      })
      expect((await spreader.take({ key: next, ask: 9, ceiling: 9, minute: 5, about: about(9) }, 1_000)).type).toBe(
        'taken',
      )
      expect((await spreader.take({ key: next, ask: 1, ceiling: 9, minute: 5, about: about(9) }, 1_000)).type).toBe(
        'refused',
      )
      expect(spreader.choose('w/minute/600', 600_000)).toBe('w/minute/600')
    })
  })
  it('checks a lowered amount before anything more is taken', async () => {
    const counters = createCounterTwin()
    const spreader = createSpreader({ counters, options: { abovePerSecond: 0, slices: 4 }, random: () => 0 })
    const take = (ask: number, amount: number) =>
      spreader.take({ key: spreader.choose('w/all', 0), ask, ceiling: amount, minute: 5, about: about(amount) }, 0)
    await take(10, 1_000)
    await take(10, 1_000)
    expect((await take(10, 25)).type).toBe('refused')
    expect((await take(5, 25)).type).toBe('taken')
    expect((await take(1, 25)).type).toBe('refused')
    expect((await take(1, 26)).type).toBe('taken')
  })
})
