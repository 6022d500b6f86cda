/** Walks a plan: each strategy decides which of its children runs, until a leaf has answered or nothing is left. */
import type { ModeName } from './config.ts'
import type { Course, Mode, Steps } from './mode.ts'
import { conditional } from './modes/conditional.ts'
import { fallback } from './modes/fallback.ts'
import { loadbalance } from './modes/loadbalance.ts'
import { single } from './modes/single.ts'
import type { PlanNode } from './plan.ts'

const modes: Readonly<Record<ModeName, Mode>> = { single, fallback, loadbalance, conditional }

/** Throws the error of the last leaf that was called. Calls each leaf at most once. */
export function follow<T>(plan: PlanNode, course: Course<T>): Promise<T> {
  const steps: Steps<T> = {
    ...course,
    run: (node) => (node.type === 'leaf' ? course.call(node) : modes[node.strategy.mode](node, steps)),
  }
  return steps.run(plan)
}
