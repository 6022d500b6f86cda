/** A guardrail: a named set of checks with what happens when they fail. Knows no wire: a gateway gives it texts. */
import type { Ambient } from '../ambient.ts'

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
export interface Slot {
  readonly text: string
  readonly role: string
  /** Belongs to the last message; true for every text of an answer. */
  readonly isLast: boolean
}

/** What is being checked. Immutable; a change gives another one. */
export interface Content {
  readonly slots: readonly Slot[]
  /** The request's or answer's body, where there is a whole one. */
  readonly json?: JsonObject
  /** By index into `slots`. */
  withTexts(texts: ReadonlyMap<number, string>): Content
  /** Absent = the body cannot be replaced (an answer that was streamed). */
  withJson?(json: JsonObject): Content
}

/** What is known around the text. */
export interface Circumstances {
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
  readonly isStream: boolean
  /** Of the answer. */
  readonly status?: number
}

/** What one check sees: the texts in its guardrail's scope. */
export interface Subject extends Circumstances {
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

/** The way out for checks that ask somebody. Addresses that are not public are refused. */
export interface GuardrailPorts {
  readonly ambient: Ambient
  /** Throws when there was no answer in time. */
  send(request: WebRequest): Promise<WebAnswer>
  /** Has the name a public address? */
  resolves(host: string): Promise<boolean>
}

export type RunCheck = (subject: Subject, ports: GuardrailPorts) => Verdict | Promise<Verdict>

/** A check with its parameters read. */
export interface ReadyCheck {
  readonly id: string
  readonly hooks: readonly Hook[]
  /** May it replace text or body? */
  readonly mayChange: boolean
  /** An error then counts as a failure. */
  readonly failsOnError: boolean
  readonly run: RunCheck
}

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
  /** `last` = the last message only. */
  readonly messages: 'last' | 'all'
  readonly isSystemInScope: boolean
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
