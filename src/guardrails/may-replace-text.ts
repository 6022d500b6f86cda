/** Apart from what runs guardrails, because every request with one asks it first. */
import type { Guardrail } from './guardrail.ts'

/** Can a check of it replace text? */
export function mayReplaceText({ checks }: Pick<Guardrail, 'checks'>): boolean {
  return checks.some((check) => check.mayChange)
}
