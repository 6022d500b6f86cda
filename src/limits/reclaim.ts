/** Gives back what dead requests held, and keeps a counter's item small. Only minutes that the ledger has passed are given back. */
import type { Counter, CounterStore, LedgerProgress } from './counter.ts'
import { minuteOf } from './window.ts'

/** After a hold's minute; covers late closes and clocks that differ. */
const holdGraceMs = 3 * 60_000
/** Redelivery of a stream record ends with its retention of 24 hours. */
const positionLifeMinutes = 26 * 60

export interface ReclaimPlan {
  readonly minutes: readonly number[]
  readonly floor: number
  readonly forget: readonly string[]
}

/** What may be given back or dropped now; undefined = nothing. */
export function planReclaim(
  counter: Counter,
  now: { readonly nowMs: number; readonly settledMinute: number | undefined },
): ReclaimPlan | undefined {
  const overMinute = minuteOf(now.nowMs - holdGraceMs) - 1
  const settled = Math.min(overMinute, now.settledMinute ?? Number.NEGATIVE_INFINITY)
  const minutes = [...counter.buckets]
    .filter(([minute, held]) => minute <= (held === 0 ? overMinute : settled))
    .map(([minute]) => minute)
  const forget = [...counter.positions]
    .filter(([, position]) => position.minute < minuteOf(now.nowMs) - positionLifeMinutes)
    .map(([shard]) => shard)
  if (minutes.length === 0 && forget.length === 0) return undefined
  return { minutes, forget, floor: Math.max(counter.floor ?? Number.NEGATIVE_INFINITY, overMinute) }
}

/** True = something was given back or dropped. */
export async function reclaim(
  counter: Counter,
  ports: { readonly counters: CounterStore; readonly progress: LedgerProgress; readonly nowMs: number },
): Promise<boolean> {
  const settledMinute = await ports.progress.settledMinute()
  const plan = planReclaim(counter, { nowMs: ports.nowMs, settledMinute })
  return plan !== undefined && (await ports.counters.reclaim({ counter, ...plan }))
}
