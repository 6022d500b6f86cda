/** The one check of guardrails that concerns paths that are passed on: which kinds of requests a caller may make. */

import { requestContent } from '../layers/guarding/guard-content.ts'
import { denied, guardrailsFor, judge } from '../layers/guarding/guards.ts'
import type { Line } from '../line/line.ts'
import type { TargetTask } from '../line/target-request.ts'

const typeCheck = 'default.allowedRequestTypes'

/** Throws `guardrail_denied`. */
export async function guardType({ task, target, settings }: TargetTask, line: Line): Promise<void> {
  const all = await guardrailsFor({ task, settings, line }, 'input')
  const guardrails = all
    .map((guardrail) => ({ ...guardrail, checks: guardrail.checks.filter(({ id }) => id === typeCheck) }))
    .filter(({ checks }) => checks.length > 0)
  if (guardrails.length === 0) return
  const attempt = line.record.attempts.length
  const { deniedBy } = await judge({
    task,
    target,
    hook: 'input',
    guardrails,
    content: requestContent({}),
    line,
    attempt,
  })
  if (deniedBy !== undefined) throw denied(deniedBy, 'input', line)
}
