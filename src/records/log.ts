/** One record per request: opened before the call, closed once after the client's last byte. */
import type { GuardrailNote } from '../guardrails/result.ts'
import type { Usage, Warning } from '../inference/index.ts'
import type { Hold } from '../limits/gate.ts'

/** Where a count that a request is charged for comes from: the provider, our own tokenizer and clock, or the amount that was held. */
export type CountBasis = 'reported' | 'counted' | 'held'

/** How a request ended. `interrupted` = the upstream or this process died in the middle. */
export type Outcome = 'completed' | 'refused' | 'failed' | 'interrupted' | 'client-closed'

/** One attempt, as a step of the trace. */
export interface Span {
  readonly attempt: number
  /** JSON path of the target in the config, `config` when there is no tree. */
  readonly targetPath: string
  readonly providerSlug: string
  readonly aiProviderId: string
  readonly model: string
  readonly wire: string
  readonly isPassthrough: boolean
  /** What decided for this target in a load balance or a choice by price; absent = there was nothing to decide. */
  readonly chosenBy?: 'weight' | 'sticky' | 'session' | 'price'
  /** Which retry of this target; absent = its first call. */
  readonly retry?: number
  /** Waited before it, all retries of this target together. */
  readonly waitedMs?: number
  /** The config changed a value of the client's body inside. */
  readonly isReparsed?: boolean
  /** Answered from the cache: the provider was not called. */
  readonly isCached?: boolean
  readonly startedAtMs: number
  /** To the answer's headers. */
  readonly headersMs?: number
  readonly endedAtMs?: number
  readonly status?: number
  readonly errorCode?: string
  readonly errorMessage?: string
}

/** What is known when the request begins. */
export interface OpenLog {
  /** Time-ordered, unique; the path of `GET /logs/{id}`. */
  readonly id: string
  readonly traceId: string
  readonly spanId: string
  readonly spanName: string
  readonly parentSpanId?: string
  readonly organisationId?: string
  readonly workspaceId?: string
  readonly workspaceSlug?: string
  readonly apiKeyId?: string
  readonly apiKeyName?: string
  /** `_user` of the metadata. */
  readonly user?: string
  readonly metadata: Readonly<Record<string, string>>
  readonly method: string
  readonly path: string
  /** `chat`, `messages`, … */
  readonly operation: string
  readonly clientWire: string
  /** The client program, by its user agent. */
  readonly client?: string
  readonly isStream: boolean
  readonly modelAsked?: string
  readonly providerSlug?: string
  readonly aiProviderId?: string
  readonly integrationId?: string
  readonly configId?: string
  readonly model?: string
  /** Epoch milliseconds. */
  readonly startedAtMs: number
  readonly deadlineAtMs: number
  readonly holds: readonly Hold[]
}

/** The whole record, as closed. */
export interface ClosedLog extends OpenLog {
  readonly outcome: Outcome
  /** Status sent to the client; 499 when it had gone before one. */
  readonly status: number
  readonly errorCode?: string
  readonly errorMessage?: string
  readonly upstreamWire?: string
  /** The model name in the provider's answer. */
  readonly modelReported?: string
  readonly usage?: Usage
  /** Integer nano-dollars; undefined = not known (see isPriced). */
  readonly costNanos?: number
  /** False = the model has no price; the cost is then unknown, not 0. */
  readonly isPriced: boolean
  /** Tokens were not reported by the provider but estimated by us. */
  readonly isEstimated: boolean
  /** What input and output are charged by; absent = nothing was called, or nothing is counted. */
  readonly inputBasis?: CountBasis
  readonly outputBasis?: CountBasis
  readonly cacheStatus: string
  /** On a hit: how long the provider had taken for the answer. */
  readonly cacheSavedMs?: number
  readonly endedAtMs: number
  readonly firstByteMs?: number
  readonly totalMs: number
  /** Time spent waiting for the upstream, all attempts; the rest of totalMs is ours and the client's. */
  readonly upstreamMs: number
  readonly gatewayMs: number
  readonly attempts: readonly Span[]
  readonly warnings: readonly Warning[]
  /** What guardrails found, in the order they ended; absent = none applied. */
  readonly guardrails?: readonly GuardrailNote[]
  readonly finishReason?: string
  /** What the workspace and the key demanded of where and how data is processed, in words; absent = nothing. */
  readonly dataPolicy?: string
  /** False = the client asked for bodies not to be kept. */
  readonly hasPayload: boolean
}

/** Bodies, kept apart from the record. */
export interface Payload {
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array }
  /** What went to the provider, where it differs. */
  readonly upstreamRequest?: Uint8Array
  readonly response: {
    readonly headers: Readonly<Record<string, string>>
    readonly body: Uint8Array
    readonly isCut: boolean
  }
}

export interface LogStore {
  /** Says that the request has begun, and what it holds: whoever finds it past its deadline and not closed charges that. */
  open(log: OpenLog): Promise<void>
  /** Replaces target and holds of a request that is not closed, before a further attempt. */
  retarget(log: OpenLog): Promise<void>
  /** Closes the request, once, and stores its bodies. False = it was closed already. Needs no opening, and may be repeated. */
  close(log: ClosedLog, payload?: Payload): Promise<boolean>
  /** undefined = it is not closed yet, or has expired. Records of layout 1 may be found open. */
  read(id: string): Promise<{ readonly log: OpenLog | ClosedLog; readonly isClosed: boolean } | undefined>
}

export interface PayloadStore {
  read(id: string): Promise<Payload | undefined>
}
