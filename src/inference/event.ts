/** What a model says, in any wire. A whole answer is this list at once; a stream is this list over time. */
import type { GatewayError } from '../errors.ts'
import type { Carry } from './carry.ts'
import type { Finish } from './finish.ts'
import type { Usage } from './usage.ts'

/** The kinds of content an answer is made of. A block's text arrives in deltas between its start and its end. */
export type Block =
  | { readonly type: 'text' }
  /** Thinking. `redacted` holds opaque data where the provider hides the text. */
  | { readonly type: 'reasoning'; readonly redacted?: string }
  /** Deltas are the arguments' JSON text, byte for byte; it may be empty. */
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string }
  | { readonly type: 'refusal' }
  /** Something only its own wire understands, whole in `carry`; a picture among it for those that have a place for one. */
  | { readonly type: 'other'; readonly carry: Carry; readonly picture?: Picture }

/** A page that a text rests on. */
export interface Citation {
  readonly url: string
  readonly title?: string
  /** Characters of the block's text; absent = all of it. */
  readonly start?: number
  readonly end?: number
}

export interface TokenLogprob {
  readonly token: string
  readonly logprob: number
  /** The likeliest in its place. */
  readonly top: readonly { readonly token: string; readonly logprob: number }[]
}

export interface Picture {
  readonly mediaType: string
  readonly base64: string
}

export type InferenceEvent =
  | { readonly type: 'response-start'; readonly id: string; readonly model: string; readonly createdAtMs?: number }
  /** `index` counts blocks from 0 in the order they start; blocks may be open at the same time (parallel tool calls). */
  | { readonly type: 'block-start'; readonly index: number; readonly block: Block }
  | { readonly type: 'block-delta'; readonly index: number; readonly text: string }
  /** `signature` belongs to a reasoning or tool-call block and must travel byte for byte. */
  | {
      readonly type: 'block-end'
      readonly index: number
      readonly signature?: string
      readonly carry?: Carry
      readonly citations?: readonly Citation[]
    }
  /** May come several times; later figures replace earlier ones field by field. */
  | { readonly type: 'usage'; readonly usage: Usage }
  | {
      readonly type: 'response-end'
      readonly finish: Finish
      readonly carry?: Carry
      /** Of the answer's text, token by token, where they were asked for. */
      readonly logprobs?: readonly TokenLogprob[]
    }
  /** The provider said so in the stream, or the stream broke. Always the last event. */
  | { readonly type: 'error'; readonly error: GatewayError }
