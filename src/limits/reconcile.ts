/** Proves that every counter is the sum of its log records, and repairs those that are not. */
import { type ChargedLog, chargesOf } from './charge.ts'
import { type Counter, type CounterStore, heldOf } from './counter.ts'
import { isEndless } from './limit.ts'

export interface ReconcilePorts {
  readonly counters: Pick<CounterStore, 'list' | 'read' | 'repair'>
  /** Every closed record, in no order. */
  readonly listClosedLogs: () => AsyncIterable<ChargedLog>
  readonly nowMs: number
  /** How long records are kept; older windows cannot be proved. */
  readonly logTtlDays: number
}

export interface Difference {
  readonly counter: string
  readonly spent: number
  readonly logged: number
  /** `busy` = requests are in flight, ask again; `unprovable` = some of its records have expired. */
  readonly verdict: 'wrong' | 'busy' | 'unprovable' | 'repaired'
}

export interface Reconciliation {
  readonly counters: number
  readonly records: number
  /** Only where spent and logged differ. */
  readonly differences: readonly Difference[]
}

const dayMs = 86_400_000

export async function reconcile(
  ports: ReconcilePorts,
  { isRepairing }: { readonly isRepairing: boolean },
): Promise<Reconciliation> {
  const before = new Map<string, Counter>()
  for await (const counter of ports.counters.list('')) before.set(counter.key, counter)
  const logged = new Map<string, number>()
  let records = 0
  for await (const log of ports.listClosedLogs()) {
    records++
    for (const charge of chargesOf(log))
      if (!charge.isFinal) logged.set(charge.counter, (logged.get(charge.counter) ?? 0) + charge.amount)
  }
  const differences: Difference[] = []
  for (const counter of before.values()) {
    const sum = logged.get(counter.key) ?? 0
    if (isFinalRate(counter) || counter.spent === sum) continue
    const verdict = await judge(counter, sum, { ...ports, isRepairing })
    differences.push({ counter: counter.key, spent: counter.spent, logged: sum, verdict })
  }
  return { counters: before.size, records, differences }
}

async function judge(
  before: Counter,
  logged: number,
  ports: ReconcilePorts & { readonly isRepairing: boolean },
): Promise<Difference['verdict']> {
  const now = await ports.counters.read(before.key)
  if (now === undefined || now.spent !== before.spent || heldOf(now) !== 0) return 'busy'
  const isOld = isEndless(before.key) || (before.about?.startMs ?? 0) < ports.nowMs - ports.logTtlDays * dayMs
  if (isOld && logged < before.spent) return 'unprovable'
  if (!ports.isRepairing) return 'wrong'
  return (await ports.counters.repair(now, logged)) ? 'repaired' : 'busy'
}

/** Request rates count without records. */
function isFinalRate({ about }: Counter): boolean {
  return about?.nature === 'rate' && about.resource === 'requests'
}
