/** What a closed record costs on each counter it held: the rule that settlement and reconciliation share. */

import { totalTokens } from '../inference/index.ts'
import type { ClosedLog } from '../records/log.ts'
import type { Hold } from './gate.ts'

export type ChargedLog = Pick<ClosedLog, 'id' | 'holds' | 'outcome' | 'errorCode' | 'costNanos' | 'usage'>

/** The error code of a record that its instance never closed. Each of its holds says what it was charged. */
export const instanceLost = 'instance_lost'

export interface Charge {
  readonly counter: string
  readonly amount: number
  /** Counted when it was taken: nothing is left to settle. */
  readonly isFinal: boolean
  /** Minute → what the record holds there; of a lost one, the part that it is charged. */
  readonly buckets: ReadonlyMap<number, number>
}

export function chargesOf(log: ChargedLog): readonly Charge[] {
  return [...Map.groupBy(log.holds, (hold) => hold.counter)].map(([counter, holds]) => ({
    counter,
    amount: chargedAmount(log, holds),
    isFinal: holds.every((hold) => hold.minute === undefined),
    buckets: sumByMinute(holds),
  }))
}

/** What is not known is charged as held. */
function chargedAmount(log: ChargedLog, holds: readonly Hold[]): number {
  const first = holds[0]
  if (holds.some((hold) => hold.charged !== undefined)) return holds.reduce((sum, hold) => sum + (hold.charged ?? 0), 0)
  const heldAmount = Math.max(0, ...holds.map((hold) => hold.amount))
  if (first?.resource === 'cost') return log.costNanos ?? heldAmount
  if (first?.resource === 'tokens') return (log.usage && totalTokens(log.usage)) ?? heldAmount
  return holds.reduce((sum, hold) => sum + hold.amount, 0)
}

function sumByMinute(holds: readonly Hold[]): ReadonlyMap<number, number> {
  const sums = new Map<number, number>()
  for (const { minute, amount, charged = amount } of holds)
    if (minute !== undefined) sums.set(minute, (sums.get(minute) ?? 0) + charged)
  return sums
}
