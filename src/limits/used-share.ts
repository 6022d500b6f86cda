/** How full the fullest of some usage limits is: for choosing a cheaper target before the limit refuses. */
import { collectLimits } from './collect.ts'
import type { CounterStore } from './counter.ts'
import type { HoldRequest } from './gate.ts'
import { counterKey } from './limit.ts'
import { readRootAndSlices } from './spread.ts'
import { windowAt } from './window.ts'

/** From 0 to 1, held amounts included; 0 without usage limits. Reads every counter once, all at the same time; throws where one cannot be read. */
export async function readUsedShare(
  limited: Pick<HoldRequest, 'subjects' | 'policies' | 'dimensions'>,
  nowMs: number,
  counters: Pick<CounterStore, 'read'>,
): Promise<number> {
  const limits = collectLimits(limited).filter(({ nature }) => nature === 'usage')
  const shares = await Promise.all(
    limits.map(async (limit) => {
      if (limit.amount <= 0) return 1
      const counter = await readRootAndSlices(counterKey(limit, windowAt(limit.rule, nowMs)), counters)
      return (counter?.used ?? 0) / limit.amount
    }),
  )
  return Math.min(1, Math.max(0, ...shares))
}
