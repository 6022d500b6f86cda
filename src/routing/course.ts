/** Walks a plan: each strategy decides which of its children runs, until a leaf has answered or nothing is left. */
import type { ModeName } from './config.ts'
import type { ChosenBy, Course, Mode } from './mode.ts'
import { cheapest } from './modes/cheapest.ts'
import { conditional } from './modes/conditional.ts'
import { fallback } from './modes/fallback.ts'
import { loadbalance } from './modes/loadbalance.ts'
import { single } from './modes/single.ts'
import type { PlanNode } from './plan.ts'

const modes: Readonly<Record<ModeName, Mode>> = { single, fallback, loadbalance, conditional, cheapest }

/** Throws the error of the last leaf that was called. Calls each leaf at most once. */
export function follow<T>(plan: PlanNode, course: Course<T>): Promise<T> {
  const walk = (node: PlanNode, above?: ChosenBy): Promise<T> =>
    node.type === 'leaf'
      ? course.call(node, above)
      : modes[node.strategy.mode](node, { ...course, run: (child, by) => walk(child, by ?? above) })
  return walk(plan)
}
