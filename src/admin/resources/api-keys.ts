/** Api keys: organisation keys that administer, workspace keys that call models. The secret is shown once and stored as a hash. */

import * as z from 'zod/mini'
import { GatewayError } from '../../errors.ts'
import type { ApiKey, ApiKeyType, ConfigId } from '../../identity/caller.ts'
import { type DataPolicy, readDataPolicy } from '../../identity/processing-policy.ts'
import { hashSecret, makeSecret, maskSecret } from '../../identity/secret.ts'
import { apiKeyAnswer, apiKeySecretAnswer } from '../answers.ts'
import type { ApiKeyJson, ApiKeySecretJson } from '../contract.ts'
import { apiKeyRepository, scopeOfKey } from '../document-repository.ts'
import { checkGrantedScopes } from '../granted-scopes.ts'
import { removeSecretsOf } from '../removal.ts'
import {
  type AdminRequest,
  listWorkspaces,
  organisationScope,
  param,
  selectedWorkspace,
  workspaceToCreateIn,
} from '../request.ts'
import { defineResource } from '../resource.ts'
import { checkRotationPolicy, rotateVerb, withNextRotation } from '../rotation.ts'
import {
  anyObject,
  booleanOrBit,
  checkFuture,
  flag,
  instant,
  mergeField,
  modelAliases,
  rateLimits,
  stringRecord,
  text,
  timestamp,
  usageLimit,
  withoutUndefined,
} from '../schemas.ts'
import { refuseMistyped } from '../unknown-fields.ts'
import { resetFields, shownStatus, subjects, usageJson } from '../usage.ts'

const keyName = z.string().check(z.trim(), z.minLength(1), z.maxLength(100))
const defaults = z.object({
  metadata: z.optional(z.nullable(stringRecord)),
  config_id: text,
  model_aliases: modelAliases,
  allow_config_override: booleanOrBit,
  data_policy: anyObject,
})
/** A typo above this would be no limit. */
const mostConcurrent = 10_000
const defaultNames = Object.keys(defaults.shape)
const optionalFields = {
  description: z.optional(z.nullable(z.string().check(z.maxLength(200)))),
  usage_limits: usageLimit,
  rate_limits: rateLimits,
  max_concurrent_requests: z.optional(z.nullable(z.int().check(z.minimum(1), z.maximum(mostConcurrent)))),
  defaults: z.optional(z.nullable(defaults)),
  allow_config_override: booleanOrBit,
  alert_emails: z.optional(z.nullable(z.array(z.string().check(z.regex(/^\S+@\S+$/))))),
  expires_at: instant,
  rotation_policy: anyObject,
}
const createFields = z.object({ name: keyName, scopes: z.array(z.string()), user_id: text, ...optionalFields })
const updateFields = z.object({
  name: z.optional(keyName),
  scopes: z.optional(z.nullable(z.array(z.string()))),
  reset_usage: flag,
  ...optionalFields,
})
type UpdateFields = z.output<typeof updateFields>

const typeByPath: Readonly<Record<string, ApiKeyType>> = {
  'organisation/service': 'organisation-service',
  'organization/service': 'organisation-service',
  'workspace/service': 'workspace-service',
  'workspace/user': 'workspace-user',
}

const familyByType: Readonly<Record<ApiKeyType, string>> = {
  'organisation-service': 'organisation_service_api_keys',
  'workspace-service': 'workspace_service_api_keys',
  'workspace-user': 'workspace_user_api_keys',
}

/** What the SDKs put into the path when their caller names no second part. */
const unnamed = ['NOT_GIVEN', 'undefined', 'null', 'None']

function typeOf(request: AdminRequest): ApiKeyType {
  const second = param(request, 'subType')
  const path = `${param(request, 'type')}/${unnamed.includes(second) ? 'service' : second}`
  const type = typeByPath[path]
  if (type !== undefined) return type
  throw new GatewayError(
    'invalid_request',
    `'${path.slice(0, 60)}' is no type of api key; use organisation/service, workspace/service or workspace/user`,
  )
}

export const apiKeys = defineResource(
  {
    object: 'api-key',
    path: '/api-keys',
    answers: { row: apiKeyAnswer, created: apiKeySecretAnswer },
    repository: apiKeyRepository,
    families: Object.values(familyByType),
    familyOf: (key) => familyByType[key.type],
    pageSize: 50,
    async scopes(request) {
      const workspace = await selectedWorkspace(request)
      if (workspace !== undefined) return [workspace.id]
      return [organisationScope, ...(await listWorkspaces(request)).map((each) => each.id)]
    },
    create: {
      fields: createFields,
      path: '/{type}/{subType}',
      familyOf: (request) => familyByType[typeOf(request)],
      async toDocument(request, fields) {
        refuseMistyped(request.body.defaults, defaultNames, 'defaults')
        const secret = makeSecret()
        const key = await newKey(request, fields, secret)
        await checkConfig(request, key, fields)
        return {
          scope: scopeOfKey(key),
          document: key,
          answer: { id: key.id, key: secret, object: 'api-key' } satisfies ApiKeySecretJson,
        }
      },
    },
    update: {
      fields: updateFields,
      async toDocument(request, key, fields) {
        refuseMistyped(request.body.defaults, defaultNames, 'defaults')
        const document = changedKey(request, key, fields)
        await checkConfig(request, document, fields)
        return { document, answer: {} }
      },
    },
    filters: ['ids', 'name', 'status', 'type'],
    toJson,
    // The row first: a key that is to die dies at once, whatever the vault does. The sweep finds a secret left behind.
    afterRemove: ({ ports }, { document }) => removeSecretsOf('api-key', document, ports),
  },
  (context) => [rotateVerb(context, (key) => familyByType[key.type])],
)

async function newKey(request: AdminRequest, fields: z.output<typeof createFields>, secret: string): Promise<ApiKey> {
  const { nowMs, ports } = request
  const type = typeOf(request)
  if (type === 'workspace-user' && !fields.user_id)
    throw new GatewayError('invalid_request', 'user_id is missing; a user key belongs to a user', { param: 'user_id' })
  if (type === 'organisation-service') refuseWorkspace(request)
  const workspace = type === 'organisation-service' ? undefined : await workspaceToCreateIn(request)
  const blank: ApiKey = {
    id: ports.ambient.newId(),
    type,
    name: fields.name,
    organisationId: ports.settings.organisationId,
    ...(workspace === undefined ? {} : { workspaceId: workspace.id }),
    ...(type === 'workspace-user' && fields.user_id ? { userId: fields.user_id } : {}),
    masked: maskSecret(secret),
    hash: hashSecret(secret),
    status: 'active',
    creationMode: 'api',
    scopes: [],
    rateLimits: [],
    defaults: {},
    alertEmails: [],
    limitEpoch: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
  return changedKey(request, blank, fields)
}

/** A key that was meant for one workspace must not come to hold for all. */
function refuseWorkspace({ body, query }: AdminRequest): void {
  const named = [body.workspace_id, body.workspaceId, query.workspace_id, query.workspaceId].find(Boolean)
  if (named === undefined) return
  throw new GatewayError(
    'invalid_request',
    'an organisation key belongs to no workspace; leave workspace_id out, or create a key of the type workspace/service',
    { param: 'workspace_id' },
  )
}

function changedKey(request: AdminRequest, key: ApiKey, fields: UpdateFields): ApiKey {
  const { nowMs, caller } = request
  if (fields.expires_at) checkFuture(fields.expires_at, nowMs)
  const expiresAtMs = mergeField(fields.expires_at, key.expiresAtMs)
  if (fields.rotation_policy) checkRotationPolicy(fields.rotation_policy)
  const asked = fields.rotation_policy && withNextRotation(fields.rotation_policy, key.rotationPolicy, nowMs)
  const rotationPolicy = mergeField(asked, key.rotationPolicy)
  return withoutUndefined<ApiKey>({
    ...key,
    name: fields.name ?? key.name,
    description: mergeField(fields.description, key.description),
    scopes: fields.scopes
      ? checkGrantedScopes({ asked: fields.scopes, before: key.scopes, type: key.type, caller })
      : key.scopes,
    usageLimits: mergeField(fields.usage_limits, key.usageLimits),
    rateLimits: mergeField(fields.rate_limits, key.rateLimits) ?? [],
    maxConcurrentRequests: mergeField(fields.max_concurrent_requests, key.maxConcurrentRequests),
    defaults: changedDefaults(key.defaults, fields),
    alertEmails: mergeField(fields.alert_emails, key.alertEmails) ?? [],
    expiresAtMs,
    rotationPolicy,
    ...resetFields(key, fields.reset_usage, nowMs),
    status: statusAfter(key, fields, expiresAtMs, nowMs),
    updatedAtMs: nowMs,
  })
}

/** A new end date revives an expired key; a reset or another limit revives an exhausted one. */
function statusAfter(
  key: ApiKey,
  fields: UpdateFields,
  expiresAtMs: number | undefined,
  nowMs: number,
): ApiKey['status'] {
  if (key.status === 'expired') {
    const isExpired = fields.expires_at === undefined || (expiresAtMs !== undefined && expiresAtMs <= nowMs)
    return isExpired ? 'expired' : 'active'
  }
  return fields.reset_usage || fields.usage_limits !== undefined ? 'active' : key.status
}

function changedDefaults(before: ApiKey['defaults'], fields: UpdateFields): ApiKey['defaults'] {
  const given = fields.defaults
  const cleared = given === null ? {} : before
  const asked = askedOverride(given?.allow_config_override, fields.allow_config_override)
  return withoutUndefined<ApiKey['defaults']>({
    metadata: mergeField(given?.metadata, cleared.metadata),
    dataPolicy: mergeField(readDemand(given?.data_policy), cleared.dataPolicy),
    configId: mergeField(given?.config_id as ConfigId | null | undefined, cleared.configId),
    modelAliases: mergeField(given?.model_aliases, cleared.modelAliases),
    allowConfigOverride: mergeField(asked == null ? asked : Boolean(asked), cleared.allowConfigOverride),
  })
}

function readDemand(given: unknown): DataPolicy | null | undefined {
  return given == null ? (given as null | undefined) : readDataPolicy(given, 'defaults.data_policy', 'demand')
}

type Truth = boolean | 0 | 1 | null | undefined

/** Inside `defaults`, where true also stands for unsaid, or beside it, where null does. An answer that is sent back changes nothing. */
function askedOverride(inside: Truth, beside: Truth): Truth {
  if (inside === undefined) return beside
  return beside === null && inside ? null : inside
}

/** A key whose config does not exist could make no request. */
async function checkConfig(request: AdminRequest, { workspaceId }: ApiKey, { defaults: given }: UpdateFields) {
  const name = given?.config_id
  if (!name || workspaceId === undefined) return
  if ((await request.ports.documents.read('config', name, workspaceId)) !== undefined) return
  throw new GatewayError(
    'invalid_request',
    `defaults.config_id names the config '${name.slice(0, 80)}', which the key's workspace does not have; GET /v1/configs lists those it has`,
    { param: 'defaults.config_id' },
  )
}

async function toJson(request: AdminRequest, key: ApiKey): Promise<ApiKeyJson> {
  const usage = await usageJson(request, subjects.apiKey(key))
  const override = key.defaults.allowConfigOverride
  return {
    id: key.id,
    key: key.masked,
    name: key.name,
    description: key.description ?? null,
    type: key.type,
    organisation_id: key.organisationId,
    workspace_id: key.workspaceId ?? null,
    user_id: key.userId ?? null,
    status: shownStatus(key, request, usage),
    creation_mode: key.creationMode,
    rate_limits: key.rateLimits.length === 0 ? null : key.rateLimits,
    usage_limits: usage.usageLimits[0] ?? null,
    max_concurrent_requests: key.maxConcurrentRequests ?? null,
    reset_usage: null,
    last_reset_at: timestamp(key.lastResetAtMs),
    next_usage_reset_at: usage.nextResetAt,
    expires_at: timestamp(key.expiresAtMs),
    expiry_enforced: 0,
    alert_emails: key.alertEmails,
    scopes: key.scopes,
    allow_config_override: override === undefined ? null : override ? 1 : 0,
    api_key_defaults_id: null,
    defaults: {
      metadata: key.defaults.metadata ?? null,
      config_id: key.defaults.configId ?? null,
      allow_config_override: override ?? true,
      ...(key.defaults.modelAliases === undefined ? {} : { model_aliases: key.defaults.modelAliases }),
      ...(key.defaults.dataPolicy === undefined ? {} : { data_policy: key.defaults.dataPolicy }),
    },
    rotation_policy: key.rotationPolicy ?? null,
    created_at: timestamp(key.createdAtMs),
    last_updated_at: timestamp(key.updatedAtMs),
    object: 'api-key',
  }
}
