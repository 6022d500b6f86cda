/** What usage-limit and rate-limit policies have in common: conditions, grouping, entities, archiving. */

import * as z from 'zod/mini'
import { GatewayError } from '../errors.ts'
import { nearestName } from '../limits/nearest-name.ts'
import type { LimitPolicy, PolicyCondition } from '../limits/setting.ts'
import type { PolicyEntityJson, PolicyJson } from './contract.ts'
import { cut, readPage } from './paging.ts'
import type { Document, DocumentKind, LimitStatus } from './ports.ts'
import {
  type AdminRequest,
  type JsonObject,
  listWorkspaces,
  organisationScope,
  param,
  selectedWorkspace,
} from './request.ts'
import type { Desk, Verb } from './resource.ts'
import { defined, name, optionalText, text, timestamp } from './schemas.ts'
import { documentShelf } from './shelf.ts'
import { isExhausted, shownAmount } from './usage.ts'

/** A policy as stored; the data plane reads its LimitPolicy members. Archived ones lie in a scope of their own, which it never loads. */
export interface PolicyDocument extends LimitPolicy, Document {
  readonly id: string
  readonly description?: string
  readonly organisationId: string
  /** Absent = applies in every workspace. */
  readonly workspaceId?: string
  readonly status: 'active' | 'archived'
  readonly lastResetAtMs?: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
}

const conditionList = z.array(z.record(z.string(), z.unknown())).check(z.minLength(1), z.maxLength(50))
const groupList = z.array(z.object({ key: z.string() })).check(z.minLength(1), z.maxLength(10))

export const policyFields = {
  create: { name, description: optionalText, conditions: conditionList, group_by: groupList },
  update: {
    name: z.optional(name),
    description: optionalText,
    conditions: z.optional(z.nullable(conditionList)),
    group_by: z.optional(z.nullable(groupList)),
    status: z.optional(z.nullable(z.enum(['active', 'archived']))),
    reset_usage_for_value: text,
  },
}

type CreateFields = {
  name: string
  description?: string | null | undefined
  conditions: JsonObject[]
  group_by: { key: string }[]
}
type UpdateFields = {
  name?: string | undefined
  description?: string | null | undefined
  conditions?: JsonObject[] | null | undefined
  group_by?: { key: string }[] | null | undefined
  status?: 'active' | 'archived' | null | undefined
  reset_usage_for_value?: string | null | undefined
}

const dimensions = [
  'api_key',
  'virtual_key',
  'provider',
  'config',
  'prompt',
  'model',
  'endpoint_type',
  'workspace_id',
  'workspace',
  'organisation_id',
] as const

function checkDimension(key: string, where: string): string {
  if (dimensions.some((dimension) => dimension === key) || /^metadata\..+/.test(key)) return key
  const nearest = nearestName(key.slice(0, 80), [...dimensions, 'metadata.'])
  const hint = nearest === undefined ? '' : `; did you mean '${nearest === 'metadata.' ? 'metadata.<name>' : nearest}'?`
  throw invalid(
    `${where} is '${key.slice(0, 80)}'; allowed are ${dimensions.join(', ')} and metadata.<name>${hint}`,
    where,
  )
}

function readCondition(condition: JsonObject, where: string): PolicyCondition {
  const unknown = Object.keys(condition).find((key) => !['key', 'value', 'excludes'].includes(key))
  if (unknown !== undefined)
    throw invalid(
      `${where} has the unknown field '${unknown.slice(0, 60)}'; allowed are key, value and excludes`,
      where,
    )
  const { key, value, excludes } = condition
  if (typeof key !== 'string') throw invalid(`${where}.key is missing; it names what the condition looks at`, where)
  checkDimension(key, `${where}.key`)
  if (!isText(value)) throw invalid(`${where}.value must be a string or an array of strings; '*' means any`, where)
  if (excludes === undefined || excludes === null) return { key, value }
  if (typeof excludes !== 'boolean' && !isText(excludes))
    throw invalid(`${where}.excludes must be a string, an array of strings, or true`, where)
  return { key, value, excludes }
}

function isText(value: unknown): value is string | readonly string[] {
  if (typeof value === 'string') return value !== ''
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === 'string' && each !== '')
}

function readConditions(conditions: readonly JsonObject[]): readonly PolicyCondition[] {
  return conditions.map((each, at) => readCondition(each, `conditions[${at}]`))
}

/** A new policy without its limit. */
export async function newPolicy(request: AdminRequest, fields: CreateFields) {
  const workspace = await selectedWorkspace(request)
  const { ambient, settings } = request.ports
  for (const [at, { key }] of fields.group_by.entries()) checkDimension(key, `group_by[${at}].key`)
  const policy = defined<PolicyDocument>({
    id: ambient.newId(),
    name: fields.name,
    description: fields.description ?? undefined,
    organisationId: settings.organisationId,
    workspaceId: workspace?.id,
    conditions: readConditions(fields.conditions),
    groupBy: fields.group_by.map(({ key }) => ({ key })),
    status: 'active',
    epoch: 0,
    entityEpochs: {},
    startedAtMs: request.nowMs,
    createdAtMs: request.nowMs,
    updatedAtMs: request.nowMs,
  })
  return { scope: workspace?.id ?? organisationScope, policy }
}

/** A policy with everything but its limit changed. */
export async function changedPolicy(
  request: AdminRequest,
  before: PolicyDocument,
  fields: UpdateFields,
): Promise<PolicyDocument> {
  if (fields.group_by && JSON.stringify(fields.group_by) !== JSON.stringify(before.groupBy))
    throw invalid('group_by cannot change, as what was counted would be lost; create another policy', 'group_by')
  if (fields.status && fields.status !== before.status)
    throw invalid(
      before.status === 'active'
        ? 'status cannot be set to archived with PUT; archive the policy with DELETE'
        : 'an archived policy stays archived; create another one',
      'status',
    )
  const valueKey = fields.reset_usage_for_value
  const policy = valueKey ? await resetEntity(request, before, valueKey) : before
  return defined<PolicyDocument>({
    ...policy,
    name: fields.name ?? policy.name,
    description: fields.description === undefined ? policy.description : (fields.description ?? undefined),
    conditions: fields.conditions ? readConditions(fields.conditions) : policy.conditions,
    updatedAtMs: request.nowMs,
  })
}

export const policyHome = {
  families: ['policies'],
  pageSize: 50,
  async scopes(request: AdminRequest): Promise<readonly string[]> {
    const workspace = await selectedWorkspace(request)
    const homes =
      workspace === undefined
        ? [organisationScope, ...(await listWorkspaces(request)).map((each) => each.id)]
        : [workspace.id]
    const archived = homes.map(archiveOf)
    if (request.params.id !== undefined) return [...homes, ...archived]
    const statuses = (request.query.status ?? 'active').split(',')
    return [...(statuses.includes('active') ? homes : []), ...(statuses.includes('archived') ? archived : [])]
  },
}

function archiveOf(scope: string): string {
  return `${scope}/archived`
}

/** Puts a policy that was removed from its scope where only administrators find it. */
export async function archive(
  request: AdminRequest,
  kind: DocumentKind,
  policy: PolicyDocument,
  scope: string,
): Promise<void> {
  if (policy.status === 'archived') return
  const archived: PolicyDocument = { ...policy, status: 'archived', updatedAtMs: request.nowMs }
  await request.ports.documents.create(kind, archiveOf(scope), archived)
}

export function policyShelf(kind: DocumentKind) {
  return documentShelf<PolicyDocument>(kind)
}

export function policyJson(policy: PolicyDocument): PolicyJson {
  return {
    id: policy.id,
    name: policy.name,
    description: policy.description ?? null,
    conditions: policy.conditions,
    group_by: policy.groupBy,
    status: policy.status,
    workspace_id: policy.workspaceId ?? null,
    organisation_id: policy.organisationId,
    last_reset_at: timestamp(policy.lastResetAtMs),
    created_at: timestamp(policy.createdAtMs),
    last_updated_at: timestamp(policy.updatedAtMs),
  }
}

/** `GET …/{id}/entities` and the reset of one. */
export function entityVerbs(desk: Desk<PolicyDocument>, path: string): readonly Verb[] {
  return [
    {
      method: 'GET',
      path: `${path}/{id}/entities`,
      async handle(request) {
        const { document } = await desk.find(request, 'read')
        const { status, search } = request.query
        const rows = (await readEntities(request, document))
          .map(entityJson)
          .filter((row) => (!status || row.status === status) && (!search || row.value_key.includes(search)))
        return { object: 'list', total: rows.length, data: cut(rows, readPage(request.query, 100)) }
      },
    },
    {
      method: 'PUT',
      path: `${path}/{id}/entities/{entityId}/reset`,
      handle: (request) =>
        desk.update(request, 'update', async (policy) => ({
          document: await resetEntity(request, policy, valueKeyOf(param(request, 'entityId'))),
          answer: {},
        })),
    },
  ]
}

export async function readEntities(request: AdminRequest, policy: PolicyDocument): Promise<readonly LimitStatus[]> {
  return (await request.ports.limitStatus?.read(policy, request.nowMs)) ?? []
}

function entityJson(status: LimitStatus): PolicyEntityJson {
  const valueKey = status.value_key ?? ''
  return {
    id: Buffer.from(valueKey).toString('base64url'),
    value_key: valueKey,
    current_usage: shownAmount(status.resource, status.spent),
    status: isExhausted(status) ? 'exhausted' : 'active',
    resets_at: timestamp(status.resetsAtMs),
    object: 'policy_entity',
  }
}

/** An entity's id is its value key in base64url; the value key itself is accepted too. */
function valueKeyOf(entityId: string): string {
  const decoded = Buffer.from(entityId, 'base64url').toString('utf8')
  return Buffer.from(decoded).toString('base64url') === entityId ? decoded : entityId
}

async function resetEntity(request: AdminRequest, policy: PolicyDocument, valueKey: string): Promise<PolicyDocument> {
  if (request.ports.limitStatus !== undefined) {
    const entities = await readEntities(request, policy)
    if (!entities.some((status) => status.value_key === valueKey))
      throw new GatewayError(
        'not_found',
        `the policy has counted nothing for '${valueKey.slice(0, 80)}'; list its entities`,
      )
  }
  const before = Object.hasOwn(policy.entityEpochs, valueKey) ? policy.entityEpochs[valueKey] : 0
  const epoch = (before ?? 0) + 1
  return { ...policy, entityEpochs: { ...policy.entityEpochs, [valueKey]: epoch }, lastResetAtMs: request.nowMs }
}

function invalid(message: string, where: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: where })
}
