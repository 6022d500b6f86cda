/** Records that nobody closes any more are closed page by page, and the ledger hears how far that is done. */
import { describe, expect, it } from 'vitest'
import type { ClosedLog, OpenLog } from '../records/log.ts'
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
function bench(logs: readonly OpenLog[], { doesIndexLag = false } = {}) {
  const closed = new Map<string, ClosedLog>()
  const beats: number[] = []
  const isListed = (log: OpenLog) => doesIndexLag || !closed.has(log.id)
  return {
    closed,
    beats,
    ports: {
      ambient: { now: () => now, log: () => {} },
      logs: {
        listOverdue: async (beforeMs: number, limit: number) =>
          logs.filter((log) => log.deadlineAtMs < beforeMs && isListed(log)).slice(0, limit),
        async close(log: ClosedLog) {
          const wasOpen = !closed.has(log.id)
          if (wasOpen) closed.set(log.id, log)
          return wasOpen
        },
      },
      heartbeats: { beat: async (minute: number) => void beats.push(minute) },
    },
  }
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
  it.each<[string, readonly Hold[], Partial<ClosedLog>]>([
    [
      'what it held of money',
      [{ counter: 'c', resource: 'cost', amount: 70, minute: 1 }],
      { costNanos: 70, isPriced: true },
    ],
    [
      'nothing where it held no money',
      [{ counter: 'c', resource: 'tokens', amount: 70, minute: 1 }],
      { isPriced: false },
    ],
  ])('charges a lost record %s', async (_, holds, expected) => {
    const { ports, closed } = bench([openLog('lost', holds)])
    await sweep(ports)
    const log = closed.get('lost')
    expect(log).toMatchObject({ outcome: 'interrupted', errorCode: 'instance_lost', holds, ...expected })
    expect(log?.costNanos).toBe(expected.costNanos)
  })
})
