/** Whether and when the same target is called again. Pure, but for the budget that bounds retries over many requests. */
import type { GatewayError } from '../errors.ts'
import type { RetrySetting } from './config.ts'
import { isFailureListed } from './failure.ts'

/** What other gateways retry, and 529 (overloaded). */
const usualCodes: readonly number[] = [429, 500, 502, 503, 504, 529]
const firstWaitMs = 1_000
const longestWaitMs = 16_000
/** Longer than this nobody waits, neither at once nor in sum. */
const mostWaitedMs = 60_000

export interface Tried {
  readonly error: GatewayError
  readonly setting: RetrySetting
  /** Retries made already. */
  readonly retries: number
  readonly waitedMs: number
  /** Until the request must be over. */
  readonly leftMs: number
  /** In [0, 1). */
  readonly chance: number
}

export type RetryDecision =
  | { readonly type: 'retry'; readonly waitMs: number }
  /** `never` = such an error is not retried; the others mean that a retry was due and is given up. */
  | { readonly type: 'stop'; readonly because: 'never' | 'attempts' | 'wait' }

export function decideRetry({ error, setting, retries, waitedMs, leftMs, chance }: Tried): RetryDecision {
  if (!isRetried(error, setting)) return { type: 'stop', because: 'never' }
  if (retries >= setting.attempts) return { type: 'stop', because: 'attempts' }
  const asked = setting.usesRetryAfter ? error.facts.retryAfterMs : undefined
  // Full jitter: callers that failed together do not come back together.
  const waitMs = asked ?? Math.floor(chance * Math.min(longestWaitMs, firstWaitMs * 2 ** retries))
  if (waitedMs + waitMs > mostWaitedMs || waitMs >= leftMs) return { type: 'stop', because: 'wait' }
  return { type: 'retry', waitMs }
}

/** Only what a provider did or did not do; what this gateway refuses itself would be refused again. */
function isRetried(error: GatewayError, setting: RetrySetting): boolean {
  const { code, status, facts } = error
  const { onStatusCodes, onFailures } = setting
  // Another answer may pass; the same request would not.
  if (code === 'guardrail_denied') return facts.deniedHook === 'output' && onStatusCodes?.includes(status) === true
  if (code !== 'upstream_rejected' && code !== 'upstream_unavailable' && code !== 'request_timeout') return false
  if (onStatusCodes?.includes(status) === true || isFailureListed(error, setting)) return true
  if (onFailures !== undefined && onStatusCodes === undefined) return false
  // What nobody listed is retried only where the provider does not say that it would not help.
  if (facts.isRetryable === false) return false
  const hasNoAnswer = code === 'upstream_unavailable' && facts.status === undefined
  return hasNoAnswer || (onStatusCodes === undefined && usualCodes.includes(status))
}

/** A retry per five requests, one more for each good answer, and a few saved for a sudden need. */
const perRequest = 0.2
const perAnswer = 1
const mostSaved = 10
const mostTargets = 5_000

/** Bounds what retries add to a target that is failing: 20 % of its requests, once the savings are spent. Per instance. */
export class RetryBudget {
  readonly #saved = new Map<string, number>()

  /** Each first call of a target. */
  noteRequest(target: string): void {
    this.#add(target, perRequest)
  }

  noteAnswer(target: string): void {
    this.#add(target, perAnswer)
  }

  /** False = no retry now. */
  withdraw(target: string): boolean {
    const saved = this.#of(target)
    // Five times 0.2 is a whole one, whatever the binary sum says.
    if (saved < 1 - 1e-9) return false
    this.#saved.set(target, saved - 1)
    return true
  }

  #of(target: string): number {
    return this.#saved.get(target) ?? mostSaved
  }

  #add(target: string, amount: number): void {
    if (this.#saved.size >= mostTargets) this.#saved.clear()
    this.#saved.set(target, Math.min(mostSaved, this.#of(target) + amount))
  }
}
