/** What follows a request: settlement, alerts, the sweep, reclaiming, archiving, the proof. */
import { describe, expect, it } from 'vitest'
import type { Alert } from '../../src/limits/alerts.ts'
import { createLimitGate } from '../../src/limits/hold.ts'
import { type LedgerEntry, settleBatch } from '../../src/limits/ledger.ts'
import { reconcile } from '../../src/limits/reconcile.ts'
import { createStatusReader } from '../../src/limits/status.ts'
import { runWindowsJob } from '../../src/limits/windows-job.ts'
import type { ClosedLog, OpenLog } from '../../src/records/log.ts'
import { Bench, start, subject } from '../simulate/gate-sample.ts'

const monthly = subject({ usageLimits: [{ credit_limit: 0.001, alert_threshold: 0.0004, periodic_reset: 'monthly' }] })
const subjects = [monthly]
const minuteMs = 60_000

async function only(bench: Bench) {
  for await (const counter of bench.counters.list('')) return counter
  throw new Error('there is no counter')
}

function windowsPorts(bench: Bench, overdue: readonly OpenLog[] = []) {
  const closed: ClosedLog[] = []
  const kept: unknown[] = []
  const active: unknown[] = []
  let open = overdue
  return {
    closed,
    kept,
    active,
    ports: {
      counters: bench.counters,
      progress: bench.progress,
      ambient: bench.ambient,
      alerts: { send: async (alert: Alert) => void bench.alerts.push(alert) },
      logs: {
        listOverdue: async (beforeMs: number) => open.filter((log) => log.deadlineAtMs < beforeMs),
        async read(id: string) {
          const log = open.find((each) => each.id === id)
          return log && { log, isClosed: false }
        },
        async close(log: ClosedLog) {
          const wasOpen = open.some((each) => each.id === log.id)
          open = open.filter((each) => each.id !== log.id)
          if (wasOpen) closed.push(log)
          return wasOpen
        },
      },
      heartbeats: { beat: (minute: number) => bench.progress.advance(0, minute) },
      history: { keep: async (window: unknown) => void kept.push(window) },
      states: { setActive: async (...call: unknown[]) => void active.push(call) },
    },
  }
}

const openLog = (holds: OpenLog['holds'], deadlineAtMs: number): OpenLog => ({
  id: 'dead',
  traceId: 't',
  spanId: 's',
  spanName: 'chat',
  metadata: {},
  method: 'POST',
  path: '/v1/chat/completions',
  operation: 'chat',
  clientWire: 'openai-chat',
  isStream: true,
  startedAtMs: start,
  deadlineAtMs,
  holds,
})

describe('settlement', () => {
  it('charges what was spent and gives back the rest', async () => {
    const bench = new Bench()
    await bench.close(await bench.held({ subjects }), { costNanos: 123 })
    expect(await only(bench)).toMatchObject({ used: 123, spent: 123 })
  })
  it('charges what was held when nobody knows what was spent', async () => {
    const bench = new Bench()
    await bench.close(await bench.held({ subjects }), { outcome: 'interrupted' })
    expect(await only(bench)).toMatchObject({ used: 300_000, spent: 300_000 })
  })
  it('charges nothing for an explicit zero', async () => {
    const bench = new Bench()
    await bench.close(await bench.held({ subjects }), { costNanos: 0 })
    expect(await only(bench)).toMatchObject({ used: 0, spent: 0 })
  })
  it('counts each record once through redelivery in other cuts, twice at once, and with failures in between', async () => {
    const bench = new Bench()
    const entries: LedgerEntry[] = []
    for (let index = 1; index <= 3; index++) {
      const holds = await bench.held({ subjects })
      entries.push({
        type: 'closed',
        sequence: String(index * 5),
        log: { id: `l${index}`, outcome: 'completed', holds, costNanos: index },
      })
    }
    let failures = 1
    const ports = { ...windowsPorts(bench).ports, counters: { ...bench.counters } }
    ports.counters.settle = async (settlement) => {
      const result = await bench.counters.settle(settlement)
      if (failures-- > 0) throw new Error('the answer was lost')
      return result
    }
    const deliver = (from: number, to: number) => settleBatch(entries.slice(from, to), { shard: 's' }, ports)
    expect(await deliver(0, 2)).toEqual({ failedFrom: '5' })
    await Promise.all([deliver(0, 2), deliver(0, 3), deliver(1, 3)])
    expect(await deliver(0, 3)).toEqual({})
    expect(await only(bench)).toMatchObject({ used: 6, spent: 6 })
  })
  it('counts a batch out of order as one, each record once', async () => {
    const bench = new Bench()
    const log = async (id: string, costNanos: number) => ({
      id,
      outcome: 'completed' as const,
      holds: await bench.held({ subjects }),
      costNanos,
    })
    const entries: LedgerEntry[] = [
      { type: 'closed', sequence: '12', log: await log('b', 2) },
      { type: 'closed', sequence: '9', log: await log('a', 1) },
    ]
    const { ports } = windowsPorts(bench)
    for (let times = 0; times < 2; times++) expect(await settleBatch(entries, { shard: 's' }, ports)).toEqual({})
    expect(await only(bench)).toMatchObject({ used: 3, spent: 3 })
  })
  it('of a record whose counter is gone makes the counter anew, and no alert of it', async () => {
    const bench = new Bench()
    const holds = await bench.held({ subjects })
    const later = new Bench()
    await later.close(holds, { costNanos: 900_000 })
    expect(await only(later)).toMatchObject({ used: 900_000, spent: 900_000 })
    const { ports } = windowsPorts(later)
    expect(await runWindowsJob(ports)).toMatchObject({ counters: 1, failed: 0 })
    expect(later.alerts).toEqual([])
  })
  it('keeps the item of a busy counter small: minutes that are over leave it', async () => {
    const bench = new Bench()
    for (let minute = 0; minute < 20; minute++) {
      await bench.close(await bench.held({ subjects }), { costNanos: 1 })
      bench.nowMs += minuteMs
    }
    const counter = await only(bench)
    expect(counter).toMatchObject({ used: 20, spent: 20 })
    expect(counter.buckets.size).toBeLessThan(16)
  })
})

describe('a heartbeat', () => {
  const holding = async (bench: Bench, id: string) => ({
    id,
    outcome: 'completed' as const,
    holds: await bench.held({ subjects }),
  })

  it('counts only when everything before it is settled', async () => {
    const bench = new Bench()
    const entries: LedgerEntry[] = [
      { type: 'heartbeat', sequence: '8', lane: 0, minute: 4 },
      { type: 'closed', sequence: '9', log: await holding(bench, 'a') },
      { type: 'heartbeat', sequence: '10', lane: 0, minute: 5 },
    ]
    const { ports } = windowsPorts(bench)
    const broken = { ...ports, counters: { ...ports.counters, settle: () => Promise.reject(new Error('no answer')) } }
    expect(await settleBatch(entries, { shard: 's' }, broken)).toEqual({ failedFrom: '9' })
    expect(await bench.progress.settledMinute()).toBe(4)
    expect(await settleBatch(entries, { shard: 's' }, ports)).toEqual({})
    expect(await bench.progress.settledMinute()).toBe(5)
  })
})

describe('alerts', () => {
  it('that nobody took are sent again with the next record', async () => {
    const bench = new Bench()
    const { ports } = windowsPorts(bench)
    const close = async (sequence: string, send: (alert: Alert) => Promise<void>) => {
      const log = {
        id: sequence,
        outcome: 'completed' as const,
        holds: await bench.held({ subjects }),
        costNanos: 250_000,
      }
      return settleBatch([{ type: 'closed', sequence, log }], { shard: 's' }, { ...ports, alerts: { send } })
    }
    await close('1', ports.alerts.send)
    expect(await close('2', () => Promise.reject(new Error('the topic is gone')))).toEqual({})
    expect(bench.alerts).toEqual([])
    await close('3', ports.alerts.send)
    expect(bench.alerts.map((alert) => [alert.type, alert.spent])).toEqual([['threshold', 750_000]])
  })
  it('come once at the threshold and once at the end of the money', async () => {
    const bench = new Bench()
    for (const costNanos of [300_000, 200_000, 300_000, 200_000])
      await bench.close(await bench.held({ subjects }), { costNanos })
    expect(bench.alerts.map((alert) => [alert.type, alert.spent])).toEqual([
      ['threshold', 500_000],
      ['exhausted', 1_000_000],
    ])
    expect(bench.alerts[0]?.about).toMatchObject({ amount: 1_000_000, alertAt: 400_000, owner: { label: 'acme' } })
  })
})

describe('a limit that ends with a rest too small for any request', () => {
  it('is told as used up when it begins to refuse', async () => {
    const bench = new Bench()
    for (const costNanos of [300_000, 300_000, 300_000])
      await bench.close(await bench.held({ subjects }), { costNanos })
    const { ports } = windowsPorts(bench)
    await runWindowsJob(ports)
    expect(bench.alerts.map((alert) => alert.type)).toEqual(['threshold'])
    expect((await bench.refused({ subjects })).error.code).toBe('usage_limit_exceeded')
    await runWindowsJob(ports)
    await runWindowsJob(ports)
    expect(bench.alerts.map((alert) => alert.type)).toEqual(['threshold', 'exhausted'])
  })
})

describe('the holds of an instance that died', () => {
  it('of a request that was being refused cost nothing, whatever it asked for', async () => {
    const bench = new Bench()
    const room = [subject({ usageLimits: [{ credit_limit: 0.0003, periodic_reset: 'monthly' }] })]
    const [hold] = await bench.held({ subjects: room })
    await bench.gate.release([hold!], bench.nowMs)
    const { ports, closed } = windowsPorts(bench, [openLog([hold!], start + 120_000)])
    bench.nowMs = start + 10 * minuteMs
    await runWindowsJob(ports)
    expect(closed).toMatchObject([{ errorCode: 'instance_lost', costNanos: 0, holds: [{ charged: 0 }] }])
    await bench.close(closed[0]?.holds ?? [], { ...closed[0] })
    expect(await only(bench)).toMatchObject({ used: 0, spent: 0 })
  })
  it('are charged, and come back when the ledger has passed them', async () => {
    const bench = new Bench()
    const holds = await bench.held({ subjects })
    const { ports, closed } = windowsPorts(bench, [openLog(holds, start + 120_000)])
    bench.nowMs = start + 3 * minuteMs
    await runWindowsJob(ports)
    expect(closed).toEqual([])
    bench.nowMs = start + 10 * minuteMs
    await runWindowsJob(ports)
    expect(closed).toMatchObject([{ outcome: 'interrupted', errorCode: 'instance_lost', costNanos: 300_000 }])
    await bench.close(closed[0]?.holds ?? [], {
      outcome: 'interrupted',
      errorCode: 'instance_lost',
      costNanos: 300_000,
    })
    await runWindowsJob(ports)
    expect(await only(bench)).toMatchObject({ used: 300_000, spent: 300_000 })
  })
  it('stay while the ledger stands still: stricter, never looser', async () => {
    const bench = new Bench()
    await bench.held({ subjects })
    const { ports } = windowsPorts(bench)
    bench.nowMs = start + 60 * minuteMs
    await runWindowsJob({ ...ports, heartbeats: { beat: async () => {} } })
    expect(await only(bench)).toMatchObject({ used: 300_000, spent: 0 })
  })
  it('are given back by the request that needs the room', async () => {
    const bench = new Bench()
    const small = [subject({ usageLimits: [{ credit_limit: 0.0003 }] })]
    await bench.held({ subjects: small })
    await bench.refused({ subjects: small })
    bench.nowMs = start + 20 * minuteMs
    await bench.progress.advance(0, Math.floor(start / minuteMs) + 10)
    await bench.held({ subjects: small })
  })
})

describe('the windows job', () => {
  it('keeps a window that is over, once, and tells of the reset', async () => {
    const bench = new Bench()
    await bench.close(await bench.held({ subjects }), { costNanos: 42 })
    bench.nowMs = Date.parse('2026-12-01T00:05:00Z')
    const { ports, kept, active } = windowsPorts(bench)
    await runWindowsJob(ports)
    await runWindowsJob(ports)
    expect(kept).toMatchObject([{ spent: 42, amount: 1_000_000, endMs: Date.parse('2026-12-01T00:00:00Z') }])
    expect(active).toHaveLength(1)
    expect(bench.alerts.map((alert) => alert.type)).toEqual(['reset'])
  })
  it('tells of the reset with its next run when nobody took it', async () => {
    const bench = new Bench()
    await bench.close(await bench.held({ subjects }), { costNanos: 42 })
    bench.nowMs = Date.parse('2026-12-01T00:05:00Z')
    const { ports } = windowsPorts(bench)
    const deaf = { send: () => Promise.reject(new Error('the topic is gone')) }
    expect(await runWindowsJob({ ...ports, alerts: deaf })).toMatchObject({ failed: 1, archived: 0 })
    expect(await runWindowsJob(ports)).toMatchObject({ failed: 0, archived: 1 })
    expect(await runWindowsJob(ports)).toMatchObject({ failed: 0, archived: 0 })
    expect(bench.alerts.map((alert) => alert.type)).toEqual(['reset'])
  })
  it('opens what was raised', async () => {
    const bench = new Bench()
    for (const costNanos of [300_000, 200_000, 300_000, 200_000])
      await bench.close(await bench.held({ subjects }), { costNanos })
    const { ports, active } = windowsPorts(bench)
    await runWindowsJob(ports)
    expect(active).toEqual([])
    await bench.held({ subjects: [subject({ usageLimits: [{ credit_limit: 2, periodic_reset: 'monthly' }] })] })
    await runWindowsJob(ports)
    expect(active).toHaveLength(1)
  })
})

describe('reconciliation', () => {
  const proof = (
    bench: Bench,
    logs: readonly Pick<ClosedLog, 'id' | 'outcome' | 'holds' | 'costNanos'>[],
    isRepairing: boolean,
  ) =>
    reconcile(
      {
        counters: bench.counters,
        nowMs: bench.nowMs,
        logTtlDays: 90,
        async *listClosedLogs() {
          yield* logs
        },
      },
      { isRepairing },
    )

  it('finds and repairs what no longer equals its records', async () => {
    const bench = new Bench()
    const holds = await bench.held({ subjects })
    await bench.close(holds, { costNanos: 10 })
    const logs = [{ id: 'a', outcome: 'completed' as const, holds, costNanos: 25 }]
    expect((await proof(bench, logs, false)).differences).toMatchObject([{ spent: 10, logged: 25, verdict: 'wrong' }])
    expect((await proof(bench, logs, true)).differences).toMatchObject([{ verdict: 'repaired' }])
    expect(await only(bench)).toMatchObject({ used: 25, spent: 25 })
    expect(await proof(bench, logs, false)).toEqual({ counters: 1, records: 1, differences: [] })
  })
  it('leaves alone what cannot be proved, because its records are older than records are kept', async () => {
    const endless = [subject({ usageLimits: [{ credit_limit: 0.001 }] })]
    const bench = new Bench()
    await bench.close(await bench.held({ subjects: endless }), { costNanos: 10 })
    expect((await proof(bench, [], true)).differences).toMatchObject([{ spent: 10, logged: 0, verdict: 'unprovable' }])
    expect(await only(bench)).toMatchObject({ spent: 10 })
  })
  it('leaves alone a counter that only settlement has written: nobody knows how old its window is', async () => {
    const bench = new Bench()
    await bench.close(await new Bench().held({ subjects }), { costNanos: 10 })
    expect((await proof(bench, [], true)).differences).toMatchObject([{ spent: 10, logged: 0, verdict: 'unprovable' }])
  })
  it('does not repair what a request changes meanwhile', async () => {
    const bench = new Bench()
    const holds = await bench.held({ subjects })
    await bench.close(holds, { costNanos: 10 })
    const { read } = bench.counters
    const counters = Object.assign(bench.counters, {
      async read(key: string) {
        const seen = await read(key)
        await bench.held({ subjects })
        return seen
      },
    })
    const logs = [{ id: 'a', outcome: 'completed' as const, holds, costNanos: 25 }]
    expect((await proof(bench, logs, true)).differences).toMatchObject([{ verdict: 'busy' }])
    Object.assign(counters, { read })
    expect(await only(bench)).toMatchObject({ spent: 10 })
  })
  it('waits while requests are in flight', async () => {
    const bench = new Bench()
    const holds = await bench.held({ subjects })
    await bench.held({ subjects })
    await bench.close(holds, { costNanos: 10 })
    expect((await proof(bench, [], true)).differences).toMatchObject([{ verdict: 'busy' }])
  })
})

describe('the status of a limit', () => {
  it('shows amount, window, spent, held, remaining and reset', async () => {
    const bench = new Bench()
    await bench.close(await bench.held({ subjects }), { costNanos: 100_000 })
    await bench.held({ subjects })
    expect(await createStatusReader(bench.counters).read(monthly, bench.nowMs)).toEqual([
      {
        resource: 'cost',
        nature: 'usage',
        amount: 1_000_000,
        windowStartMs: Date.parse('2026-11-01T00:00:00Z'),
        windowEndMs: Date.parse('2026-12-01T00:00:00Z'),
        resetsAtMs: Date.parse('2026-12-01T00:00:00Z'),
        spent: 100_000,
        held: 300_000,
        remaining: 600_000,
      },
    ])
  })
  it('lists every group of a policy', async () => {
    const bench = new Bench()
    const policy = {
      id: 'p1',
      name: 'per user',
      conditions: [],
      groupBy: [{ key: 'metadata._user' }],
      usage: { type: 'tokens' as const, credit_limit: 1_000 },
      epoch: 0,
      entityEpochs: {},
      startedAtMs: start,
    }
    for (const user of ['ann', 'bob']) await bench.held({ policies: [policy], dimensions: { 'metadata._user': user } })
    const rows = await createStatusReader(bench.counters).read(policy, bench.nowMs)
    expect(rows.map((row) => [row.value_key, row.held])).toEqual([
      ['metadata._user:ann', 150],
      ['metadata._user:bob', 150],
    ])
  })
  it('is all room before the first request', async () => {
    const [row] = await createStatusReader(new Bench().counters).read(monthly, start)
    expect(row).toMatchObject({ spent: 0, held: 0, remaining: 1_000_000 })
  })

  const rate = { type: 'requests' as const, unit: 'rpm' as const, value: 10 }
  const perUser = {
    id: 'p1',
    name: 'per user',
    conditions: [],
    groupBy: [{ key: 'metadata._user' }],
    rate,
    epoch: 0,
    entityEpochs: {},
    startedAtMs: start,
  }
  it.each([
    ['a subject', { subjects: [subject({ rateLimits: [rate] })] }, subject({ rateLimits: [rate] })],
    ["a policy's group", { policies: [perUser], dimensions: { 'metadata._user': 'ann' } }, perUser],
  ])(
    'of %s that is a rate counts what the window before still weighs, as the gate does',
    async (_, request, limited) => {
      const bench = new Bench()
      bench.nowMs = start + 59_000
      for (let count = 0; count < 8; count++) await bench.held(request)
      bench.nowMs = start + 75_000
      const outcome = await bench.hold(request)
      const [row, ...more] = await createStatusReader(bench.counters).read(limited, bench.nowMs)
      expect(more).toEqual([])
      expect(row).toMatchObject({ nature: 'rate', amount: 10, spent: 1, remaining: 3 })
      expect(outcome.headers['x-ratelimit-remaining-requests']).toBe('3')
    },
  )
  it('of a policy shows groups as they are now: not those before a reset, nor of a rule it no longer has', async () => {
    const bench = new Bench()
    const usage = { type: 'requests' as const, credit_limit: 5 }
    const before = { ...perUser, usage }
    for (const user of ['ann', 'bob']) await bench.held({ policies: [before], dimensions: { 'metadata._user': user } })
    const { rate: _, ...now } = { ...before, entityEpochs: { 'metadata._user:ann': 1 } }
    const read = async () => {
      const rows = await createStatusReader(bench.counters).read(now, bench.nowMs)
      return rows.map((row) => [row.value_key, row.resource, row.held])
    }
    expect(await read()).toEqual([['metadata._user:bob', 'requests', 1]])
    await bench.held({ policies: [now], dimensions: { 'metadata._user': 'ann' } })
    expect((await read()).sort()).toEqual([
      ['metadata._user:ann', 'requests', 1],
      ['metadata._user:bob', 'requests', 1],
    ])
  })
  it('of a spread counter is that of all its slices together', async () => {
    const bench = new Bench()
    const policy = { ...perUser, usage: { type: 'requests' as const, credit_limit: 100 } }
    const { rate: _, ...spread } = policy
    const gate = createLimitGate({ ...windowsPorts(bench).ports, spread: { abovePerSecond: 0, slices: 2 } })
    for (let count = 0; count < 5; count++)
      await gate.hold({
        logId: 'log',
        attempt: 1,
        nowMs: bench.nowMs,
        deadlineAtMs: bench.nowMs + 120_000,
        subjects: [],
        policies: [spread],
        dimensions: { 'metadata._user': 'ann' },
        estimate: () => Promise.reject(new Error('not asked for')),
      })
    const slices: string[] = []
    for await (const counter of bench.counters.list('')) slices.push(counter.key)
    expect(slices.length).toBeGreaterThan(1)
    const rows = await createStatusReader(bench.counters).read(spread, bench.nowMs)
    expect(rows).toMatchObject([{ value_key: 'metadata._user:ann', held: 5, remaining: 95 }])
  })
})
