/** The contract of a wire format, both halves. Pure and synchronous; knows no provider, no network, no store. */
import type { GatewayError } from '../errors.ts'
import type { InferenceEvent, InferenceRequest, Units, Warning } from '../inference/index.ts'
import type { ModelTraits } from '../model-traits/index.ts'

/** The wires that clients speak. */
export type ClientProtocolId = 'openai-chat' | 'openai-responses' | 'anthropic-messages'

/** All wires; the others are spoken to providers only. */
export type ProtocolId = ClientProtocolId | 'google-gemini' | 'bedrock-converse'

/** Endpoints of one shape only: what a client says goes to a provider that has the endpoint, untouched. */
export type NativeProtocolId =
  | 'openai-embeddings'
  | 'openai-completions'
  | 'openai-moderations'
  | 'openai-rerank'
  | 'openai-images'
  | 'openai-image-edits'
  | 'openai-image-variations'
  | 'openai-speech'
  | 'openai-transcriptions'
  | 'openai-translations'

/** Everything that clients speak; Google's own wire is passed on and never translated from. */
export type ClientWireId = ClientProtocolId | NativeProtocolId | 'google-gemini'

/** Shapes of single companies that stand in for a native wire; see `reshape.ts`. */
export type ReshapedId =
  | 'cohere-embeddings'
  | 'cohere-invoke-embeddings'
  | 'feature-extraction'
  | 'float-embeddings'
  | 'google-embeddings'
  | 'jina-embeddings'
  | 'nomic-embeddings'
  | 'nova-embeddings'
  | 'titan-embeddings'
  | 'vertex-embeddings'
  | 'vertex-multimodal-embeddings'
  | 'voyage-embeddings'
  | 'bedrock-rerank'
  | 'cohere-rerank'
  | 'jina-rerank'
  | 'pinecone-rerank'
  | 'vertex-rerank'
  | 'voyage-rerank'
  | 'fireworks-images'
  | 'gemini-images'
  | 'hyperbolic-images'
  | 'imagen-images'
  | 'segmind-images'
  | 'siliconflow-images'
  | 'stability-images'
  | 'stability-invoke-images'
  | 'titan-images'
  | 'together-images'
  | 'workers-images'
  | 'grok-images'
  | 'gemini-speech'

/** Everything that providers speak. */
export type WireId = ProtocolId | NativeProtocolId | ReshapedId

export type JsonObject = Readonly<Record<string, unknown>>

/** How a provider cuts its streamed answer into frames. */
export type Framing = 'sse' | 'aws-event-stream'

/** One frame of a stream, as its framing delivers it. */
export interface Frame {
  /** The `event:` field; absent when the frame has none. */
  readonly event?: string
  /** The joined `data:` lines; for a comment-only frame it is absent. */
  readonly data?: string
  /** The framing itself says that this frame is an error. */
  readonly isError?: true
  /** The frame as it came, its ending included; absent where nobody has it. */
  readonly bytes?: Uint8Array
}

/** What the gateway acts on in a client's request, without a full reading. */
export interface Peek {
  /** '' = a prompt that the provider has stored names it. */
  readonly model: string
  readonly isStream: boolean
  /** The client's own cap; absent = the model's, 0 where the endpoint generates no tokens. */
  readonly maxOutputTokens?: number
  /** How many answers are asked for (`n`); 1 when absent. */
  readonly answers: number
  /** Did the client ask to see usage in its stream? Always true where the wire always shows it. */
  readonly wantsUsage: boolean
  /** The end user named in the body. */
  readonly user?: string
  readonly hasTools: boolean
  /** True = the provider works on after its answer, so the answer does not tell what it costs. */
  readonly isBackground?: boolean
  /** True = each answer takes up to `maxOutputTokens`, and no key of the body can cap it. */
  readonly isOutputFixed?: boolean
  /** True = part of the input is token ids, which nobody here can read. */
  readonly hasTokenIds?: boolean
  /** What the request asks for beside tokens, at most; also what it is charged where the answer does not tell. */
  readonly units?: Units
  /** True = `units` is a bound and not a count, so what is charged by it is an estimate. */
  readonly isUnitsBound?: true
  /** The most input tokens, where the size of the body does not tell; 0 = none are counted. */
  readonly inputTokens?: number
  /** The field that asks for an answer whose text guardrails cannot read; absent = they can. */
  readonly unreadable?: string
}

/** What was said otherwise in a request and has to be undone in its answer. */
export interface Restoration {
  /** Short name → the client's own. */
  readonly toolNames: ReadonlyMap<string, string>
  /** The tool whose arguments are the answer. */
  readonly formatTool?: string
}

/** A translated body and what it lost. */
export interface WrittenRequest {
  readonly body: JsonObject
  readonly warnings: readonly Warning[]
  /** What has to be undone in the answer; absent = nothing. */
  readonly restoration?: Restoration
}

export interface WriteRequestOptions {
  /** What the model takes, its provider's and its integration's deviations included; absent = what its name tells. */
  readonly traits?: ModelTraits
  /** Betas of Anthropic's that the client's header asks for. */
  readonly betas?: readonly string[]
}

/** Turns neutral events into the client's stream, one push at a time. */
export interface StreamWriter {
  /** Text to send for this event; '' when the wire has nothing to say for it. */
  push(event: InferenceEvent): string
  readonly warnings: readonly Warning[]
  /** The frames of an error after the commit, where they depend on what was written before; absent = `writeStreamError` says all. */
  fail?(error: GatewayError, traceId: string): string
}

/** Turns a provider's frames into neutral events, one push at a time. */
export interface StreamReader {
  /** Never throws: a frame that cannot be read becomes an `error` event. */
  push(frame: Frame): readonly InferenceEvent[]
  /** The stream has ended. Gives an `error` event when the wire's own ending was missing, and [] when all was well. */
  end(): readonly InferenceEvent[]
}

export interface WriteAnswerOptions {
  /** The model's name, for answers that do not say it. */
  readonly model: string
  /** Unlike any other answer's, for answers without an id; absent = the time stands for it. */
  readonly answerId?: string
  /** The client asked to see usage in its stream. */
  readonly wantsUsage: boolean
  readonly nowMs: number
  /** False: extras beyond the wire's specification (thinking text and the like) may be written. */
  readonly isStrict: boolean
  /** The client's own body, for wires whose answer repeats parts of it. */
  readonly request?: JsonObject
}

/** Reads a client's request and writes its answer. */
export interface ClientHalf {
  /** Checks the few fields the gateway acts on. Throws GatewayError `invalid_request` that names the field, what was got, what is allowed. */
  peek(body: JsonObject): Peek
  /** The full reading, only when the request is to be translated. Throws like peek. */
  readRequest(body: JsonObject): InferenceRequest
  /** The whole answer as this wire's JSON text. */
  writeAnswer(
    events: readonly InferenceEvent[],
    options: WriteAnswerOptions,
  ): { readonly text: string; readonly warnings: readonly Warning[] }
  openStream(options: WriteAnswerOptions): StreamWriter
  /** The body of an error before anything was written; its status is the error's. `traceId` where the wire has a place for it. */
  writeError(error: GatewayError, traceId: string): string
  /** The frame of an error after the commit. */
  writeStreamError(error: GatewayError, traceId: string): string
  /** Sent at a frame boundary when nothing else was for a while. */
  readonly keepAlive: string
}

/** What must be set in the body on passthrough, as top-level keys of the wire. */
export interface PassthroughEdits {
  readonly [key: string]: unknown
}

/** What a body must lose before it may pass, as top-level keys of the wire. */
export interface ForeignContent {
  readonly edits: PassthroughEdits
  readonly warnings: readonly Warning[]
}

/** Writes a provider's request and reads its answer. */
export interface UpstreamHalf {
  readonly framing: Framing
  /** True = its providers may send a stream as one JSON array instead; a frame may then hold several answers. */
  readonly streamsArrays?: boolean
  /** Throws GatewayError `unsupported_parameter` for what cannot be dropped honestly. `maxOutputTokens` on the request is already final. */
  writeRequest(request: InferenceRequest, options?: WriteRequestOptions): WrittenRequest
  /** A whole answer as events; `model` is the id that was called. An error body under status 200 gives one `error` event. Throws GatewayError `upstream_rejected` when it is not this wire at all. */
  readAnswer(body: JsonObject, model?: string): readonly InferenceEvent[]
  /** `model` is the id that was called. */
  openStream(model?: string): StreamReader
  /** A provider's error status and body as an error with a readable message. */
  readError(status: number, body: string): GatewayError
  /** Passthrough: which top-level keys must be set so that usage is always reported, given the client's body. */
  askForUsage(body: JsonObject): PassthroughEdits
  /** Passthrough: what a client brought from another provider's answers and this wire's would refuse; undefined = nothing. */
  dropForeign?(body: JsonObject): ForeignContent | undefined
  /** Passthrough: is this frame only there because we asked for usage, so that a client that did not is spared it? */
  isUsageOnly(frame: Frame): boolean
  /** The top-level key that caps the output, given the client's body. */
  maxOutputKey(body: JsonObject): string
  /** Where the cap is no top-level key: what must be set instead. */
  capOutput?(body: JsonObject, maxOutputTokens: number): PassthroughEdits
  /** Where its providers count a request's tokens in a shape that is not the request's own: the body that asks for it, out of the written one, and the number in its answer. */
  readonly counting?: {
    writeRequest(written: JsonObject): JsonObject
    /** undefined = it does not say. */
    readAnswer(body: JsonObject): number | undefined
  }
  /** Events that carry no content yet: the stream may still fail over after them. */
  isPreamble(event: InferenceEvent): boolean
}

/** An endpoint that is passed on and never translated. */
export interface Endpoint {
  /** For messages: "has no … endpoint". */
  readonly name: string
  /** Does its answer hold text that a model wrote? */
  readonly answersText: boolean
  /** What the API means by a request that names no model; absent = it must name one. */
  readonly usualModel?: string
  /** The bodies it takes; absent = `json`. `any` = whatever comes, a JSON object and a form being read. */
  readonly takes?: 'json' | 'form' | 'json-or-form' | 'any'
  /** True = a good answer need be neither JSON nor events; it is then brought to the client as it comes. */
  readonly answersBytes?: true
}

export interface Protocol {
  readonly id: WireId
  /** Absent = a wire that is translated from and to all others. */
  readonly endpoint?: Endpoint
  /** Absent where no client speaks it. */
  readonly client?: ClientHalf
  readonly upstream: UpstreamHalf
}

export interface ClientProtocol extends Protocol {
  readonly id: ClientWireId
  readonly client: ClientHalf
}
