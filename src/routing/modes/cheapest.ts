/** The target where this request would cost least first, then as a fallback does. Targets without a known price come last, in their order. */
import type { Mode, Steps } from '../mode.ts'
import { leavesOf, type PlanNode } from '../plan.ts'
import { fallback } from './fallback.ts'

export const cheapest: Mode = async (branch, steps) => {
  const priced = await Promise.all(
    branch.children.map(async (child) => ({ child, costNanos: await costOf(child, steps) })),
  )
  const children = priced.toSorted((one, other) => one.costNanos - other.costNanos).map(({ child }) => child)
  return fallback({ ...branch, children }, { ...steps, run: (child) => steps.run(child, 'price') })
}

/** Of a branch, what its cheapest target costs. */
async function costOf<T>(node: PlanNode, steps: Steps<T>): Promise<number> {
  const costs = await Promise.all(leavesOf(node).map((leaf) => steps.costOf(leaf)))
  return Math.min(...costs.map((costNanos) => costNanos ?? Number.POSITIVE_INFINITY))
}
