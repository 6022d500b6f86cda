/** What the admin API answers, as schemas: the types of contract.ts written so that they can be checked and published. */
import * as z from 'zod/mini'

/** Names under which schemas are published once, and referred to. */
export const schemaNames = z.registry<{ id?: string; [key: string]: unknown }>()

export function named<S extends z.ZodMiniType>(id: string, schema: S): S {
  schemaNames.add(schema, { id })
  return schema
}

/** RFC 3339, UTC, milliseconds; null = never, or not known. */
export const nullableTime = z.nullable(z.iso.datetime())
export const nullableText = z.nullable(z.string())
export const anyRecord = z.record(z.string(), z.unknown())
const tags = z.nullable(z.union([anyRecord, z.array(z.string())]))
export const zeroOrOne = z.union([z.literal(0), z.literal(1)])

export const emptyAnswer = named('Empty', z.object({}))

export const errorAnswer = named(
  'Error',
  z.object({
    success: z.literal(false),
    message: z.string(),
    errorCode: z.string(),
    data: z.object({ message: z.string(), errorCode: z.string() }),
    error: z.object({ message: z.string(), code: z.string(), type: z.string(), param: nullableText }),
  }),
)

/** What a create answers where the row has nothing to tell. */
export const createdAnswer = <T extends string>(object: T) => z.object({ id: z.string(), object: z.literal(object) })
export const createdWithSlugAnswer = <T extends string>(object: T) =>
  z.object({ id: z.string(), slug: z.string(), object: z.literal(object) })

export const listAnswer = <S extends z.ZodMiniType>(row: S) =>
  z.object({ object: z.literal('list'), total: z.int(), data: z.array(row) })

export const usageLimitAnswer = named(
  'UsageLimit',
  z.object({
    type: z.optional(z.enum(['cost', 'tokens', 'requests'])),
    credit_limit: z.number(),
    alert_threshold: z.optional(z.nullable(z.number())),
    periodic_reset: z.optional(z.nullable(z.enum(['weekly', 'monthly']))),
    periodic_reset_days: z.optional(z.nullable(z.int())),
    next_usage_reset_at: z.optional(nullableText),
    enforcement: z.optional(z.enum(['strict', 'standard'])),
    current_usage: z.optional(z.number()),
  }),
)

export const rateLimitAnswer = named(
  'RateLimit',
  z.object({
    type: z.enum(['requests', 'tokens']),
    unit: z.enum(['rps', 'rpm', 'rph', 'rpd', 'rpw']),
    value: z.int(),
  }),
)

const usageLimits = z.nullable(z.array(usageLimitAnswer))
const rateLimits = z.nullable(z.array(rateLimitAnswer))
const rowStatus = z.enum(['active', 'exhausted', 'expired'])
export const archivableStatus = z.enum(['active', 'archived'])

export const workspaceAnswer = named(
  'Workspace',
  z.object({
    object: z.literal('workspace'),
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    icon: nullableText,
    description: nullableText,
    is_default: zeroOrOne,
    status: archivableStatus,
    defaults: anyRecord,
    usage_limits: usageLimits,
    rate_limits: rateLimits,
    organisation_id: z.string(),
    last_reset_at: nullableTime,
    next_usage_reset_at: nullableTime,
    created_at: nullableTime,
    last_updated_at: nullableTime,
    created_by: nullableText,
    creation_source: z.string(),
    scim_source_id: nullableText,
    settings: anyRecord,
    security_settings: anyRecord,
    users: z.array(z.unknown()),
  }),
)

export const apiKeyAnswer = named(
  'ApiKey',
  z.object({
    object: z.literal('api-key'),
    id: z.string(),
    key: z.string(),
    name: z.string(),
    description: nullableText,
    type: z.enum(['organisation-service', 'workspace-service', 'workspace-user']),
    organisation_id: z.string(),
    workspace_id: nullableText,
    user_id: nullableText,
    status: rowStatus,
    creation_mode: z.enum(['ui', 'api', 'auto']),
    rate_limits: rateLimits,
    usage_limits: z.nullable(usageLimitAnswer),
    max_concurrent_requests: z.nullable(z.int()),
    reset_usage: z.null(),
    last_reset_at: nullableTime,
    next_usage_reset_at: nullableTime,
    expires_at: nullableTime,
    expiry_enforced: z.int(),
    alert_emails: z.array(z.string()),
    scopes: z.array(z.string()),
    allow_config_override: z.nullable(zeroOrOne),
    api_key_defaults_id: z.null(),
    defaults: z.object({
      metadata: z.nullable(z.record(z.string(), z.string())),
      config_id: nullableText,
      allow_config_override: z.boolean(),
      model_aliases: z.optional(z.record(z.string(), z.string())),
      data_policy: z.optional(anyRecord),
    }),
    rotation_policy: z.nullable(anyRecord),
    created_at: nullableTime,
    last_updated_at: nullableTime,
  }),
)

export const apiKeySecretAnswer = named(
  'ApiKeySecret',
  z.object({
    object: z.literal('api-key'),
    id: z.string(),
    key: z.string(),
    key_transition_expires_at: z.optional(nullableTime),
  }),
)

const globalAccess = z.object({ enabled: z.boolean(), usage_limits: usageLimits, rate_limits: rateLimits })

export const integrationAnswer = named(
  'Integration',
  z.object({
    object: z.literal('integration'),
    id: z.string(),
    slug: z.string(),
    name: z.string(),
    description: nullableText,
    organisation_id: z.string(),
    ai_provider_id: z.string(),
    type: z.enum(['organisation', 'workspace']),
    workspace_id: nullableText,
    owner_id: nullableText,
    status: archivableStatus,
    masked_key: nullableText,
    configurations: anyRecord,
    global_workspace_access_settings: globalAccess,
    allow_all_models: z.boolean(),
    workspace_count: z.int(),
    secret_mappings: z.array(z.unknown()),
    pricing_adjustments: z.nullable(anyRecord),
    data_policy: z.optional(anyRecord),
    tags,
    created_at: nullableTime,
    last_updated_at: nullableTime,
  }),
)

export const integrationModelsAnswer = z.object({
  object: z.literal('list'),
  total: z.int(),
  allow_all_models: z.boolean(),
  models: z.array(
    named(
      'IntegrationModel',
      z.object({
        slug: z.string(),
        name: z.string(),
        enabled: z.boolean(),
        is_custom: z.boolean(),
        is_finetune: z.boolean(),
        base_model_slug: nullableText,
        configurations: z.nullable(anyRecord),
        pricing_config: z.nullable(anyRecord),
        model_traits: z.nullable(anyRecord),
      }),
    ),
  ),
})

export const integrationWorkspacesAnswer = z.object({
  object: z.literal('list'),
  total: z.int(),
  workspaces: z.array(
    named(
      'IntegrationWorkspace',
      z.object({
        object: z.literal('integration-workspace'),
        id: z.string(),
        workspace_id: z.string(),
        enabled: z.boolean(),
        usage_limits: usageLimits,
        rate_limits: rateLimits,
        next_usage_reset_at: nullableTime,
        status: z.enum(['active', 'exhausted']),
        created_at: nullableTime,
      }),
    ),
  ),
  global_workspace_access: globalAccess,
})

const providerFields = {
  id: z.string(),
  slug: z.string(),
  name: z.string(),
  ai_provider_name: nullableText,
  integration_id: z.string(),
  note: nullableText,
  status: rowStatus,
  usage_limits: z.nullable(usageLimitAnswer),
  rate_limits: rateLimits,
  reset_usage: z.null(),
  expires_at: nullableTime,
  last_reset_at: nullableTime,
  next_usage_reset_at: nullableTime,
  workspace_id: z.string(),
  tags,
  created_at: nullableTime,
  last_updated_at: nullableTime,
}

export const providerAnswer = named('Provider', z.object({ object: z.literal('provider'), ...providerFields }))

export const virtualKeyAnswer = named(
  'VirtualKey',
  z.object({
    object: z.literal('virtual-key'),
    ...providerFields,
    provider: nullableText,
    workspace_name: nullableText,
    organisation_id: z.string(),
    model_config: anyRecord,
    key: z.string(),
    masked_api_key: z.string(),
  }),
)

export const virtualKeyMade = z.object({
  id: z.string(),
  slug: z.string(),
  object: z.literal('virtual-key'),
  success: z.literal(true),
  data: z.object({ slug: z.string() }),
})
