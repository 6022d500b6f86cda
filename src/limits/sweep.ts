/** Closes records whose instance died, and tells the ledger how far everything is closed. */
import type { Ambient } from '../ambient.ts'
import type { ClosedLog, LogStore, OpenLog } from '../records/log.ts'
import { instanceLost } from './charge.ts'
import { createInterruptedCharges, type InterruptedChargesPorts } from './interrupted-charges.ts'
import { minuteMs, minuteOf } from './window.ts'

export interface SweepPorts {
  readonly ambient: Pick<Ambient, 'now' | 'log'>
  readonly counters: InterruptedChargesPorts['counters']
  readonly progress: InterruptedChargesPorts['progress']
  readonly logs: Pick<LogStore, 'close' | 'read'> & {
    /** Open with a deadline before this instant, the longest overdue first. */
    listOverdue(beforeMs: number, limit: number): Promise<readonly OpenLog[]>
  }
  readonly heartbeats: Heartbeats
}

/** Marks in the logs table that come back through its stream behind everything written before them. */
export interface Heartbeats {
  /** One mark per lane, so that every shard of the stream carries some. */
  beat(minute: number): Promise<void>
}

/** Instances finish their closing well within this. */
const sweepGraceMs = 2 * 60_000
const pageSize = 100

/** Resolves to the number of records closed. Two sweeps at once close each record once. */
export async function sweep(ports: SweepPorts): Promise<number> {
  const nowMs = ports.ambient.now()
  // Whole minutes: the lost records of one bucket are charged together.
  const beforeMs = minuteOf(nowMs - sweepGraceMs) * minuteMs
  const charges = createInterruptedCharges(ports)
  let closed = 0
  for (;;) {
    const overdue = await ports.logs.listOverdue(beforeMs, pageSize)
    const lost = await charges.charge(overdue)
    const outcomes = await Promise.all(lost.map((log) => ports.logs.close(interruptedLog(log, nowMs))))
    const closedNow = outcomes.filter((wasOpen) => wasOpen).length
    closed += closedNow
    if (overdue.length < pageSize) break
    // Only what is closed already: the index lags, so nothing is sure yet and the ledger is not told.
    if (closedNow === 0) return closed
  }
  await ports.heartbeats.beat(minuteOf(beforeMs) - 1)
  return closed
}

/** As `LostCharges` charged it, because the upstream may well have been paid. */
export function interruptedLog(log: OpenLog, nowMs: number): ClosedLog {
  const costs = log.holds.filter((hold) => hold.resource === 'cost')
  const charged = [...Map.groupBy(costs, (hold) => hold.counter).values()].map((holds) =>
    holds.reduce((sum, hold) => sum + (hold.charged ?? hold.amount), 0),
  )
  return {
    ...log,
    outcome: 'interrupted',
    status: 500,
    errorCode: instanceLost,
    errorMessage:
      'the instance that served this request ended before it closed the record; the request is charged the amount that was held for it',
    ...(charged.length > 0 ? { costNanos: Math.max(...charged) } : {}),
    isPriced: charged.length > 0,
    isEstimated: true,
    inputBasis: 'held',
    outputBasis: 'held',
    cacheStatus: 'DISABLED',
    endedAtMs: nowMs,
    totalMs: nowMs - log.startedAtMs,
    upstreamMs: 0,
    gatewayMs: 0,
    attempts: [],
    warnings: [],
    hasPayload: false,
  }
}
