/** Whether and when the same target is called again. Pure, but for the budget that bounds retries over many requests. */
import type { GatewayError } from '../errors.ts'
import type { RetrySetting } from './config.ts'

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
function isRetried({ code, status, facts }: GatewayError, { onStatusCodes }: RetrySetting): boolean {
  if (code !== 'upstream_rejected' && code !== 'upstream_unavailable' && code !== 'request_timeout') return false
  if (facts.isRetryable === false) return false
  const hasNoAnswer = code === 'upstream_unavailable' && facts.status === undefined
  return hasNoAnswer || (onStatusCodes ?? usualCodes).includes(status)
}

/** A retry per five requests, and a few for quiet times. */
const perRequest = 0.2
const mostSaved = 10
const oneEveryMs = 10_000
const mostTargets = 5_000

/** Bounds what retries add to a target that is failing: 20 % of its requests, once the savings are spent. Per instance. */
export class RetryBudget {
  readonly #saved = new Map<string, { tokens: number; atMs: number }>()

  /** Each first call of a target. */
  deposit(target: string, nowMs: number): void {
    const account = this.#account(target, nowMs)
    account.tokens = Math.min(mostSaved, account.tokens + perRequest)
  }

  /** False = no retry now. */
  withdraw(target: string, nowMs: number): boolean {
    const account = this.#account(target, nowMs)
    // 5 × 0.2 is a whole token, whatever the binary sum says.
    if (account.tokens < 1 - 1e-9) return false
    account.tokens -= 1
    return true
  }

  #account(target: string, nowMs: number): { tokens: number; atMs: number } {
    const known = this.#saved.get(target)
    if (known !== undefined) {
      known.tokens = Math.min(mostSaved, known.tokens + Math.max(0, nowMs - known.atMs) / oneEveryMs)
      known.atMs = nowMs
      return known
    }
    if (this.#saved.size >= mostTargets) this.#saved.clear()
    const account = { tokens: mostSaved, atMs: nowMs }
    this.#saved.set(target, account)
    return account
  }
}
