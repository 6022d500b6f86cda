/** How long an answer may be silent after its headers, and what ends it then. */
import type { GatewayError } from '../../errors.ts'
import type { UpstreamResponse } from '../ports.ts'

export interface Patience {
  /** Of a stream the first event that says something, of any other answer the first byte. */
  readonly contentDueAtMs: number
  /** Between two pieces, once there was content. */
  readonly idleMs: number
  /** Ends the call; returns why. */
  giveUp(silence: 'first_content' | 'idle'): GatewayError
}

/** An answer's beginning, from `send`. */
export interface SentResponse extends UpstreamResponse {
  /** Absent = it is waited for as long as the request may run. */
  readonly patience?: Patience
}
