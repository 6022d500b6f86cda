/** One admitted request: who, what, and the targets it may use. */

import type { Resolved, WorkspaceCatalog } from '../../catalog/catalog.ts'
import type { Caller } from '../../identity/caller.ts'
import type { ClientProtocol, JsonObject, Peek } from '../../protocols/protocol.ts'
import type { AiProvider, Credentials } from '../../providers/provider.ts'
import type { PlanNode } from '../../routing/plan.ts'
import type { Call } from '../ports.ts'
import type { BodyFormat } from './body-format.ts'
import type { EffectiveConfig } from './effective-config.ts'
import type { Operation } from './operation.ts'

/** What a target is called with in place of stored credentials. */
export interface RequestCredentials {
  readonly credentials: Credentials
  /** False = there is no integration; limits and models of integrations do not apply. */
  readonly isStored: boolean
}

/** A leaf of the plan: a provider, what is behind it, and the model as it knows it. */
export interface Target extends Resolved {
  readonly aiProvider: AiProvider
  /** JSON path in the config; `config` when there is no tree. */
  readonly path: string
  /** Absent = the integration's credentials are used. */
  readonly brought?: RequestCredentials
  /** From the request or its config, in place of the integration's. */
  readonly customHost?: string
  /** True = the organisation chose the host that is called, so it may be of a private network. */
  readonly isHostApproved?: boolean
  /** Client headers that the request or its config passes on. */
  readonly forwarded?: Readonly<Record<string, string>>
  /** The config changed a value of the client's body inside, so its bytes are not the client's. */
  readonly isReparsed?: boolean
}

export interface Task {
  readonly call: Call
  readonly operation: Operation
  /** The wire the client speaks. */
  readonly protocol: ClientProtocol
  readonly peek: Peek
  /** The parsed body, of a form its fields; `call.body` keeps the bytes. */
  readonly body: JsonObject
  /** How those bytes are read and edited; absent = JSON. */
  readonly format?: BodyFormat
  /** Of the stored response that the request continues, where this process has answered it. */
  readonly storedTokens?: number
  readonly caller: Caller
  readonly catalog: WorkspaceCatalog
  readonly metadata: Readonly<Record<string, string>>
  readonly plan: PlanNode
  /** Absent = the request has none. */
  readonly config?: EffectiveConfig
  /** The client's or the config's limit on waiting for an answer: its headers, and its first content where `firstContentTimeoutMs` is absent. */
  readonly requestTimeoutMs?: number
  /** Of the config: the limit on waiting for the first content, from the sending. */
  readonly firstContentTimeoutMs?: number
  /** Of the config: the longest silence between two pieces of an answer. */
  readonly idleTimeoutMs?: number
  /** What guardrails want the provider to be sent beside all other headers; '' = none of this name. */
  readonly liftedHeaders?: Readonly<Record<string, string>>
  /** False = the client asked that bodies be kept out of the log. */
  readonly keepsBodies: boolean
  /** As the request names the model in its path, query or bytes, where `body` names what it stands for; absent = it is no alias, or is replaced there too. */
  readonly modelAlias?: string
  /** True = a provider is enough: no model need be named. */
  readonly isModelOptional?: true
  /** True = the model's name stands in a prompt that the provider has stored, so nothing here may depend on it. */
  readonly isModelStored?: true
  /** `none` = it is free, so that limits of money and tokens do not concern it; absent = a model's price. */
  readonly cost?: 'none' | 'unknown'
  /** False = extras beyond the wire's specification may be written. */
  readonly isStrict: boolean
}
