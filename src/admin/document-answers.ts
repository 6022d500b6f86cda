/** What the admin API answers about policies, configs, guardrails, records and what belongs to the whole organisation, as schemas. */
import * as z from 'zod/mini'
import {
  anyRecord,
  archivableStatus,
  named,
  nullableText,
  nullableTime,
  rateLimitAnswer,
  usageLimitAnswer,
  zeroOrOne,
} from './answers.ts'

const policyFields = {
  id: z.string(),
  name: z.string(),
  description: nullableText,
  conditions: z.array(
    z.object({
      key: z.string(),
      value: z.union([z.string(), z.array(z.string())]),
      excludes: z.optional(z.union([z.boolean(), z.string(), z.array(z.string())])),
    }),
  ),
  group_by: z.array(z.object({ key: z.string() })),
  status: archivableStatus,
  workspace_id: nullableText,
  organisation_id: z.string(),
  last_reset_at: nullableTime,
  created_at: nullableTime,
  last_updated_at: nullableTime,
}

export const usagePolicyAnswer = named(
  'UsagePolicy',
  z.object({
    object: z.literal('policy_usage_limits'),
    ...policyFields,
    ...usageLimitAnswer.shape,
    value_key_usage_map: z.optional(
      z.record(
        z.string(),
        z.object({
          current_usage: z.number(),
          status: z.enum(['active', 'exhausted']),
          is_threshold_alerts_sent: z.boolean(),
          is_exhausted_alerts_sent: z.boolean(),
        }),
      ),
    ),
  }),
)

export const ratePolicyAnswer = named(
  'RatePolicy',
  z.object({
    object: z.literal('policy_rate_limits'),
    ...policyFields,
    ...rateLimitAnswer.shape,
    target: z.literal('llm'),
  }),
)

export const policyEntityAnswer = named(
  'PolicyEntity',
  z.object({
    object: z.literal('policy_entity'),
    id: z.string(),
    value_key: z.string(),
    current_usage: z.number(),
    status: z.enum(['active', 'exhausted']),
    resets_at: nullableTime,
  }),
)

export const limitStatusAnswer = named(
  'LimitStatus',
  z.object({
    object: z.literal('limit-status'),
    kind: z.string(),
    id: z.string(),
    label: z.string(),
    resource: z.enum(['cost', 'tokens', 'requests']),
    nature: z.enum(['usage', 'rate']),
    unit: z.enum(['usd', 'tokens', 'requests']),
    limit: z.number(),
    spent: z.number(),
    held: z.number(),
    remaining: z.number(),
    status: z.enum(['active', 'exhausted']),
    window_start: nullableTime,
    window_end: nullableTime,
    resets_at: nullableTime,
    value_key: z.optional(z.string()),
  }),
)

const configFields = {
  object: z.literal('config'),
  id: z.string(),
  name: z.string(),
  workspace_id: z.string(),
  slug: z.string(),
  organisation_id: z.string(),
  is_default: zeroOrOne,
  status: archivableStatus,
  owner_id: z.string(),
  updated_by: nullableText,
  created_at: nullableTime,
  last_updated_at: nullableTime,
}

export const configRowAnswer = named('ConfigRow', z.object(configFields))
export const configAnswer = named(
  'Config',
  z.object({
    ...configFields,
    config: z.string(),
    format: z.literal('json'),
    type: z.literal('ORG_CONFIG'),
    version_id: z.string(),
  }),
)

const guardrailFields = {
  object: z.literal('guardrail'),
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  organisation_id: z.string(),
  workspace_id: nullableText,
  status: archivableStatus,
  created_at: nullableTime,
  last_updated_at: nullableTime,
  owner_id: z.string(),
  updated_by: z.string(),
}

export const guardrailRowAnswer = named('GuardrailRow', z.object(guardrailFields))
export const guardrailAnswer = named(
  'Guardrail',
  z.object({ ...guardrailFields, checks: z.array(anyRecord), actions: anyRecord, version_id: z.string() }),
)

/** Of a change that makes a version. */
export const versionMade = <T extends string>(object: T) =>
  z.object({ id: z.string(), slug: z.string(), version_id: z.string(), object: z.literal(object) })

export const cachePurgeAnswer = z.object({
  object: z.literal('cache-purge'),
  purged_at: z.string(),
  workspace_id: nullableText,
  namespace: nullableText,
  config: nullableText,
})

const exclusion = z.object({
  workspace_id: z.string(),
  slug: z.string(),
  name: z.string(),
  excluded: z.literal(true),
})

export const workspaceExclusionsAnswer = z.object({
  object: z.literal('list'),
  total: z.int(),
  data: z.array(exclusion),
  workspaces: z.array(exclusion),
})

const guardrailName = z.object({ id: z.string(), slug: z.string() })

export const organisationDefaultsAnswer = z.object({
  object: z.literal('organisation-defaults'),
  input_guardrails: z.array(guardrailName),
  output_guardrails: z.array(guardrailName),
  cache_max_age: z.nullable(z.number()),
})

/** One request: what was asked and answered, what it cost, what was decided on the way. Members come with new features. */
export const logAnswer = named('Log', z.looseObject({ object: z.literal('log'), id: z.string(), trace_id: z.string() }))
export const logPageAnswer = z.object({
  object: z.literal('list'),
  data: z.array(z.looseObject({ id: z.string() })),
  next_cursor: nullableText,
})
export const feedbackAnswer = z.object({
  status: z.literal('success'),
  message: z.string(),
  feedback_ids: z.array(z.string()),
})
/** Graphs, groups and summaries; members are named by what was asked for. */
export const analyticsAnswer = z.looseObject({ object: z.string() })

const stopActor = z.object({ id: z.string(), label: z.string() })

export const emergencyStopAnswer = named(
  'EmergencyStop',
  z.object({
    object: z.literal('emergency-stop'),
    id: z.string(),
    type: z.enum(['api_key', 'workspace', 'provider', 'integration']),
    subject_id: z.string(),
    subject: z.string(),
    workspace_id: nullableText,
    status: z.enum(['active', 'lifted']),
    reason: z.string(),
    stopped_by: stopActor,
    stopped_at: nullableTime,
    lifted_by: z.nullable(stopActor),
    lifted_at: nullableTime,
    lift_reason: nullableText,
  }),
)

const uploadedModel = z.object({
  provider: z.string(),
  model: z.string(),
  pricing_config: z.nullable(anyRecord),
  model_traits: z.nullable(anyRecord),
})
const warnings = z.array(z.string())

export const priceListAnswer = named(
  'PriceList',
  z.object({
    object: z.literal('price-list'),
    version: z.int(),
    note: nullableText,
    uploaded_by: z.nullable(z.object({ id: z.string(), label: z.string() })),
    uploaded_at: nullableTime,
    models: z.array(uploadedModel),
    built_in: z.object({ version: z.string(), published_at: nullableTime }),
    warnings,
  }),
)

export const priceListVersionAnswer = named(
  'PriceListVersion',
  z.object({
    object: z.literal('price-list-version'),
    version: z.int(),
    note: nullableText,
    uploaded_by: z.object({ id: z.string(), label: z.string() }),
    uploaded_at: nullableTime,
    model_count: z.int(),
    is_current: z.boolean(),
  }),
)

export const pricePreviewAnswer = named(
  'PricePreview',
  z.object({
    object: z.literal('price-preview'),
    changes: z.array(
      z.object({
        provider: z.string(),
        model: z.string(),
        change: z.enum(['added', 'changed', 'removed', 'unchanged']),
        before: z.nullable(uploadedModel),
        after: z.nullable(uploadedModel),
        is_in_built_in_list: z.boolean(),
      }),
    ),
    warnings,
  }),
)
