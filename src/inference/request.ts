/** A request to a model in the neutral form: what three or more wires share. The rest rides in `carry`. */
import type { Carry } from './carry.ts'

/** A mark that the prefix up to here is worth caching. */
export interface CacheMark {
  readonly ttl?: '5m' | '1h'
}

export type Source =
  | { readonly type: 'url'; readonly url: string }
  | { readonly type: 'base64'; readonly mediaType: string; readonly base64: string }
  /** A file stored at the provider. */
  | { readonly type: 'file'; readonly fileId: string }
  | { readonly type: 'text'; readonly text: string }

interface PartExtras {
  readonly cache?: CacheMark
  readonly carry?: Carry
}

export type Part = PartExtras &
  (
    | { readonly type: 'text'; readonly text: string }
    | { readonly type: 'image'; readonly source: Source; readonly detail?: string }
    | { readonly type: 'document'; readonly source: Source; readonly name?: string }
    | { readonly type: 'audio'; readonly base64: string; readonly format: string }
    | { readonly type: 'reasoning'; readonly text: string; readonly signature?: string; readonly redacted?: string }
    /** `arguments` is the JSON text as the model wrote it, possibly empty or cut. */
    | {
        readonly type: 'tool-call'
        readonly id: string
        readonly name: string
        readonly arguments: string
        readonly signature?: string
      }
    | {
        readonly type: 'tool-result'
        readonly callId: string
        readonly content: readonly Part[]
        readonly isError?: boolean
      }
    | { readonly type: 'refusal'; readonly text: string }
    /** Something only its own wire understands, whole in `carry`; `text` is what can be read of it. */
    | { readonly type: 'other'; readonly text?: string }
  )

export type Role = 'system' | 'developer' | 'user' | 'assistant'

/** Tool results are parts of a user message. System and developer messages keep their place in the list. */
export interface Message {
  readonly role: Role
  readonly content: readonly Part[]
  readonly name?: string
  readonly carry?: Carry
}

export interface Tool {
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments; absent = the tool takes none. */
  readonly schema?: Readonly<Record<string, unknown>>
  readonly isStrict?: boolean
  readonly cache?: CacheMark
  readonly carry?: Carry
}

export type ToolChoice =
  | { readonly type: 'auto' }
  | { readonly type: 'none' }
  | { readonly type: 'required' }
  | { readonly type: 'tool'; readonly name: string }

export type OutputFormat =
  | { readonly type: 'json' }
  | {
      readonly type: 'json-schema'
      readonly name: string
      readonly schema: Readonly<Record<string, unknown>>
      readonly description?: string
      readonly isStrict?: boolean
    }

export interface Reasoning {
  readonly isEnabled: boolean
  /** `minimal`, `low`, `medium`, `high`, … as the wire says it. */
  readonly effort?: string
  readonly budgetTokens?: number
}

export interface InferenceRequest {
  readonly model: string
  readonly messages: readonly Message[]
  readonly tools?: readonly Tool[]
  /** Tools that only the client's wire knows (a provider's own server tools), whole. */
  readonly otherTools?: readonly Carry[]
  readonly toolChoice?: ToolChoice
  readonly isParallelToolUse?: boolean
  readonly maxOutputTokens?: number
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly stop?: readonly string[]
  readonly seed?: number
  readonly outputFormat?: OutputFormat
  readonly reasoning?: Reasoning
  /** The client's end user. */
  readonly user?: string
  readonly isStream: boolean
  /** Top-level keys that the neutral form does not model. */
  readonly carry?: Carry
}
