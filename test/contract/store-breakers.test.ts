/** One suite over every implementer of the breakers' store: the counters table, and the one that unit tests use. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Breakers } from '../../src/routing/breaker.ts'
import type { BreakerStore } from '../../src/routing/circuit.ts'
import { createBreakerStore } from '../../src/store/breaker.ts'
import { startTestEngine, type TestEngine } from '../support/engine.ts'
import { manualAmbient } from '../support/manual-ambient.ts'
import { memoryBreakers } from '../support/memory-breakers.ts'

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine?.stop())

const implementers: readonly [string, () => BreakerStore][] = [
  ['in memory', () => memoryBreakers()],
  [
    'in the counters table',
    () => createBreakerStore({ client: engine.client, table: engine.environment.countersTable }),
  ],
]

describe.each(implementers)('circuits %s', (name, open) => {
  const keyOf = (test: string) => `w/${name}/${test}/config.targets[0]`
  const count = { windowStartMs: 60_000, failures: 1, requests: 2, expiresAtMs: 86_400_000 }

  it('are absent until something was counted', async () => {
    expect(await open().read([keyOf('absent')])).toEqual(new Map())
  })

  it('count every one of 50 at once, in one window', async () => {
    const store = open()
    const key = keyOf('count')
    await Promise.all(Array.from({ length: 50 }, () => store.count(key, count)))
    expect((await store.read([key])).get(key)).toMatchObject({ windowStartMs: 60_000, failures: 50, requests: 100 })
  })

  it('begin again with a newer window, and nothing of the older one remains', async () => {
    const store = open()
    const key = keyOf('window')
    await store.count(key, count)
    expect(await store.count(key, { ...count, windowStartMs: 120_000 })).toMatchObject({
      windowStartMs: 120_000,
      failures: 1,
      requests: 2,
    })
  })

  it('open for one writer only, and forget what was counted', async () => {
    const store = open()
    const key = keyOf('open')
    await store.count(key, count)
    const outcomes = await Promise.all(Array.from({ length: 10 }, (_, at) => store.open(key, undefined, 1_000 + at)))
    expect(outcomes.filter((each) => each)).toHaveLength(1)
    const circuit = (await store.read([key])).get(key)
    expect(circuit?.failures).toBe(0)
    expect(await store.open(key, circuit?.openUntilMs, 5_000)).toBe(true)
    expect((await store.read([key])).get(key)?.openUntilMs).toBe(5_000)
  })

  it('give the trial to one at a time', async () => {
    const store = open()
    const key = keyOf('probe')
    await store.open(key, undefined, 1_000)
    const times = { nowMs: 2_000, probeUntilMs: 3_000 }
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => store.probe(key, 1_000, times)))
    expect(outcomes.filter((each) => each)).toHaveLength(1)
    expect(await store.probe(key, 1_000, { nowMs: 3_000, probeUntilMs: 4_000 })).toBe(true)
    expect(await store.probe(key, 999, { nowMs: 9_000, probeUntilMs: 9_999 })).toBe(false)
  })

  it('close for whoever saw them open as they are', async () => {
    const store = open()
    const key = keyOf('close')
    await store.open(key, undefined, 1_000)
    expect(await store.close(key, 999)).toBe(false)
    expect(await store.close(key, 1_000)).toBe(true)
    expect((await store.read([key])).get(key)?.openUntilMs).toBeUndefined()
    expect(await store.open(key, undefined, 9_000)).toBe(true)
  })

  it('are read in any number', async () => {
    const store = open()
    const keys = Array.from({ length: 130 }, (_, at) => keyOf(`many-${at}`))
    await Promise.all([keys[0], keys[129]].map((key) => store.count(key ?? '', count)))
    expect([...(await store.read(keys)).keys()].sort()).toEqual([keys[0], keys[129]].sort())
  })

  it('are one breaker for two instances', async () => {
    const ambient = manualAmbient()
    const key = keyOf('shared')
    const store = open()
    const [one, two] = [new Breakers(store, ambient), new Breakers(store, ambient)]
    const setting = { failureThreshold: 4, minimumRequests: 5, cooldownMs: 30_000 }
    for (const each of [one, two, one, two]) await each.record(key, setting, true)
    ambient.advance(2_000)
    await one.look([key])
    expect([one.isBlocked(key), two.isBlocked(key)]).toEqual([true, true])
    ambient.advance(30_000)
    for (const each of [one, two]) await each.look([key])
    expect((await Promise.all([one.enter(key), two.enter(key)])).filter((each) => each)).toHaveLength(1)
  })
})
