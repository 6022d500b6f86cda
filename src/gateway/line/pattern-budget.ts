/** The time that one request may spend on patterns that somebody outside wrote, whoever runs them. */
import { PatternBudget } from '../../patterns/pattern.ts'

const budgets = new WeakMap<object, PatternBudget>()

export function patternBudgetOf({ record }: { readonly record: object }): PatternBudget {
  const known = budgets.get(record)
  if (known !== undefined) return known
  const made = new PatternBudget()
  budgets.set(record, made)
  return made
}
