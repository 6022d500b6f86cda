/** The admin API's JSON, for the console and other clients written in TypeScript. Types only; imports nothing. */

/** RFC 3339, UTC, milliseconds. */
type Timestamp = string
type Free = Readonly<Record<string, unknown>>

export type DataPolicyJson = {
  readonly region?: readonly string[]
  /** `none`, or days as `30d`. */
  readonly retention?: string
  readonly training?: 'never' | 'used'
}

export type ListJson<T> = { readonly object: 'list'; readonly total: number; readonly data: readonly T[] }

export type ErrorJson = {
  readonly success: false
  readonly message: string
  readonly errorCode: string
  readonly data: { readonly message: string; readonly errorCode: string }
  readonly error: {
    readonly message: string
    readonly code: string
    readonly type: string
    readonly param: string | null
  }
}

/** As sent, with what was used of it in the current window. */
export type UsageLimitJson = {
  readonly type?: 'cost' | 'tokens' | 'requests'
  /** US dollars for cost, else a count. */
  readonly credit_limit: number
  readonly alert_threshold?: number | null
  readonly periodic_reset?: 'weekly' | 'monthly' | null
  readonly periodic_reset_days?: number | null
  readonly next_usage_reset_at?: Timestamp | null
  readonly enforcement?: 'strict' | 'standard'
  /** Same unit as credit_limit; answers only. */
  readonly current_usage?: number
}

export type RateLimitJson = {
  readonly type: 'requests' | 'tokens'
  readonly unit: 'rps' | 'rpm' | 'rph' | 'rpd' | 'rpw'
  readonly value: number
}

export type WorkspaceJson = {
  readonly object: 'workspace'
  readonly id: string
  readonly slug: string
  /** With the icon before it unless `?name_format=plain`. */
  readonly name: string
  readonly icon: string | null
  readonly description: string | null
  readonly is_default: 0 | 1
  readonly status: 'active' | 'archived'
  readonly defaults: Free
  readonly usage_limits: readonly UsageLimitJson[] | null
  readonly rate_limits: readonly RateLimitJson[] | null
  readonly organisation_id: string
  readonly last_reset_at: Timestamp | null
  readonly next_usage_reset_at: Timestamp | null
  readonly created_at: Timestamp | null
  readonly last_updated_at: Timestamp | null
  readonly created_by: string | null
  readonly creation_source: string
  readonly scim_source_id: string | null
  readonly settings: Free
  readonly security_settings: Free
  readonly users: readonly unknown[]
}

export type RowStatus = 'active' | 'exhausted' | 'expired'

export type ApiKeyJson = {
  readonly object: 'api-key'
  readonly id: string
  /** Masked; the secret is answered once, by create and rotate. */
  readonly key: string
  readonly name: string
  readonly description: string | null
  readonly type: 'organisation-service' | 'workspace-service' | 'workspace-user'
  readonly organisation_id: string
  readonly workspace_id: string | null
  readonly user_id: string | null
  readonly status: RowStatus
  readonly creation_mode: 'ui' | 'api' | 'auto'
  readonly rate_limits: readonly RateLimitJson[] | null
  readonly usage_limits: UsageLimitJson | null
  /** null = any number. */
  readonly max_concurrent_requests: number | null
  readonly reset_usage: null
  readonly last_reset_at: Timestamp | null
  readonly next_usage_reset_at: Timestamp | null
  readonly expires_at: Timestamp | null
  readonly expiry_enforced: number
  readonly alert_emails: readonly string[]
  readonly scopes: readonly string[]
  readonly allow_config_override: number | null
  readonly api_key_defaults_id: null
  readonly defaults: {
    readonly metadata: Readonly<Record<string, string>> | null
    readonly config_id: string | null
    readonly allow_config_override: boolean
    /** Alias → `@slug/model`. */
    readonly model_aliases?: Readonly<Record<string, string>>
    /** Absent = nothing is demanded. */
    readonly data_policy?: DataPolicyJson
  }
  readonly rotation_policy: Free | null
  readonly created_at: Timestamp | null
  readonly last_updated_at: Timestamp | null
}

/** Answer of create (and, with the transition's end, of rotate): the only place where the secret appears. */
export type ApiKeySecretJson = {
  readonly object: 'api-key'
  readonly id: string
  readonly key: string
  readonly key_transition_expires_at?: Timestamp
}

export type GlobalAccessJson = {
  readonly enabled: boolean
  readonly usage_limits: readonly UsageLimitJson[] | null
  readonly rate_limits: readonly RateLimitJson[] | null
}

export type IntegrationJson = {
  readonly object: 'integration'
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly description: string | null
  readonly organisation_id: string
  readonly ai_provider_id: string
  readonly type: 'organisation' | 'workspace'
  readonly workspace_id: string | null
  readonly owner_id: string | null
  readonly status: 'active' | 'archived'
  readonly masked_key: string | null
  /** Secret members appear as `masked_<name>`. */
  readonly configurations: Free
  readonly global_workspace_access_settings: GlobalAccessJson
  readonly allow_all_models: boolean
  readonly workspace_count: number
  readonly secret_mappings: readonly unknown[]
  readonly pricing_adjustments: Free | null
  /** Absent = what the AI provider publishes holds. */
  readonly data_policy?: DataPolicyJson
  readonly tags: Free | readonly string[] | null
  readonly created_at: Timestamp | null
  readonly last_updated_at: Timestamp | null
}

export type IntegrationModelJson = {
  readonly slug: string
  readonly name: string
  readonly enabled: boolean
  readonly is_custom: boolean
  readonly is_finetune: boolean
  readonly base_model_slug: string | null
  readonly configurations: Free | null
  readonly pricing_config: Free | null
  readonly model_traits: Free | null
}

export type IntegrationModelsJson = {
  readonly object: 'list'
  readonly total: number
  readonly allow_all_models: boolean
  readonly models: readonly IntegrationModelJson[]
}

export type IntegrationWorkspaceJson = {
  readonly object: 'integration-workspace'
  /** The workspace's slug. */
  readonly id: string
  readonly workspace_id: string
  readonly enabled: boolean
  readonly usage_limits: readonly UsageLimitJson[] | null
  readonly rate_limits: readonly RateLimitJson[] | null
  readonly next_usage_reset_at: Timestamp | null
  readonly status: 'active' | 'exhausted'
  readonly created_at: Timestamp | null
}

export type IntegrationWorkspacesJson = {
  readonly object: 'list'
  readonly total: number
  readonly workspaces: readonly IntegrationWorkspaceJson[]
  readonly global_workspace_access: GlobalAccessJson
}

export type ProviderJson = {
  readonly object: string
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly ai_provider_name: string | null
  /** The integration's slug. */
  readonly integration_id: string
  readonly note: string | null
  readonly status: RowStatus
  readonly usage_limits: UsageLimitJson | null
  readonly rate_limits: readonly RateLimitJson[] | null
  readonly reset_usage: null
  readonly expires_at: Timestamp | null
  readonly last_reset_at: Timestamp | null
  readonly next_usage_reset_at: Timestamp | null
  readonly workspace_id: string
  readonly tags: Free | readonly string[] | null
  readonly created_at: Timestamp | null
  readonly last_updated_at: Timestamp | null
}

export type PolicyConditionJson = {
  readonly key: string
  readonly value: string | readonly string[]
  readonly excludes?: boolean | string | readonly string[]
}

/** What both kinds of policy show. */
export type PolicyJson = {
  readonly id: string
  readonly name: string
  readonly description: string | null
  readonly conditions: readonly PolicyConditionJson[]
  readonly group_by: readonly { readonly key: string }[]
  readonly status: 'active' | 'archived'
  /** null = applies in every workspace. */
  readonly workspace_id: string | null
  readonly organisation_id: string
  readonly last_reset_at: Timestamp | null
  readonly created_at: Timestamp | null
  readonly last_updated_at: Timestamp | null
}

export type UsagePolicyJson = PolicyJson & UsageLimitJson & { readonly object: 'policy_usage_limits' }

export type RatePolicyJson = PolicyJson &
  RateLimitJson & { readonly object: 'policy_rate_limits'; readonly target: 'llm' }

export type PolicyEntityJson = {
  readonly object: 'policy_entity'
  readonly id: string
  readonly value_key: string
  readonly current_usage: number
  readonly status: 'active' | 'exhausted'
  readonly resets_at: Timestamp | null
}

/** A stop in force, or one that was lifted. */
export type EmergencyStopJson = {
  readonly object: 'emergency-stop'
  readonly id: string
  readonly type: 'api_key' | 'workspace' | 'provider' | 'integration'
  readonly subject_id: string
  /** What messages call it: a key's name and masked secret, a slug. */
  readonly subject: string
  /** null = it belongs to the organisation. */
  readonly workspace_id: string | null
  readonly status: 'active' | 'lifted'
  readonly reason: string
  readonly stopped_by: { readonly id: string; readonly label: string }
  readonly stopped_at: Timestamp | null
  readonly lifted_by: { readonly id: string; readonly label: string } | null
  readonly lifted_at: Timestamp | null
  readonly lift_reason: string | null
}

/** A row of `GET /limits/status`. Amounts are US dollars for cost, else counts. */
export type LimitStatusJson = {
  readonly object: 'limit-status'
  readonly kind: string
  readonly id: string
  readonly label: string
  readonly resource: 'cost' | 'tokens' | 'requests'
  readonly nature: 'usage' | 'rate'
  readonly unit: 'usd' | 'tokens' | 'requests'
  readonly limit: number
  readonly spent: number
  readonly held: number
  readonly remaining: number
  readonly status: 'active' | 'exhausted'
  readonly window_start: Timestamp | null
  readonly window_end: Timestamp | null
  readonly resets_at: Timestamp | null
  readonly value_key?: string
}

/** A list shows all but the last four members. */
export type ConfigJson = {
  readonly object: 'config'
  readonly id: string
  readonly name: string
  readonly workspace_id: string
  readonly slug: string
  readonly organisation_id: string
  readonly is_default: number
  readonly status: 'active' | 'archived'
  readonly owner_id: string
  readonly updated_by: string | null
  readonly created_at: Timestamp | null
  readonly last_updated_at: Timestamp | null
  /** JSON text, as its author wrote it. */
  readonly config: string
  readonly format: 'json'
  readonly type: 'ORG_CONFIG'
  readonly version_id: string
}

export type GuardrailJson = {
  readonly object: 'guardrail'
  readonly id: string
  readonly name: string
  readonly slug: string
  readonly organisation_id: string
  /** null = of the whole organisation. */
  readonly workspace_id: string | null
  readonly status: 'active' | 'archived'
  readonly created_at: Timestamp | null
  readonly last_updated_at: Timestamp | null
  readonly owner_id: string
  readonly updated_by: string
  /** As they were sent; these three are not in lists. */
  readonly checks: readonly Free[]
  readonly actions: Free
  readonly version_id: string
}

export type CachePurgeJson = {
  readonly object: 'cache-purge'
  /** Answers that were asked for before are not served. */
  readonly purged_at: string
  /** null = all of them. */
  readonly workspace_id: string | null
  readonly namespace: string | null
  /** Its slug. */
  readonly config: string | null
}

type ExclusionJson = {
  readonly workspace_id: string
  readonly slug: string
  readonly name: string
  readonly excluded: true
}

export type WorkspaceExclusionsJson = ListJson<ExclusionJson> & { readonly workspaces: readonly ExclusionJson[] }

export type OrganisationDefaultsJson = {
  readonly object: 'organisation-defaults'
  readonly input_guardrails: readonly { readonly id: string; readonly slug: string }[]
  readonly output_guardrails: readonly { readonly id: string; readonly slug: string }[]
  /** Seconds; null = as configs say. */
  readonly cache_max_age: number | null
}
