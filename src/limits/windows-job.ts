/** The scheduled bookkeeping of windows. Admission never waits for it: it may run twice, late, or never. */
import { type AlertSink, alertOnce } from './alerts.ts'
import {
  type Counter,
  type CounterAbout,
  type CounterStore,
  heldOf,
  isExhausted,
  type LedgerProgress,
} from './counter.ts'
import type { LimitOwner } from './limit.ts'
import { reclaim } from './reclaim.ts'
import { isSlice } from './slice-key.ts'
import { readRootAndSlices } from './spread.ts'
import { type SweepPorts, sweep } from './sweep.ts'

/** A window that is over, as it is kept. Writing it twice is the same as once. */
export interface ArchivedWindow extends CounterAbout {
  readonly counter: string
  readonly spent: number
}

export interface UsageHistory {
  keep(window: ArchivedWindow): Promise<void>
}

/** `exhausted`, `active` and `last_reset_at` as administrators see them; they decide nothing. */
export interface OwnerStates {
  setActive(owner: LimitOwner, sinceMs: number): Promise<void>
}

export interface WindowsPorts extends SweepPorts {
  readonly counters: CounterStore
  readonly progress: LedgerProgress
  readonly alerts: AlertSink
  /** Absent = windows are only marked as done with. */
  readonly history?: UsageHistory
  readonly states?: OwnerStates
}

export interface WindowsReport {
  readonly swept: number
  readonly counters: number
  readonly reclaimed: number
  readonly archived: number
  readonly failed: number
}

export async function runWindowsJob(ports: WindowsPorts): Promise<WindowsReport> {
  const swept = await sweep(ports)
  const report = { counters: 0, reclaimed: 0, archived: 0, failed: 0 }
  for await (const counter of ports.counters.list('')) {
    report.counters++
    try {
      if (await reclaim(counter, { ...ports, nowMs: ports.ambient.now() })) report.reclaimed++
      if (isSlice(counter.key)) continue
      const whole = counter.grants.size === 0 ? counter : await readRootAndSlices(counter.key, ports.counters)
      if (whole && (await keepBooks(whole, ports))) report.archived++
    } catch (thrown) {
      report.failed++
      const reason = String(thrown)
      ports.ambient.log({ level: 'error', message: 'a counter was not looked after', counter: counter.key, reason })
    }
  }
  return { swept, ...report }
}

/** True = the window was archived now. */
async function keepBooks(counter: Counter, ports: WindowsPorts): Promise<boolean> {
  const { about, marks, key, spent } = counter
  const nowMs = ports.ambient.now()
  if (about === undefined || about.nature === 'rate' || marks.has('archived')) return false
  if (about.endMs === undefined || about.endMs > nowMs) {
    if (marks.has('exhausted') && !isExhausted(about, counter)) await reopen(counter, about, nowMs, ports)
    else await alertOnce(counter, { ...ports, nowMs })
    return false
  }
  if (heldOf(counter) > 0) return false
  await ports.history?.keep({ ...about, counter: key, spent })
  await ports.states?.setActive(about.owner, about.endMs)
  if (!(await ports.counters.mark(key, 'archived'))) return false
  if (spent === 0) return true
  try {
    await ports.alerts.send({ type: 'reset', counter: key, about, spent, atMs: nowMs })
  } catch (thrown) {
    await ports.counters.unmark(key, 'archived')
    throw thrown
  }
  return true
}

/** Its amount was raised. */
async function reopen(counter: Counter, about: CounterAbout, nowMs: number, ports: WindowsPorts): Promise<void> {
  await ports.states?.setActive(about.owner, nowMs)
  await ports.counters.unmark(counter.key, 'refusing')
  await ports.counters.unmark(counter.key, 'exhausted')
}
