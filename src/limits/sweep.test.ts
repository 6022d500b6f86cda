/** Records that nobody closes any more are closed page by page, and the ledger hears how far that is done. */
import { describe, expect, it } from 'vitest'
import type { ClosedLog, OpenLog } from '../records/log.ts'
import type { Counter, CounterMark } from './counter.ts'
import type { Hold } from './gate.ts'
import { sweep } from './sweep.ts'

const now = Date.parse('2026-11-20T10:00:00Z')
const nowMinute = now / 60_000

const openLog = (id: string, holds: readonly Hold[] = []): OpenLog => ({
  id,
  traceId: 't',
  spanId: 's',
  spanName: 'chat',
  metadata: {},
  method: 'POST',
  path: '/v1/chat/completions',
  operation: 'chat',
  clientWire: 'openai-chat',
  isStream: false,
  startedAtMs: now - 900_000,
  deadlineAtMs: now - 600_000,
  holds,
})

/** `doesIndexLag`: what is closed is still listed, as an index may do for a while. */
function bench(
  logs: readonly OpenLog[],
  { doesIndexLag = false, buckets = new Map<number, number>(), settled = 0 } = {},
) {
  const closed = new Map<string, ClosedLog>()
  const beats: number[] = []
  const byId = new Map(logs.map((log) => [log.id, log]))
  const isListed = (log: OpenLog) => doesIndexLag || !closed.has(log.id)
  return {
    closed,
    beats,
    ports: {
      ambient: { now: () => now, log: () => {} },
      logs: {
        listOverdue: async (beforeMs: number, limit: number) =>
          logs.filter((log) => log.deadlineAtMs < beforeMs && isListed(log)).slice(0, limit),
        async read(id: string) {
          const log = closed.get(id) ?? byId.get(id)
          return log && { log, isClosed: closed.has(id) }
        },
        async close(log: ClosedLog) {
          const wasOpen = !closed.has(log.id)
          if (wasOpen) closed.set(log.id, log)
          return wasOpen
        },
      },
      counters: { read: async (key: string) => (buckets.size === 0 ? undefined : counterOf(key, buckets)) },
      progress: { settledMinute: async () => settled },
      heartbeats: { beat: async (minute: number) => void beats.push(minute) },
    },
  }
}

function counterOf(key: string, buckets: ReadonlyMap<number, number>): Counter {
  const none = { positions: new Map(), takes: 0, grants: new Map(), marks: new Set<CounterMark>() }
  return { key, used: 0, spent: 0, buckets, ...none }
}

const many = Array.from({ length: 250 }, (_, index) => openLog(`log-${index}`))

describe('the sweep', () => {
  it('closes all that is overdue, however many pages, and then tells the ledger', async () => {
    const { ports, closed, beats } = bench(many)
    expect(await sweep(ports)).toBe(250)
    expect(closed.size).toBe(250)
    expect(beats).toEqual([nowMinute - 3])
  })
  it('tells the ledger nothing while the index still lists what is closed', async () => {
    const { ports, closed, beats } = bench(many, { doesIndexLag: true })
    expect(await sweep(ports)).toBe(100)
    expect(closed.size).toBe(100)
    expect(beats).toEqual([])
  })
  const cost = (amount: number, minute = 1): Hold => ({ counter: 'c', resource: 'cost', amount, minute })
  const chargesOf = (closed: ReadonlyMap<string, ClosedLog>) =>
    Object.fromEntries([...closed.values()].map(({ id, holds }) => [id, holds.map((hold) => hold.charged)]))

  it('charges a lost record what its counter holds for it, and says so in the record', async () => {
    const { ports, closed } = bench([openLog('lost', [cost(70)])], { buckets: new Map([[1, 70]]) })
    await sweep(ports)
    expect(closed.get('lost')).toMatchObject({
      outcome: 'interrupted',
      errorCode: 'instance_lost',
      costNanos: 70,
      isPriced: true,
      holds: [{ amount: 70, charged: 70 }],
    })
  })
  it('has no cost where no money was held', async () => {
    const tokens: Hold = { counter: 'c', resource: 'tokens', amount: 70, minute: 1 }
    const { ports, closed } = bench([openLog('lost', [tokens])], { buckets: new Map([[1, 70]]) })
    await sweep(ports)
    expect(closed.get('lost')).toMatchObject({ isPriced: false, holds: [{ charged: 70 }] })
    expect(closed.get('lost')?.costNanos).toBeUndefined()
  })
  it('charges the lost records of a minute together what the bucket of that minute holds, in order of id', async () => {
    const logs = [
      openLog('c', [cost(50)]),
      openLog('a', [cost(60)]),
      openLog('b', [cost(60)]),
      openLog('d', [cost(9, 2)]),
    ]
    const { ports, closed } = bench(logs, { buckets: new Map([[1, 100]]) })
    await sweep(ports)
    expect(chargesOf(closed)).toEqual({ a: [60], b: [40], c: [0], d: [0] })
  })
  it('leaves out of the sum what somebody else closed meanwhile', async () => {
    const logs = [openLog('a', [cost(60)]), openLog('b', [cost(60)])]
    const { ports, closed } = bench(logs, { buckets: new Map([[1, 60]]), doesIndexLag: true })
    closed.set('a', { ...openLog('a'), outcome: 'completed' } as unknown as ClosedLog)
    await sweep(ports)
    expect(closed.get('b')?.holds).toMatchObject([{ charged: 60 }])
  })
  it('charges the whole hold where the bucket may have been given back already', async () => {
    const { ports, closed } = bench([openLog('late', [cost(70)])], { buckets: new Map([[5, 1]]), settled: 4 })
    await sweep(ports)
    expect(chargesOf(closed)).toEqual({ late: [70] })
  })
  it('waits for the whole of a minute, so that its records are charged together', async () => {
    const almost = { ...openLog('almost', [cost(1)]), deadlineAtMs: now - 150_000 }
    const { ports, closed } = bench([almost])
    ports.ambient.now = () => now - 30_000
    await sweep(ports)
    expect(closed.size).toBe(0)
    ports.ambient.now = () => now
    await sweep(ports)
    expect(closed.size).toBe(1)
  })
})
