/** Walks a plan that has something to choose. Loaded with the first such plan. */
import { follow } from '../../routing/course.ts'
import type { Course } from '../../routing/mode.ts'
import type { PlanNode } from '../../routing/plan.ts'
import type { Line } from '../line/line.ts'
import { patternBudgetOf } from '../line/pattern-budget.ts'

export interface PlanCourse<T> extends Omit<Course<T>, 'facts'> {
  readonly facts: Omit<Course<T>['facts'], 'patterns'>
}

export function walkPlan<T>(plan: PlanNode, course: PlanCourse<T>, line: Line): Promise<T> {
  const facts = {
    ...course.facts,
    get patterns() {
      return patternBudgetOf(line)
    },
  }
  return follow(plan, { ...course, facts })
}
