/** Policies: limits over conditions, counted per group. Usage policies end spending, rate policies slow it down. */

import * as z from 'zod/mini'
import { GatewayError } from '../../errors.ts'
import type { RateLimitSetting, UsageLimitSetting } from '../../limits/setting.ts'
import { readRateLimit, readUsageLimit } from '../../limits/validate.ts'
import { createdAnswer } from '../answers.ts'
import type { RatePolicyJson, UsagePolicyJson } from '../contract.ts'
import { ratePolicyAnswer, usagePolicyAnswer } from '../document-answers.ts'
import {
  changedPolicy,
  entityVerbs,
  newPolicy,
  type PolicyDocument,
  policyFields,
  policyJson,
  policyRepository,
  readEntities,
  sharedPolicyDescription,
} from '../policy.ts'
import type { AdminRequest, JsonObject } from '../request.ts'
import { defineResource } from '../resource.ts'
import { isExhausted, shownAmount } from '../usage.ts'

const anything = z.optional(z.unknown())
const usageKeys = {
  type: anything,
  credit_limit: anything,
  alert_threshold: anything,
  periodic_reset: anything,
  periodic_reset_days: anything,
  next_usage_reset_at: anything,
  enforcement: anything,
}
const rateKeys = { type: anything, unit: anything, value: anything }

const usagePath = '/policies/usage-limits'
const ratePath = '/policies/rate-limits'

export const usagePolicies = defineResource(
  {
    ...sharedPolicyDescription,
    object: 'policy_usage_limits',
    path: usagePath,
    answers: { row: usagePolicyAnswer, created: createdAnswer('policy_usage_limits') },
    repository: policyRepository('usage-policy'),
    create: {
      fields: z.object({ ...policyFields.create, ...usageKeys }),
      async toDocument(request, fields) {
        if (fields.type === undefined) throw missingType("'cost', 'tokens' or 'requests'")
        const { scope, document } = await newPolicy(request, fields, { usage: readUsage(request.body) })
        return { scope, document, answer: { id: document.id, object: 'policy_usage_limits' } }
      },
    },
    update: {
      fields: z.object({ ...policyFields.update, ...usageKeys }),
      async toDocument(request, before, fields) {
        const usage = changedUsage(request.body, before.policy.usage)
        return { document: await changedPolicy(request, before, fields, { usage }), answer: {} }
      },
    },
    toJson: usageJson,
  },
  (context) => entityVerbs(context, usagePath),
)

export const ratePolicies = defineResource(
  {
    ...sharedPolicyDescription,
    object: 'policy_rate_limits',
    path: ratePath,
    answers: { row: ratePolicyAnswer, created: createdAnswer('policy_rate_limits') },
    repository: policyRepository('rate-policy'),
    create: {
      fields: z.object({ ...policyFields.create, ...rateKeys, target: anything }),
      async toDocument(request, fields) {
        refuseOtherTarget(fields.target)
        const { scope, document } = await newPolicy(request, fields, { rate: readRate(request.body) })
        return { scope, document, answer: { id: document.id, object: 'policy_rate_limits' } }
      },
    },
    update: {
      fields: z.object({ ...policyFields.update, ...rateKeys, target: anything }),
      async toDocument(request, before, fields) {
        refuseOtherTarget(fields.target)
        const rate = changedRate(request.body, before.policy.rate)
        return { document: await changedPolicy(request, before, fields, { rate }), answer: {} }
      },
    },
    toJson: async (_, document): Promise<Partial<RatePolicyJson>> => ({
      ...policyJson(document),
      ...document.policy.rate,
      target: 'llm',
      object: 'policy_rate_limits',
    }),
  },
  (context) => entityVerbs(context, ratePath),
)

function readUsage(body: JsonObject): UsageLimitSetting {
  return readUsageLimit(pick(body, Object.keys(usageKeys)), 'policy')
}

function readRate(body: JsonObject): RateLimitSetting {
  return readRateLimit(pick(body, Object.keys(rateKeys)), 'policy')
}

/** Given members over the former ones; one kind of reset replaces the other. */
function changedUsage(body: JsonObject, before: UsageLimitSetting | undefined): UsageLimitSetting {
  const given = pick(body, Object.keys(usageKeys))
  if (before !== undefined) refuseOtherType(given.type, before.type ?? 'cost')
  const { periodic_reset: period, periodic_reset_days: days, ...rest } = before ?? { credit_limit: undefined }
  const keepsPeriod = given.periodic_reset_days == null && period !== undefined
  const keepsDays = given.periodic_reset == null && days !== undefined
  return readUsageLimit(
    {
      ...rest,
      ...(keepsPeriod ? { periodic_reset: period } : {}),
      ...(keepsDays ? { periodic_reset_days: days } : {}),
      ...given,
    },
    'policy',
  )
}

function changedRate(body: JsonObject, before: RateLimitSetting | undefined): RateLimitSetting {
  const given = pick(body, Object.keys(rateKeys))
  if (before !== undefined) refuseOtherType(given.type, before.type)
  return readRateLimit({ ...before, ...given }, 'policy')
}

function refuseOtherType(given: unknown, before: string): void {
  if (given === undefined || given === null || given === before) return
  throw new GatewayError('invalid_request', `type is '${before}' and cannot change; create another policy`, {
    param: 'type',
  })
}

function refuseOtherTarget(target: unknown): void {
  if (target === undefined || target === null || target === 'llm') return
  throw new GatewayError('invalid_request', "target must be 'llm'; limits on tools are not available here", {
    param: 'target',
  })
}

function missingType(allowed: string): GatewayError {
  return new GatewayError('invalid_request', `type is missing; allowed are ${allowed}`, { param: 'type' })
}

function pick(body: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.filter((key) => body[key] !== undefined).map((key) => [key, body[key]]))
}

async function usageJson(request: AdminRequest, document: PolicyDocument): Promise<JsonObject> {
  const { usage } = document.policy
  const json = { ...policyJson(document), ...usage, object: 'policy_usage_limits' } satisfies Partial<UsagePolicyJson>
  if (request.query.include_usage !== 'true') return json
  const entities = await readEntities(request, document)
  const used = entities.map((status) => [
    status.value_key ?? '',
    {
      current_usage: shownAmount(status.resource, status.spent),
      status: isExhausted(status) ? 'exhausted' : 'active',
      is_threshold_alerts_sent: false,
      is_exhausted_alerts_sent: false,
    },
  ])
  return { ...json, value_key_usage_map: Object.fromEntries(used) }
}
