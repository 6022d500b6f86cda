/** The ledger's rule for one batch of the logs table's stream. Idempotent: any batch may come again, in other cuts, or twice at once. */
import type { Ambient } from '../ambient.ts'
import { type AlertSink, alertOnce } from './alerts.ts'
import type { Counter, CounterStore, LedgerProgress } from './counter.ts'
import { planReclaim, reclaim } from './reclaim.ts'
import { bySequence, type ClosedEntry, groupByCounter, orderedSequence, settleCounter } from './settle.ts'
import { isSlice } from './slice-key.ts'

/** What the stream's records are to the ledger. Only the change from open (or nothing) to closed is an entry, and each heartbeat's write. */
export type LedgerEntry =
  | ({ readonly type: 'closed' } & ClosedEntry)
  | { readonly type: 'heartbeat'; readonly sequence: string; readonly lane: number; readonly minute: number }

export interface LedgerPorts {
  readonly ambient: Pick<Ambient, 'now' | 'log'>
  readonly counters: CounterStore
  readonly progress: LedgerProgress
  readonly alerts: AlertSink
}

export interface LedgerResult {
  /** The stream must be delivered again from this sequence on; absent = all is settled. */
  readonly failedFrom?: string
}

/** A counter's item is tidied when this many minutes could go. */
const tidyAt = 8
const parallel = 16

/** `shard` names the stream's shard the batch came from; batches of one shard must come in order, but may overlap and repeat. */
export async function settleBatch(
  entries: readonly LedgerEntry[],
  position: { readonly shard: string },
  ports: LedgerPorts,
): Promise<LedgerResult> {
  const byCounter = [...groupByCounter(entries.filter((entry) => entry.type === 'closed'))]
  const failed = new Set<string>()
  for (let start = 0; start < byCounter.length; start += parallel)
    await Promise.all(
      byCounter.slice(start, start + parallel).map(async ([key, charges]) => {
        try {
          await settleOne(key, charges, { ...ports, ...position })
        } catch (thrown) {
          ports.ambient.log({
            level: 'error',
            message: 'a counter was not settled',
            counter: key,
            reason: String(thrown),
          })
          for (const charge of charges) failed.add(charge.sequence)
        }
      }),
    )
  const ordered = entries.map((entry) => ({ entry, sequence: orderedSequence(entry.sequence) })).sort(bySequence)
  for (const { entry, sequence } of ordered) {
    if (failed.has(sequence)) return { failedFrom: entry.sequence }
    if (entry.type === 'heartbeat') await ports.progress.advance(entry.lane, entry.minute)
  }
  return {}
}

async function settleOne(
  key: string,
  charges: Parameters<typeof settleCounter>[1],
  ports: LedgerPorts & { readonly shard: string },
): Promise<void> {
  const nowMs = ports.ambient.now()
  const counter = await settleCounter(key, charges, { ...ports, nowMs })
  if (counter === undefined) return
  if (!isSlice(key)) await tell(counter, ports)
  const plan = planReclaim(counter, { nowMs, settledMinute: undefined })
  if (plan && plan.minutes.length + plan.forget.length >= tidyAt) await reclaim(counter, { ...ports, nowMs })
}

/** Of a spread counter the windows job tells, which sees all of it. */
async function tell(counter: Counter, ports: LedgerPorts): Promise<void> {
  const nowMs = ports.ambient.now()
  await alertOnce(counter, { ...ports, nowMs }).catch((thrown) =>
    ports.ambient.log({
      level: 'error',
      message: 'an alert was not sent',
      counter: counter.key,
      reason: String(thrown),
    }),
  )
}
