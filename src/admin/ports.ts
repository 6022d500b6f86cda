/** What the admin API needs from outside. */
import type { Ambient } from '../ambient.ts'
import type { AiProviderDirectory } from '../catalog/catalog.ts'
import type { ApiKey, KeyStore } from '../identity/caller.ts'
import type { EmergencyStopStore } from '../identity/emergency-stop.ts'
import type { LimitPolicy, LimitSubject } from '../limits/setting.ts'
import type { FeedbackStore } from '../observe/feedback.ts'
import type { RowSource } from '../observe/ports.ts'
import type { PriceList } from '../pricing/price.ts'
import type { LogStore, PayloadStore } from '../records/log.ts'

/** Kinds of documents; each has one partition per scope. */
export type DocumentKind =
  | 'workspace'
  | 'integration'
  | 'provider'
  | 'usage-policy'
  | 'rate-policy'
  | 'config'
  | 'config-version'
  | 'guardrail'
  | 'guardrail-version'
  | 'organisation-defaults'
  | 'cache-purges'
  | 'emergency-stop'
  | 'lifted-stop'
  | 'price-list'
  | 'price-list-version'

export interface Document {
  readonly id: string
  /** Unique within kind and scope, where the kind has slugs. */
  readonly slug?: string
}

export interface Stored<T extends Document> {
  readonly document: T
  /** `organisation` or a workspace id. */
  readonly scope: string
  /** Rises by one with each write; writers name the version they read. */
  readonly version: number
}

/** Strongly consistent: a read after a write sees it. */
export interface DocumentStore {
  /** Throws GatewayError `conflict` when the id or the slug is taken in that scope. */
  create<T extends Document>(kind: DocumentKind, scope: string, document: T): Promise<void>
  /** By id or slug. With `scope` only there; without it an id is found anywhere and a slug in `organisation`. */
  read<T extends Document>(kind: DocumentKind, idOrSlug: string, scope?: string): Promise<Stored<T> | undefined>
  /** All of one scope, oldest first. */
  list<T extends Document>(kind: DocumentKind, scope: string): Promise<readonly Stored<T>[]>
  /** Throws GatewayError `conflict` when somebody wrote since `stored` was read. The slug never changes. */
  replace<T extends Document>(kind: DocumentKind, stored: Stored<T>, document: T): Promise<void>
  remove<T extends Document>(kind: DocumentKind, stored: Stored<T>): Promise<void>
}

/** Api keys, found by id for administrators and by hash at the door. */
export interface ApiKeyStore extends KeyStore {
  create(key: ApiKey): Promise<void>
  read(id: string): Promise<Stored<ApiKey> | undefined>
  /** One workspace's, or the organisation's own (`organisation`), oldest first. */
  list(scope: string): Promise<readonly Stored<ApiKey>[]>
  replace(stored: Stored<ApiKey>, key: ApiKey): Promise<void>
  remove(stored: Stored<ApiKey>): Promise<void>
}

/** Secrets by name; values are JSON of Credentials. */
export interface SecretStore {
  /** Creates or replaces. */
  write(secretName: string, value: string): Promise<void>
  /** Needed to change one part of stored credentials; absent = the administrator must send all of them again. */
  read?(secretName: string): Promise<string | undefined>
  /** One that is gone already is no fault. */
  remove(secretName: string): Promise<void>
  /** All whose name begins so, for the sweep; absent = they cannot be listed. */
  list?(prefix: string): AsyncIterable<{ readonly name: string; readonly createdAtMs: number }>
}

/** Where one limit stands in its current window. Amounts are nano-dollars for cost, else counts. */
export interface LimitStatus {
  readonly resource: 'cost' | 'tokens' | 'requests'
  /** Absent = not told. */
  readonly nature?: 'usage' | 'rate'
  readonly amount: number
  readonly windowStartMs: number
  /** Absent = the window never ends by itself. */
  readonly windowEndMs?: number
  readonly spent: number
  readonly held: number
  /** What a request could still take, never below 0. */
  readonly remaining: number
  readonly resetsAtMs?: number
  /** Policies: the group's value, the key of `entityEpochs`. */
  readonly value_key?: string
}

/** A subject's usage limits and rate limits, or one row per group of a policy. */
export interface LimitStatusReader {
  read(limited: LimitSubject | LimitPolicy, nowMs: number): Promise<readonly LimitStatus[]>
}

export interface AdminPorts {
  readonly ambient: Ambient
  readonly documents: DocumentStore
  readonly apiKeys: ApiKeyStore
  readonly secrets: SecretStore
  readonly stops: EmergencyStopStore
  readonly logs: LogStore
  readonly payloads: PayloadStore
  readonly rows: RowSource
  readonly feedback: FeedbackStore
  readonly prices: PriceList
  readonly aiProviders: AdminAiProviders
  /** Throws GatewayError `invalid_request` when a custom host's address is not allowed; `isApproved` = a key of the organisation names it. */
  readonly checkHost: (url: URL, by: { readonly isApproved: boolean }) => Promise<void>
  /** Absent = usage is not shown. */
  readonly limitStatus?: LimitStatusReader
  readonly settings: AdminSettings
}

/** What an integration is validated against. */
export interface AdminAiProvider {
  readonly id: string
  readonly name: string
  readonly needsCustomHost: boolean
  readonly priceListId: string
  /** Names of all members that `configurations` may have. */
  readonly settings: readonly string[]
  /** Throws GatewayError `invalid_request` when no request could be addressed with these settings. */
  checkAddress(check: {
    readonly configurations: Readonly<Record<string, unknown>>
    readonly hasSecrets: boolean
  }): void
}

export interface AdminAiProviders extends AiProviderDirectory {
  list(): readonly AdminAiProvider[]
}

export interface AdminSettings {
  readonly organisationId: string
  readonly secretsPrefix: string
  readonly corsOrigins: readonly string[]
  readonly corsHeaders: readonly string[]
  /** What the gateway serves, e.g. `POST /v1/chat/completions`, for the published description. */
  readonly dataPlane: readonly string[]
  readonly version: string
  /** Hex SHA-256 of the root admin key, which is never stored in a table; absent when there is none. */
  readonly rootKeyHash?: string
}
