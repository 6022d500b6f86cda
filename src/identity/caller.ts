/** Who is asking, resolved from an api key. */
import type { Awaitable } from '../awaitable.ts'
import type { RateLimitSetting, UsageLimitSetting } from '../limits/setting.ts'
import type { DataPolicy } from './processing-policy.ts'

export type WorkspaceId = string & { readonly __brand?: 'WorkspaceId' }
export type ApiKeyId = string & { readonly __brand?: 'ApiKeyId' }
export type ConfigId = string & { readonly __brand?: 'ConfigId' }

/** `organisation-service` keys administer and never call models. */
export type ApiKeyType = 'organisation-service' | 'workspace-service' | 'workspace-user'

/** What is told about a key, each once per instant. */
export type KeyNoticeType = 'rotated' | 'rotation-due' | 'former-secret-ends'

/** What scheduled work remembers of a key. */
export interface KeyUpkeep {
  /** The secret of a rotation under way: on its way to where it is kept, and good for nothing yet. */
  readonly pending?: { readonly hash: string; readonly masked: string; readonly sinceMs: number }
  /** Where the secret of a scheduled rotation is kept. */
  readonly secretName?: string
  /** By the instant it is about; `tellingSinceMs` = somebody is at it, absent = told. */
  readonly notices?: Readonly<
    Partial<
      Record<
        KeyNoticeType,
        { readonly aboutMs: number; readonly tellingSinceMs?: number; readonly formerMasked?: string }
      >
    >
  >
}

/** An api key as stored. The secret itself is never stored, only its SHA-256. */
export interface ApiKey {
  readonly id: ApiKeyId
  readonly type: ApiKeyType
  readonly name: string
  readonly description?: string
  readonly organisationId: string
  readonly workspaceId?: WorkspaceId
  readonly userId?: string
  /** First 2 and last 3 characters around stars. */
  readonly masked: string
  /** Hex SHA-256 of the secret. */
  readonly hash: string
  /** The secret before the last rotation, still good until then. */
  readonly previous?: { readonly hash: string; readonly expiresAtMs: number }
  readonly status: 'active' | 'exhausted' | 'expired'
  readonly creationMode: 'ui' | 'api' | 'auto'
  readonly scopes: readonly string[]
  readonly usageLimits?: UsageLimitSetting
  readonly rateLimits: readonly RateLimitSetting[]
  /** Requests in flight at once; absent = any number. */
  readonly maxConcurrentRequests?: number
  readonly defaults: {
    readonly metadata?: Readonly<Record<string, string>>
    readonly configId?: ConfigId
    /** Alias → `@slug/model`; before the workspace's. */
    readonly modelAliases?: Readonly<Record<string, string>>
    /** False = a request may bring no config of its own where the key has one; absent = nobody said, so it may. */
    readonly allowConfigOverride?: boolean
    /** What targets must fulfil, beside what the workspace demands in its `defaults.data_policy`. */
    readonly dataPolicy?: DataPolicy
  }
  readonly alertEmails: readonly string[]
  readonly expiresAtMs?: number
  readonly rotationPolicy?: Readonly<Record<string, unknown>>
  readonly upkeep?: KeyUpkeep
  readonly limitEpoch: number
  readonly lastResetAtMs?: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

export interface Workspace {
  readonly id: WorkspaceId
  readonly slug: string
  readonly name: string
  readonly icon?: string
  readonly description?: string
  readonly organisationId: string
  readonly isDefault: boolean
  readonly status: 'active' | 'archived'
  readonly defaults: { readonly metadata?: Readonly<Record<string, string>>; readonly [key: string]: unknown }
  /** False = what its requests and answers say is not logged; absent = it is. */
  readonly keepsBodies?: boolean
  readonly usageLimits: readonly UsageLimitSetting[]
  readonly rateLimits: readonly RateLimitSetting[]
  readonly limitEpoch: number
  readonly lastResetAtMs?: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** Resolved at the door; nobody checks again after. */
export interface Caller {
  readonly apiKey: ApiKey
  readonly workspaceId: WorkspaceId
  readonly organisationId: string
}

/** Where keys are found. One strongly or eventually consistent read by hash. */
export interface KeyStore {
  /** A cache in between may be asked for something younger than it would give by itself. */
  findByHash(hash: string, youngerThanMs?: number): Awaitable<ApiKey | undefined>
}
