/** One suite for every implementer of the counters' port: the stored ones and the simulator's twin. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Counter, CounterAbout, CounterStore, Settlement, Take } from '../../src/limits/counter.ts'
import { createTables } from '../../src/local/create-tables.ts'
import { type Engine, startEngine } from '../../src/local/engine.ts'
import { createClients } from '../../src/store/clients.ts'
import { createLedgerProgress } from '../../src/store/counter-progress.ts'
import { createCounters } from '../../src/store/counters.ts'
import { createCounterTwin, createProgressTwin } from '../simulate/counter-twin.ts'
import { overridesOf } from '../support/engine.ts'

const tables = { catalogTable: 'catalog', countersTable: 'counters', logsTable: 'logs' }
let engine: Engine
let clients: ReturnType<typeof createClients>
let ids = 0
const ambient = { newId: () => `id-${ids++}`, now: () => ids++ * 10_000 }

beforeAll(async () => {
  engine = await startEngine({ variables: process.env })
  clients = createClients(overridesOf(engine))
  await createTables(clients.dynamo, tables)
})
afterAll(async () => {
  clients.destroy()
  await engine.stop()
})

const about: CounterAbout = {
  owner: { kind: 'workspace', id: 'w', label: 'acme' },
  nature: 'usage',
  resource: 'cost',
  amount: 100,
  startMs: 0,
  endMs: 3_600_000,
}
const seq = (number: number) => String(number).padStart(40, '0')

const implementers = {
  stored: () =>
    createCounters({ client: clients.dynamo, onceClient: clients.dynamoOnce, table: tables.countersTable, ambient }),
  twin: createCounterTwin,
} satisfies Record<string, () => CounterStore>

describe.each(Object.entries(implementers))('counters, %s', (name, create) => {
  let store: CounterStore
  beforeAll(() => {
    store = create()
  })
  let cases = 0
  const newKey = () => `${name}/case-${cases++}/0`
  const take = (key: string, ask: number, more: Partial<Take> = {}) =>
    store.take({ key, ask, ceiling: 100, minute: 7, about, expiresAtMs: 7_200_000, ...more })
  const settlement = (key: string, more: Partial<Settlement> = {}): Settlement => ({
    key,
    shard: 's',
    first: seq(1),
    last: seq(1),
    spent: 4,
    buckets: new Map([[7, 10]]),
    minute: 7,
    ...more,
  })
  const summary = (counter: Counter | undefined) =>
    counter && { used: counter.used, spent: counter.spent, held: Object.fromEntries(counter.buckets) }

  it('creates the counter with the first take and says how it stands', async () => {
    const result = await take(newKey(), 10)
    expect(result.type).toBe('taken')
    if (result.type !== 'taken') return
    expect(summary(result.counter)).toEqual({ used: 10, spent: 0, held: { 7: 10 } })
    expect(result.counter.about).toEqual(about)
  })
  it('takes exactly up to the ceiling and refuses one more, showing what stands there', async () => {
    const key = newKey()
    await take(key, 90)
    expect((await take(key, 10)).type).toBe('taken')
    const refused = await take(key, 1)
    expect(refused.type).toBe('refused')
    if (refused.type === 'refused') expect(summary(refused.counter)).toEqual({ used: 100, spent: 0, held: { 7: 100 } })
  })
  it('refuses what is larger than the limit even when nothing is used', async () => {
    expect(await take(newKey(), 101)).toEqual({ type: 'refused', counter: undefined })
    expect(await take(newKey(), 1, { ceiling: 0 })).toEqual({ type: 'refused', counter: undefined })
    expect(await take(newKey(), 1, { ceiling: -5 })).toEqual({ type: 'refused', counter: undefined })
  })
  it('admits no more than fits when many come at once', async () => {
    const key = newKey()
    const results = await Promise.all(Array.from({ length: 30 }, () => take(key, 7)))
    expect(results.filter((result) => result.type === 'taken')).toHaveLength(14)
  })
  it('counts at once what has no bucket, and gives it back', async () => {
    const key = newKey()
    const { minute: _, ...final } = { key, ask: 3, ceiling: 100, minute: 0, about }
    await store.take(final)
    expect(summary(await store.read(key))).toEqual({ used: 3, spent: 3, held: {} })
    await store.giveBack({ key, amount: 1 })
    expect(summary(await store.read(key))).toEqual({ used: 2, spent: 2, held: {} })
    await store.giveBack({ key, amount: 3 })
    expect(summary(await store.read(key))).toEqual({ used: 2, spent: 2, held: {} })
  })
  it('gives back a hold, never more than its bucket bears', async () => {
    const key = newKey()
    await take(key, 10)
    await store.giveBack({ key, amount: 10, minute: 7 })
    expect(summary(await store.read(key))).toEqual({ used: 0, spent: 0, held: { 7: 0 } })
    await store.giveBack({ key, amount: 10, minute: 7 })
    await store.giveBack({ key, amount: 10, minute: 8 })
    expect(summary(await store.read(key))).toEqual({ used: 0, spent: 0, held: { 7: 0 } })
  })
  it('settles a hold into what was spent, once per position', async () => {
    const key = newKey()
    await take(key, 10)
    expect((await store.settle(settlement(key))).type).toBe('applied')
    expect(summary(await store.read(key))).toEqual({ used: 4, spent: 4, held: { 7: 0 } })
    const again = await store.settle(settlement(key))
    expect(again.type).toBe('refused')
    expect(again.counter?.positions.get('s')).toEqual({ sequence: seq(1), minute: 7 })
    await take(key, 10)
    expect((await store.settle(settlement(key, { first: seq(1), last: seq(2) }))).type).toBe('refused')
    expect((await store.settle(settlement(key, { first: seq(2), last: seq(9) }))).type).toBe('applied')
    expect((await store.settle(settlement(key, { first: seq(10), buckets: new Map() }))).type).toBe('applied')
  })
  it('keeps a position per shard', async () => {
    const key = newKey()
    await take(key, 20)
    await store.settle(settlement(key, { first: seq(50), last: seq(60) }))
    expect((await store.settle(settlement(key, { shard: 'other' }))).type).toBe('applied')
    expect(summary(await store.read(key))).toEqual({ used: 8, spent: 8, held: { 7: 0 } })
  })
  it('refuses a settlement whose bucket does not stand, and applies it without', async () => {
    const key = newKey()
    await take(key, 5)
    expect((await store.settle(settlement(key))).type).toBe('refused')
    expect((await store.settle(settlement(key, { buckets: new Map() }))).type).toBe('applied')
    expect(summary(await store.read(key))).toEqual({ used: 9, spent: 4, held: { 7: 5 } })
  })
  it('reclaims what it saw and accepts no hold of that time any more', async () => {
    const key = newKey()
    await take(key, 10)
    await take(key, 20, { minute: 8 })
    const seen = (await store.read(key)) as Counter
    expect(await store.reclaim({ counter: seen, minutes: [7], floor: 7, forget: [] })).toBe(true)
    expect(summary(await store.read(key))).toEqual({ used: 20, spent: 0, held: { 8: 20 } })
    expect((await store.read(key))?.floor).toBe(7)
    expect((await take(key, 1)).type).toBe('refused')
    expect((await take(key, 1, { minute: 8 })).type).toBe('taken')
    await store.giveBack({ key, amount: 10, minute: 7 })
    expect(summary(await store.read(key))).toEqual({ used: 21, spent: 0, held: { 8: 21 } })
  })
  it('reclaims nothing when somebody wrote in between', async () => {
    const key = newKey()
    await take(key, 10)
    const seen = (await store.read(key)) as Counter
    await take(key, 1)
    expect(await store.reclaim({ counter: seen, minutes: [7], floor: 7, forget: [] })).toBe(false)
    const fresh = (await store.read(key)) as Counter
    expect(await store.reclaim({ counter: fresh, minutes: [7], floor: 7, forget: [] })).toBe(true)
    expect(await store.reclaim({ counter: fresh, minutes: [7], floor: 7, forget: [] })).toBe(false)
  })
  it('forgets old positions', async () => {
    const key = newKey()
    await take(key, 10)
    await store.settle(settlement(key))
    const seen = (await store.read(key)) as Counter
    expect(await store.reclaim({ counter: seen, minutes: [], floor: 1, forget: ['s'] })).toBe(true)
    expect((await store.read(key))?.positions.size).toBe(0)
  })
  it('sets a mark once', async () => {
    const key = newKey()
    await take(key, 1)
    expect(await Promise.all([store.mark(key, 'threshold'), store.mark(key, 'threshold')])).toContain(false)
    expect((await store.read(key))?.marks.has('threshold')).toBe(true)
    await store.unmark(key, 'threshold')
    expect(await store.mark(key, 'threshold')).toBe(true)
  })
  it('repairs only a counter that stands as seen', async () => {
    const key = newKey()
    await take(key, 10)
    const before = (await store.read(key)) as Counter
    await store.settle(settlement(key))
    expect(await store.repair(before, 9)).toBe(false)
    expect(await store.repair((await store.read(key)) as Counter, 9)).toBe(true)
    expect(summary(await store.read(key))).toEqual({ used: 9, spent: 9, held: { 7: 0 } })
  })
  it('grants room to slices, each part in one place only', async () => {
    const { slices } = store
    const key = newKey()
    const grant = (amount: number) => slices.grant({ key, slice: 3, amount, ceiling: 100, about })
    expect(await grant(101)).toBeUndefined()
    expect(await store.read(key)).toBeUndefined()
    expect(await slices.grant({ key: `${key}/new`, slice: 0, amount: 7, ceiling: 100, about })).toMatchObject({
      used: 7,
      about,
    })
    await take(key, 20)
    expect((await grant(30))?.grants.get(3)).toEqual({ amount: 30, version: 1 })
    expect((await grant(40))?.grants.get(3)).toEqual({ amount: 70, version: 2 })
    expect(await grant(11)).toBeUndefined()
    expect((await store.read(key))?.used).toBe(90)

    const part = `${key}~3`
    const accept = (amount: number, version: number) =>
      slices.accept({ key: part, granted: { amount, version }, about })
    expect((await accept(70, 2))?.granted).toEqual({ amount: 70, version: 2 })
    expect((await accept(30, 1))?.granted).toEqual({ amount: 70, version: 2 })
    expect((await take(part, 50, { ceiling: 70, granted: 70 })).type).toBe('taken')
    expect((await take(part, 5, { ceiling: 70, granted: 69 })).type).toBe('refused')
    expect((await take(part, 21, { ceiling: 70, granted: 70 })).type).toBe('refused')

    expect(await slices.giveUp({ key: part, seen: { amount: 70, version: 2 }, amount: 49 })).toBe(false)
    expect(await slices.giveUp({ key: part, seen: { amount: 70, version: 1 }, amount: 50 })).toBe(false)
    expect(await slices.giveUp({ key: part, seen: { amount: 70, version: 2 }, amount: 50 })).toBe(true)
    expect((await store.read(part))?.granted).toEqual({ amount: 50, version: 3 })
    expect(await slices.takeOver({ key, slice: 3, version: 1, amount: 20 })).toBe(false)
    expect(await slices.takeOver({ key, slice: 3, version: 2, amount: 20 })).toBe(true)
    expect(await store.read(key)).toMatchObject({ used: 70, takes: 1 })
    expect((await store.read(key))?.grants.get(3)).toEqual({ amount: 50, version: 3 })
  })
  it('lists counters by the start of their key', async () => {
    const key = newKey()
    await take(`${key}/a`, 1)
    await take(`${key}/b`, 1)
    const keys: string[] = []
    for await (const counter of store.list(`${key}/`)) keys.push(counter.key)
    expect(keys.sort()).toEqual([`${key}/a`, `${key}/b`])
  })
})

describe.each(['stored', 'twin'])('ledger progress, %s', (name) => {
  it('is known when every lane is, and only moves forward', async () => {
    const progress =
      name === 'twin'
        ? createProgressTwin(2)
        : createLedgerProgress({ client: clients.dynamo, table: tables.countersTable, ambient, lanes: 2 })
    await progress.advance(0, 5)
    expect(await progress.settledMinute()).toBeUndefined()
    await progress.advance(1, 9)
    expect(await progress.settledMinute()).toBe(5)
    await progress.advance(0, 3)
    expect(await progress.settledMinute()).toBe(5)
    await progress.advance(0, 11)
    expect(await progress.settledMinute()).toBe(9)
  })
})
