/** What a target answered, as it passes through the layers to the client. */
import type { RawFrame } from '../../bytes/sse.ts'
import type { InferenceEvent } from '../../inference/index.ts'
import type { Choice } from './choice.ts'
import type { Meter } from './meter.ts'
import type { Target } from './task.ts'

export interface AnswerBase {
  readonly target: Target
  readonly choice: Choice
  readonly meter: Meter
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Absent = nothing is added. */
  readonly extras?: AnswerExtras
  /** Checks of the answer itself have failed that do not deny it. */
  readonly hasFailedChecks?: true
  /** To be called when the client will not be sent it after all. */
  readonly discard?: () => void
}

/** What a layer adds to an answer where the client's wire has room for it. */
export interface AnswerExtras {
  /** To a whole answer. */
  body(body: string | Uint8Array): string | Uint8Array
  /** Frames before a stream; '' = none. */
  before(): string
  /** Frames after it. */
  after(): string
  /** Called when all of a stream has gone out; what is awaited before `after` is asked. */
  finish(): Promise<void> | undefined
}

export interface WholeAnswer extends AnswerBase {
  readonly type: 'whole'
  /** The provider's bytes; absent when it streamed although it was not asked to. */
  readonly body?: Uint8Array
  readonly events: readonly InferenceEvent[]
}

/** One frame and what it says. */
export interface Step {
  readonly frame: RawFrame
  readonly events: readonly InferenceEvent[]
  /** Its frame no longer says what its events do: they are written anew. */
  readonly isRewritten?: true
}

export interface StreamAnswer extends AnswerBase {
  readonly type: 'stream'
  readonly source: EventStream
  /** Read already, not yet sent. */
  readonly steps: readonly Step[]
}

/** Neither JSON nor events: nobody looks into it. */
export interface BytesAnswer extends AnswerBase {
  readonly type: 'bytes'
  readonly contentType: string
  readonly source: ByteSource
}

export type Answer = WholeAnswer | StreamAnswer | BytesAnswer

/** A stream read step by step. */
export interface EventStream {
  /** After the last steps comes `end`. A stream that breaks off is `broken`, not an exception. */
  next(patienceMs: number): Promise<EventBatch>
  close(): void
}

export type EventBatch =
  | { readonly type: 'steps'; readonly steps: readonly Step[] }
  | { readonly type: 'silence' }
  | { readonly type: 'end' }
  | { readonly type: 'broken'; readonly cause: unknown }

/** An answer that is brought to the client as it comes. */
export interface ByteSource {
  /** undefined = that was all. Throws GatewayError when it broke off. */
  next(): Promise<Uint8Array | undefined>
  /** Nothing more is wanted. */
  close(): void
}
