/** Why a model stopped: one neutral word and the provider's own. */

export type FinishReason =
  | 'stop'
  | 'stop-sequence'
  | 'length'
  | 'tool-calls'
  | 'content-filter'
  | 'refusal'
  | 'pause'
  | 'other'

export interface Finish {
  readonly reason: FinishReason
  /** The provider's word, kept as it came; absent when none was sent. */
  readonly raw?: string
  /** Which stop sequence was met, where the wire tells. */
  readonly stopSequence?: string
}
