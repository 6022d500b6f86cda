/** The one gate that every call of a model passes: takes holds before it, gives them back when there is none. */
import type { GatewayError } from '../errors.ts'
import type { Warning } from '../inference/index.ts'
import type { Lease, LeaseRequest } from './lease.ts'
import type { LimitPolicy, LimitSubject } from './setting.ts'

/** What one call may use at most. */
export interface Estimate {
  /** Never fewer than the tokenizer would count. */
  readonly inputTokens: number
  /** What the input will probably be, for rates and `standard` limits; absent = as `inputTokens`. */
  readonly likelyInputTokens?: number
  /** What the provider may add to the input itself while it answers; strict usage limits count on it. */
  readonly addedInputTokens?: number
  /** The client's own cap, for one answer. */
  readonly maxOutputTokens?: number
  /** The model's cap, where known. */
  readonly modelMaxOutputTokens?: number
  /** True = an answer cannot be shortened: all of its cap, or no call. */
  readonly isOutputFixed?: boolean
  /** Answers asked for; output counts this many times. */
  readonly answers: number
  /** Nano-dollars for this many tokens at the dearest applicable tier, rounded up; undefined = the model has no price. */
  readonly priceNanos: (tokens: { readonly input: number; readonly output: number }) => number | undefined
  /** What the output will probably be, for `standard` limits. */
  readonly typicalOutputTokens: number
}

/** Dimension → value, e.g. `api_key`, `workspace_id`, `provider`, `virtual_key`, `config`, `model`, `endpoint_type`, `metadata._user`. */
export type DimensionValues = Readonly<Record<string, string | undefined>>

export interface HoldRequest {
  /** The request's log id; names the hold. */
  readonly logId: string
  /** 1 for the first attempt; requests are counted once per request for the caller's own limits. */
  readonly attempt: number
  readonly nowMs: number
  /** When the request must be over. */
  readonly deadlineAtMs: number
  readonly subjects: readonly LimitSubject[]
  readonly policies: readonly LimitPolicy[]
  readonly dimensions: DimensionValues
  /** Asked for only when something is limited: it may load the price list. */
  readonly estimate: () => Promise<Estimate>
  /** Called once, before the first counter is written, with everything that will be asked for: the record is opened in the same round trip and must name its holds. */
  readonly onPlanned?: (holds: readonly Hold[]) => void
}

/** One amount taken on one counter. Stored in the request's log record, which is what settlement reads. */
export interface Hold {
  /** The counter's key, window included. */
  readonly counter: string
  readonly resource: 'cost' | 'tokens' | 'requests'
  /** Nano-dollars, tokens or requests. */
  readonly amount: number
  /** Epoch minute of the ring bucket that bears the hold; absent = final at once (request rates). */
  readonly minute?: number
  /** What the counter was charged for a request whose instance was lost; absent = by the record's cost and usage. */
  readonly charged?: number
}

export type HoldOutcome =
  | {
      readonly type: 'held'
      readonly holds: readonly Hold[]
      /** Set when the room buys fewer output tokens than asked: the call must go out with this cap. */
      readonly maxOutputTokens?: number
      /** `x-ratelimit-*` for the answer. */
      readonly headers: Readonly<Record<string, string>>
      readonly warnings: readonly Warning[]
    }
  | { readonly type: 'refused'; readonly error: GatewayError; readonly headers: Readonly<Record<string, string>> }

export interface LimitGate {
  /** True when any counter would be touched; the record's opening is then awaited together with the holds. */
  isLimited(request: Pick<HoldRequest, 'subjects' | 'policies' | 'dimensions'>): boolean
  hold(request: HoldRequest): Promise<HoldOutcome>
  /** Counts one more request in flight. Throws `concurrency_exceeded` where that would be too many. */
  lease(request: LeaseRequest): Promise<Lease>
  /** From 0 to 1: how full the fullest of these usage limits is, holds included. Throws where a counter cannot be read. */
  usedShare(request: Pick<HoldRequest, 'subjects' | 'policies' | 'dimensions'>, nowMs: number): Promise<number>
  /** Gives money, tokens and counted requests back, for a call that cost nothing; a request rate stays counted. Safe to lose: the ring gives it back later. */
  release(holds: readonly Hold[], nowMs: number): Promise<void>
}
