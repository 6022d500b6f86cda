/** The time that one request may spend on patterns that somebody outside wrote, whoever runs them. */
import { PatternBudget } from '../../patterns/pattern.ts'
import { NoteKey, type Notes } from './notes.ts'

const budget = new NoteKey(() => new PatternBudget())

export function patternBudgetOf({ notes }: { readonly notes: Notes }): PatternBudget {
  return notes.of(budget)
}
