/** What guardrails found, as `hook_results` shows it to clients and as the log keeps it. */
import type { Feedback, Guardrail, Hook, Verdict } from './guardrail.ts'

export interface CheckResult {
  readonly id: string
  readonly verdict: boolean
  readonly data: Readonly<Record<string, unknown>> | null
  readonly execution_time: number
  readonly transformed: boolean
  readonly created_at: string
  readonly log: null
  readonly error?: { readonly name: string; readonly message: string }
  /** The check does not apply to this side of the call. */
  readonly skipped?: true
}

export interface HookResult {
  readonly id: string
  readonly type: 'guardrail' | 'mutator'
  readonly verdict: boolean
  readonly deny: boolean
  readonly async: boolean
  readonly transformed: boolean
  readonly execution_time: number
  readonly created_at: string
  readonly checks: readonly CheckResult[]
  readonly feedback: (Feedback & { readonly metadata: Readonly<Record<string, unknown>> }) | null
  readonly guardrail_version_id?: string
}

export interface HookResults {
  readonly before_request_hooks: readonly HookResult[]
  readonly after_request_hooks: readonly HookResult[]
}

/** One check that was run. */
export interface CompletedCheck {
  readonly id: string
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly verdict: Verdict
  readonly hasChanged: boolean
  /** Nothing stood in its way but itself. */
  readonly error?: Error
  readonly isSkipped: boolean
}

export function checkResult(ran: CompletedCheck): CheckResult {
  const error = ran.error ?? ran.verdict.error
  return {
    id: ran.id,
    verdict: ran.verdict.isPassed,
    data: ran.verdict.data ?? null,
    execution_time: ran.endedAtMs - ran.startedAtMs,
    transformed: ran.hasChanged,
    created_at: new Date(ran.startedAtMs).toISOString(),
    log: null,
    ...(error === undefined ? {} : { error: { name: error.name, message: error.message } }),
    ...(ran.isSkipped ? { skipped: true } : {}),
  }
}

export function hookResult(guardrail: Guardrail, checks: readonly CheckResult[], times: Times): HookResult {
  const verdict = checks.every((check) => check.verdict)
  const feedback = verdict ? guardrail.onSuccess : guardrail.onFail
  return {
    id: guardrail.id,
    type: guardrail.type,
    verdict,
    deny: guardrail.deny,
    async: guardrail.isAsync,
    transformed: checks.some((check) => check.transformed),
    execution_time: times.endedAtMs - times.startedAtMs,
    created_at: new Date(times.startedAtMs).toISOString(),
    checks,
    feedback: feedback === undefined ? null : { ...feedback, metadata: feedbackMetadata(feedback, checks) },
    ...(guardrail.versionId === undefined ? {} : { guardrail_version_id: guardrail.versionId }),
  }
}

interface Times {
  readonly startedAtMs: number
  readonly endedAtMs: number
}

function feedbackMetadata({ metadata }: Feedback, checks: readonly CheckResult[]) {
  const names = (isWanted: (check: CheckResult) => boolean) =>
    checks
      .filter(isWanted)
      .map(({ id }) => id)
      .join(', ')
  return {
    ...metadata,
    successfulChecks: names(({ verdict, error }) => verdict && error === undefined),
    failedChecks: names(({ verdict }) => !verdict),
    erroredChecks: names(({ error }) => error !== undefined),
  }
}

/** Of the log: the verdicts without what they quote of the text. */
export interface GuardrailNote {
  readonly hook: Hook
  readonly id: string
  readonly versionId?: string
  /** Of which attempt. */
  readonly attempt: number
  readonly verdict: boolean
  readonly deny: boolean
  readonly isAsync: boolean
  readonly isTransformed: boolean
  readonly startedAtMs: number
  readonly durationMs: number
  readonly checks: readonly {
    readonly id: string
    readonly verdict: boolean
    readonly durationMs: number
    readonly isTransformed?: true
    readonly error?: string
  }[]
  readonly feedback?: { readonly value: number; readonly weight: number }
}

export function noteOf(result: HookResult, hook: Hook, attempt: number): GuardrailNote {
  return {
    hook,
    id: result.id,
    ...(result.guardrail_version_id === undefined ? {} : { versionId: result.guardrail_version_id }),
    attempt,
    verdict: result.verdict,
    deny: result.deny,
    isAsync: result.async,
    isTransformed: result.transformed,
    startedAtMs: Date.parse(result.created_at),
    durationMs: result.execution_time,
    checks: result.checks.map((check) => ({
      id: check.id,
      verdict: check.verdict,
      durationMs: check.execution_time,
      ...(check.transformed ? { isTransformed: true } : {}),
      ...(check.error === undefined ? {} : { error: `${check.error.name}: ${check.error.message}`.slice(0, 200) }),
    })),
    ...(result.feedback === null ? {} : { feedback: { value: result.feedback.value, weight: result.feedback.weight } }),
  }
}
