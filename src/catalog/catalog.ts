/** What a workspace can call: its providers, the integrations behind them, the models they allow. */
import type { Awaitable } from '../awaitable.ts'
import type { CachePurges } from '../cache/purge.ts'
import type { GuardrailRef, SavedGuardrail } from '../guardrails/guardrail.ts'
import type { Workspace, WorkspaceId } from '../identity/caller.ts'
import type { DataPolicy } from '../identity/processing-policy.ts'
import type { LimitPolicy, RateLimitSetting, UsageLimitSetting } from '../limits/setting.ts'
import type { UploadedModel, UploadedModels } from './uploaded-prices.ts'

export type IntegrationId = string & { readonly __brand?: 'IntegrationId' }

/** A model of an integration: a switch, a custom model, a price of its own. Keys as the admin API spells them. */
export interface IntegrationModel {
  readonly slug: string
  readonly name?: string
  readonly enabled: boolean
  readonly is_custom: boolean
  readonly is_finetune: boolean
  readonly base_model_slug?: string | null
  /** Over the integration's own for calls of this model; secret members appear as `masked_<name>`. */
  readonly configurations?: Readonly<Record<string, unknown>> | null
  /** In the vault: the secret members of `configurations`. Absent = there are none. */
  readonly secret_name?: string
  readonly pricing_config?: Readonly<Record<string, unknown>> | null
  /** What the model takes, where the gateway's own table is wrong about it; keys as `npm run models` prints them. */
  readonly model_traits?: Readonly<Record<string, unknown>> | null
}

/** One workspace's access to an organisation-wide integration. */
export interface IntegrationWorkspace {
  readonly workspaceId: WorkspaceId
  readonly isEnabled: boolean
  readonly usageLimits: readonly UsageLimitSetting[]
  readonly rateLimits: readonly RateLimitSetting[]
  readonly limitEpoch: number
  readonly lastResetAtMs?: number
  readonly startedAtMs: number
}

/** Stored credentials and settings for an AI provider. Secret values live in the vault under `secretName`. */
export interface Integration {
  readonly id: IntegrationId
  readonly slug: string
  readonly name: string
  readonly description?: string
  readonly aiProviderId: string
  readonly organisationId: string
  /** Present = usable in this workspace only. */
  readonly workspaceId?: WorkspaceId
  readonly status: 'active' | 'archived'
  /** Absent = no credential at all (self-hosted). */
  readonly secretName?: string
  /** As a call of one model sees it: where the secret members of that model's settings are. */
  readonly modelSecretName?: string
  readonly maskedKey?: string
  /** Non-secret settings as the admin API spells them, `custom_host` and `custom_headers` among them; secret ones appear as `masked_<name>`. */
  readonly configurations: Readonly<Record<string, unknown>>
  /** Hosts among them that a key of the organisation wrote, so that they may be private. Of an integration of the organisation all are. */
  readonly approvedHosts?: readonly string[]
  readonly allowAllModels: boolean
  readonly models: readonly IntegrationModel[]
  /** What an administrator uploaded about models of its AI provider; absent = nothing. Never stored with the integration. */
  readonly uploaded?: UploadedModels
  readonly workspaces: readonly IntegrationWorkspace[]
  /** Access and limits that future workspaces get. */
  readonly globalAccess: {
    readonly isEnabled: boolean
    readonly usageLimits?: readonly UsageLimitSetting[]
    readonly rateLimits?: readonly RateLimitSetting[]
  }
  readonly pricingAdjustments?: Readonly<Record<string, unknown>>
  /** What the organisation states of the account, in place of what its AI provider publishes. */
  readonly dataPolicy?: DataPolicy
  readonly secretMappings?: readonly Readonly<Record<string, unknown>>[]
  readonly tags?: Readonly<Record<string, unknown>> | readonly string[]
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** A workspace's handle on an integration, addressed `@slug`. */
export interface Provider {
  readonly id: string
  readonly slug: string
  readonly name: string
  readonly workspaceId: WorkspaceId
  readonly integrationId: IntegrationId
  readonly note?: string
  readonly status: 'active' | 'exhausted' | 'expired'
  readonly usageLimits?: UsageLimitSetting
  readonly rateLimits: readonly RateLimitSetting[]
  readonly expiresAtMs?: number
  readonly limitEpoch: number
  readonly lastResetAtMs?: number
  readonly tags?: Readonly<Record<string, unknown>> | readonly string[]
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

/** Guardrails that apply to every request, whatever its config says. */
export interface GuardrailDefaults {
  readonly inputGuardrails: readonly GuardrailRef[]
  readonly outputGuardrails: readonly GuardrailRef[]
  /** Ids of workspaces in which they do not hold; absent = none. */
  readonly excludedFromInput?: readonly string[]
  readonly excludedFromOutput?: readonly string[]
  /** No cached answer is given for longer; absent = as configs say. */
  readonly cacheMaxAgeMs?: number
}

/** Everything one request of a workspace may need, loaded together and cached for at most 30 s. */
export interface WorkspaceCatalog {
  readonly workspace: Workspace
  readonly providers: readonly Provider[]
  /** Those of the organisation and of this workspace. */
  readonly integrations: readonly Integration[]
  readonly policies: readonly LimitPolicy[]
  /** Those of the organisation and of this workspace; absent = none. */
  readonly guardrails?: readonly SavedGuardrail[]
  /** Absent = the organisation has none. The workspace's own stand in its `defaults`. */
  readonly organisationDefaults?: GuardrailDefaults
  /** Absent = none were uploaded. */
  readonly uploadedModels?: readonly UploadedModel[]
  /** Of the organisation and of this workspace; absent = nothing was purged. */
  readonly cachePurges?: readonly CachePurges[]
}

export interface CatalogStore {
  /** A cache in between may be asked for something younger than it would give by itself. */
  loadWorkspace(workspaceId: WorkspaceId, youngerThanMs?: number): Awaitable<WorkspaceCatalog | undefined>
}

/** What the catalog must know of AI providers without importing them. */
export interface AiProviderDirectory {
  /** The id behind a name or alias (`gemini` → `google`); undefined = not known. */
  canonicalId(name: string): string | undefined
}

/** A provider chosen for a request, with what is behind it. */
export interface Resolved {
  readonly provider: Provider
  readonly integration: Integration
  /** The model as the upstream knows it, prefix stripped. */
  readonly model: string
}
