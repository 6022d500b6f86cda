/** A config as the field writes it, read: a tree of nodes whose leaves are targets. Types only. */
import type { Awaitable } from '../awaitable.ts'

import type { FailureList } from './failure.ts'

export type Params = Readonly<Record<string, unknown>>

export type ModeName = 'single' | 'fallback' | 'loadbalance' | 'conditional' | 'cheapest'

/** Without a list: the usual statuses, and no answer. */
export interface RetrySetting extends FailureList {
  /** Tries after the first. */
  readonly attempts: number
  /** Wait as long as the provider says. */
  readonly usesRetryAfter: boolean
}

export interface BreakerSetting {
  /** Opens after this many failures of one window. */
  readonly failureThreshold?: number
  /** Opens when this share of a window's requests failed, once there were `minimumRequests`. */
  readonly failurePercentage?: number
  readonly minimumRequests: number
  readonly cooldownMs: number
  /** Absent = 500 and above, and our own timeouts. */
  readonly failureStatusCodes?: readonly number[]
}

export interface StickySetting {
  /** `metadata.x`, `params.x`, `headers.x`. */
  readonly hashFields: readonly string[]
  readonly ttlMs: number
}

export interface Condition {
  readonly query: Params
  /** Name of a target. */
  readonly then: string
}

/** Of a fallback: it goes on at these only; absent = at every error, empty = never. */
export interface Strategy extends FailureList {
  readonly mode: ModeName
  readonly sticky?: StickySetting
  /** True = the turns of a session may reach different targets. Absent = they reach one, where the client tells its session. */
  readonly ignoresSession?: boolean
  readonly conditions: readonly Condition[]
  /** Conditional: name of the target when no condition holds. */
  readonly fallbackName?: string
}

/** What a node says of the calls below it. Absent = as the node above says. */
export interface Settings {
  readonly retry?: RetrySetting
  readonly requestTimeoutMs?: number
  /** From the sending to the first content. */
  readonly firstContentTimeoutMs?: number
  /** Between two pieces of an answer. */
  readonly idleTimeoutMs?: number
  /** What becomes of a call whose client has gone: read to its end, or ended. Absent = `finish` under a strict limit on cost or tokens. */
  readonly onClientClose?: 'finish' | 'cut'
  /** False = a parameter that the provider refuses by name is not left out and tried again. Absent = it is. */
  readonly learnsFromRefusals?: boolean
  readonly customHost?: string
  readonly forwardHeaders?: readonly string[]
  /** False = extras beyond the wire's specification may be written; once false, no node below makes it true. */
  readonly isStrict?: boolean
  readonly breaker?: BreakerSetting
  readonly overrideParams?: Params
  readonly defaultParams?: Params
  /** Paths such as `metadata` or `tools[*].strict`. */
  readonly dropParams?: readonly string[]
  /** Read by the cache. */
  readonly cache?: Params
  /** Read by the guardrails. */
  readonly inputGuardrails?: readonly unknown[]
  readonly outputGuardrails?: readonly unknown[]
}

/** Of a provider that is not stored here. */
export interface OwnCredentials {
  readonly key?: string
  /** Under the names that integrations use. */
  readonly settings: Params
  /** False = settings alone; the key comes beside the request's own. */
  readonly hasSecret: boolean
}

export interface ConfigNode {
  /** JSON path: `config`, `config.targets[1].targets[0]`. */
  readonly path: string
  readonly name?: string
  /** Share of a load balance; 1 when absent. */
  readonly weight: number
  /** `@slug`, a slug, or a type of provider. */
  readonly provider?: string
  readonly virtualKey?: string
  /** Absent = none. */
  readonly own?: OwnCredentials
  /** Takes the request's own provider and model. */
  readonly isPassthrough: boolean
  readonly settings: Settings
  /** Absent = `single`, where there are targets. */
  readonly strategy?: Strategy
  readonly targets?: readonly ConfigNode[]
}

/** Something a config says that cannot be meant. */
export interface Problem {
  /** As the author wrote it, e.g. `targets[0].retry.attempts`. */
  readonly path: string
  readonly message: string
  /** `unknown` = a key that nothing reads: refused when saved, told in a warning when sent inline. */
  readonly type: 'wrong' | 'unknown'
}

/** A config as stored: what its author wrote, by version. */
export interface SavedConfig {
  readonly id: string
  readonly slug: string
  readonly versionId: string
  /** True = a key of the organisation wrote it, so it may say where stored credentials go; absent or false = a workspace's own. */
  readonly isByOrganisation?: boolean
  readonly config: Params
}

/** Where saved configs are found, by id or slug. A cache in between may be asked for something younger. */
export interface ConfigStore {
  find(workspaceId: string, idOrSlug: string, youngerThanMs?: number): Awaitable<SavedConfig | undefined>
}
