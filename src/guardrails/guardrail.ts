/** A guardrail: a named set of checks with what happens when they fail. Knows no wire: a gateway gives it texts. */
import type { Ambient } from '../ambient.ts'
import type { PatternBudget } from '../patterns/pattern.ts'
import type { Placeholders } from './pii/placeholders.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** Before the call, on the request; or after it, on the answer. */
export type Hook = 'input' | 'output'

/** Sent to the trace of the request when the guardrail passed or failed. */
export interface Feedback {
  readonly value: number
  readonly weight: number
  readonly metadata: JsonObject
}

/** One piece of text of a request or answer that a check may read and replace. */
export interface CheckedText {
  readonly text: string
  readonly role: string
  /** Belongs to the last message; true for every text of an answer. */
  readonly isLast: boolean
  /** Of an answer, what is not said to the reader; absent = what is said. */
  readonly kind?: 'reasoning' | 'tool-call'
}

/** What is being checked. Immutable; a change gives another one. */
export interface CheckedContent {
  readonly slots: readonly CheckedText[]
  /** The request's or answer's body, where there is a whole one. */
  readonly json?: JsonObject
  /** By index into `slots`. */
  withTexts(texts: ReadonlyMap<number, string>): CheckedContent
  /** Absent = the body cannot be replaced (an answer that was streamed). */
  withJson?(json: JsonObject): CheckedContent
}

/** What is known around the text. */
export interface CheckContext {
  readonly hook: Hook
  /** `chatComplete`, `messages`, `createModelResponse`, … */
  readonly requestType: string
  /** Header names in lower case; credentials are among them. */
  readonly headers: Readonly<Record<string, string>>
  readonly requestJson: JsonObject
  readonly metadata: Readonly<Record<string, string>>
  /** As the provider knows it. */
  readonly model: string
  /** Without the prefix, as the client named it. */
  readonly modelAsked: string
  readonly providerSlug: string
  /** What kind of provider that is. */
  readonly aiProviderId?: string
  readonly isStream: boolean
  /** Of the answer. */
  readonly status?: number
  /** What was taken out of this request's texts; shared by all its checks. Absent = nobody keeps it. */
  readonly placeholders?: Placeholders
}

/** What one check sees: the texts in its guardrail's scope. */
export interface CheckSubject extends CheckContext {
  readonly texts: readonly string[]
  /** All of them, joined by newlines. */
  readonly text: string
  readonly json?: JsonObject
}

/** What one check found. */
export interface Verdict {
  readonly isPassed: boolean
  readonly data?: JsonObject
  /** The texts to go on with, as many as the subject has. */
  readonly texts?: readonly string[]
  /** The whole body to go on with. */
  readonly json?: JsonObject
  /** Headers to go on with to the provider, names in lower case; '' = none of this name may go. */
  readonly headers?: Readonly<Record<string, string>>
  /** Something went wrong, yet the verdict stands. */
  readonly error?: Error
}

export interface WebRequest {
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs: number
}

export interface WebAnswer {
  readonly status: number
  /** At most a megabyte. */
  readonly text: string
}

export interface WebFile {
  readonly status: number
  /** Without parameters, in lower case; '' when the server does not say. */
  readonly contentType: string
  readonly bytes: Uint8Array
}

export interface AwsSigning {
  /** Slug of the workspace's provider whose credentials sign; absent = those of `configurations`. */
  readonly provider?: string
  /** `aws_auth_type`, `aws_region`, `aws_access_key_id`, … as integrations spell them. */
  readonly configurations: JsonObject
}

export interface ModelQuestion {
  /** Of the endpoint, e.g. `/v1/moderations`. */
  readonly path: string
  /** `model` names a provider of the workspace: `@slug/model`. */
  readonly body: JsonObject
  readonly timeoutMs: number
  /** Of the record that the call leaves. */
  readonly name: string
}

export interface ModelAnswer {
  readonly status: number
  readonly json: JsonObject
}

/** The way out for checks that ask somebody. Addresses that are not public are refused. */
export interface GuardrailPorts {
  readonly ambient: Ambient
  /** What the request may still spend on patterns. */
  readonly patterns: PatternBudget
  /** Throws when there was no answer in time. */
  send(request: WebRequest): Promise<WebAnswer>
  /** The same, signed for AWS. The host must be AWS's own; its first word names the service. */
  sendSigned(request: WebRequest, signing: AwsSigning): Promise<WebAnswer>
  /** Throws when there was no whole file in time, or it is larger than `maxBytes`. */
  fetchFile(request: { readonly url: URL; readonly maxBytes: number; readonly timeoutMs: number }): Promise<WebFile>
  /** Has the name a public address? */
  resolves(host: string): Promise<boolean>
  /** A model of the caller's workspace, under the caller's limits; what it costs is on a record of its own. */
  askModel(question: ModelQuestion): Promise<ModelAnswer>
  /** Slugs of the workspace's providers that have this endpoint. */
  providersWith(path: string): readonly string[]
  /** What a saved guardrail keeps in the vault. */
  readCredentials(secretName: string): Promise<JsonObject>
}

export type RunCheck = (subject: CheckSubject, ports: GuardrailPorts) => Verdict | Promise<Verdict>

/** A check with its parameters read. */
export interface ReadyCheck {
  readonly id: string
  readonly hooks: readonly Hook[]
  /** May it replace text or body? */
  readonly mayChange: boolean
  /** An error then counts as a failure. */
  readonly failsOnError: boolean
  /** What it finds in a text it finds in its surroundings alone, and more text takes nothing of it back. Absent = false. */
  readonly isLocal?: boolean
  /** Where there is no text, it passes and is noted. */
  readonly needsText?: boolean
  readonly run: RunCheck
}

/** How much of a streamed answer is held back while it is judged. */
export type StreamWindow =
  /** Nothing goes out before the answer is whole. */
  | { readonly type: 'whole' }
  /** Judged at the end of each sentence; the last sentence stays behind and is judged again with the next. */
  | { readonly type: 'sentence' }
  /** Judged about every `count` characters; as many stay behind and are judged again. */
  | { readonly type: 'characters'; readonly count: number }

/** Ready to run. */
export interface Guardrail {
  readonly id: string
  readonly type: 'guardrail' | 'mutator'
  readonly deny: boolean
  readonly isAsync: boolean
  readonly isSequential: boolean
  /** A denial looks like an ordinary answer that carries this refusal. */
  readonly isSoftDeny: boolean
  readonly versionId?: string
  readonly onFail?: Feedback
  readonly onSuccess?: Feedback
  readonly checks: readonly ReadyCheck[]
  /** `last` = the last message only; guardrails that may change text look at all, unless told otherwise. */
  readonly messages: 'last' | 'all'
  readonly isSystemInScope: boolean
  /** Thinking is looked at as well; absent = of a request by guardrails that may change it, else not. */
  readonly isReasoningInScope?: boolean
  /** The arguments of tool calls are looked at as well; absent = of a request by guardrails that may change it, else not. */
  readonly areToolCallsInScope?: boolean
  /** How much of a stream is held back; absent = as its checks allow. */
  readonly streamWindow?: StreamWindow
}

/** As saved, checks and actions as they were sent. */
export interface SavedGuardrail {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly organisationId: string
  /** Absent = of the whole organisation. */
  readonly workspaceId?: string
  readonly status: 'active' | 'archived'
  readonly checks: readonly JsonObject[]
  readonly actions: JsonObject
  readonly versionId: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** In configs and defaults: the id or slug of a saved one, or one written out. */
export type GuardrailRef = string | JsonObject
