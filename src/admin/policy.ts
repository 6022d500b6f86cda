/** What usage-limit and rate-limit policies have in common: conditions, grouping, entities, archiving. */

import * as z from 'zod/mini'
import { GatewayError } from '../errors.ts'
import { dimensions, isDimension, metadataPrefix } from '../limits/dimensions.ts'
import type { LimitPolicy, PolicyCondition } from '../limits/setting.ts'
import { nearestName } from '../nearest.ts'
import { findAiProvider } from './ai-provider.ts'
import { emptyAnswer, listAnswer } from './answers.ts'
import type { PolicyEntityJson, PolicyJson } from './contract.ts'
import { policyEntityAnswer } from './document-answers.ts'
import { documentRepository } from './document-repository.ts'
import type { FilterName } from './filters.ts'
import { pageOf, readPage } from './paging.ts'
import type { Document, DocumentKind, LimitStatus } from './ports.ts'
import {
  type AdminRequest,
  findWorkspace,
  type JsonObject,
  listWorkspaces,
  organisationScope,
  param,
  selectedWorkspace,
} from './request.ts'
import type { ResourceContext, Verb } from './resource.ts'
import { name, optionalText, text, timestamp, withoutUndefined } from './schemas.ts'
import { isExhausted, shownAmount } from './usage.ts'

/** A policy as stored. The data plane applies `policy` while the status is active. */
export interface PolicyDocument extends Document {
  /** Its conditions name things as they are counted. */
  readonly policy: LimitPolicy
  /** As sent, to be answered. */
  readonly conditions: readonly PolicyCondition[]
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

function checkDimension(key: string, where: string): string {
  if (isDimension(key) || (key.startsWith(metadataPrefix) && key !== metadataPrefix)) return key
  const names = [...Object.keys(dimensions), `${metadataPrefix}<name>`]
  const nearest = nearestName(key.slice(0, 80), names)
  const hint = nearest === undefined ? '' : `; did you mean '${nearest}'?`
  throw invalid(`${where} is '${key.slice(0, 80)}'; allowed are ${names.join(', ')}${hint}`, where)
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

type Limit = Pick<LimitPolicy, 'usage'> | Pick<LimitPolicy, 'rate'>

/** Conditions as the data plane compares them: workspaces by id, AI providers by their own name. */
async function resolveConditions(
  request: AdminRequest,
  conditions: readonly PolicyCondition[],
): Promise<readonly PolicyCondition[]> {
  const resolve = async (key: string, value: string): Promise<string> => {
    if (value === '*') return value
    if (key === 'workspace_id' || key === 'workspace') return (await findWorkspace(request, value)).document.id
    return key === 'provider' ? findAiProvider(request.ports.aiProviders, value, 'conditions.provider').id : value
  }
  const resolveAll = (key: string, value: string | readonly string[]) =>
    typeof value === 'string' ? resolve(key, value) : Promise.all(value.map((each) => resolve(key, each)))
  return Promise.all(
    conditions.map(async ({ key, value, excludes }) => ({
      key,
      value: await resolveAll(key, value),
      ...(excludes === undefined
        ? {}
        : { excludes: typeof excludes === 'boolean' ? excludes : await resolveAll(key, excludes) }),
    })),
  )
}

/** A new policy with this limit. */
export async function newPolicy(request: AdminRequest, fields: CreateFields, limit: Limit) {
  const workspace = await selectedWorkspace(request)
  const { ambient, settings } = request.ports
  for (const [at, { key }] of fields.group_by.entries()) checkDimension(key, `group_by[${at}].key`)
  const id = ambient.newId()
  const conditions = readConditions(fields.conditions)
  const document: PolicyDocument = {
    id,
    conditions,
    ...(fields.description ? { description: fields.description } : {}),
    organisationId: settings.organisationId,
    ...(workspace === undefined ? {} : { workspaceId: workspace.id }),
    status: 'active',
    createdAtMs: request.nowMs,
    updatedAtMs: request.nowMs,
    policy: {
      id,
      name: fields.name,
      conditions: await resolveConditions(request, conditions),
      groupBy: fields.group_by.map(({ key }) => ({ key })),
      ...limit,
      epoch: 0,
      entityEpochs: {},
      startedAtMs: request.nowMs,
    },
  }
  return { scope: workspace?.id ?? organisationScope, document }
}

/** A policy with what is named changed, and with this limit. */
export async function changedPolicy(
  request: AdminRequest,
  before: PolicyDocument,
  fields: UpdateFields,
  limit: Limit,
): Promise<PolicyDocument> {
  if (fields.group_by && JSON.stringify(fields.group_by) !== JSON.stringify(before.policy.groupBy))
    throw invalid('group_by cannot change, as what was counted would be lost; create another policy', 'group_by')
  const valueKey = fields.reset_usage_for_value
  const document = valueKey ? await resetEntity(request, before, valueKey) : before
  const conditions = fields.conditions ? readConditions(fields.conditions) : document.conditions
  return withoutUndefined<PolicyDocument>({
    ...document,
    description: fields.description === undefined ? document.description : (fields.description ?? undefined),
    status: fields.status ?? document.status,
    updatedAtMs: request.nowMs,
    conditions,
    policy: {
      ...document.policy,
      name: fields.name ?? document.policy.name,
      conditions: fields.conditions ? await resolveConditions(request, conditions) : document.policy.conditions,
      ...limit,
    },
  })
}

/** What both resources of policies describe alike. */
export const sharedPolicyDescription = {
  families: ['policies'],
  pageSize: 50,
  async scopes(request: AdminRequest): Promise<readonly string[]> {
    const workspace = await selectedWorkspace(request)
    if (workspace !== undefined) return [workspace.id]
    return [organisationScope, ...(await listWorkspaces(request)).map((each) => each.id)]
  },
  filters: ['name', 'status', 'type', 'unit'] satisfies readonly FilterName[],
  usualFilters: { status: 'active' },
  /** A deleted policy stays to be looked at; it limits nothing. */
  archive: (request: AdminRequest, document: PolicyDocument): PolicyDocument => ({
    ...document,
    status: 'archived',
    updatedAtMs: request.nowMs,
  }),
}

export function policyRepository(kind: DocumentKind) {
  return documentRepository<PolicyDocument>(kind)
}

export function policyJson(document: PolicyDocument): PolicyJson {
  const { policy } = document
  return {
    id: document.id,
    name: policy.name,
    description: document.description ?? null,
    conditions: document.conditions,
    group_by: policy.groupBy,
    status: document.status,
    workspace_id: document.workspaceId ?? null,
    organisation_id: document.organisationId,
    last_reset_at: timestamp(document.lastResetAtMs),
    created_at: timestamp(document.createdAtMs),
    last_updated_at: timestamp(document.updatedAtMs),
  }
}

/** `GET …/{id}/entities` and the reset of one. */
export function entityVerbs(context: ResourceContext<PolicyDocument>, path: string): readonly Verb[] {
  return [
    {
      method: 'GET',
      path: `${path}/{id}/entities`,
      shape: {
        summary: 'List what a policy counts, one row per group',
        query: { status: 'active or exhausted', search: 'a part of the value', page_size: '', current_page: '' },
        answer: listAnswer(policyEntityAnswer),
      },
      async handle(request) {
        const { document } = await context.find(request, 'read')
        const { status, search } = request.query
        const rows = (await readEntities(request, document))
          .map(entityJson)
          .filter((row) => (!status || row.status === status) && (!search || row.value_key.includes(search)))
        return { object: 'list', total: rows.length, data: pageOf(rows, readPage(request.query, 100)) }
      },
    },
    {
      method: 'PUT',
      path: `${path}/{id}/entities/{entityId}/reset`,
      shape: { summary: 'Start one group of a policy anew', answer: emptyAnswer },
      handle: (request) =>
        context.update(request, 'update', async (policy) => ({
          document: await resetEntity(request, policy, valueKeyOf(param(request, 'entityId'))),
          answer: {},
        })),
    },
  ]
}

export async function readEntities(request: AdminRequest, { policy }: PolicyDocument): Promise<readonly LimitStatus[]> {
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

async function resetEntity(request: AdminRequest, document: PolicyDocument, valueKey: string): Promise<PolicyDocument> {
  if (request.ports.limitStatus !== undefined) {
    const entities = await readEntities(request, document)
    if (!entities.some((status) => status.value_key === valueKey))
      throw new GatewayError(
        'not_found',
        `the policy has counted nothing for '${valueKey.slice(0, 80)}'; list its entities`,
      )
  }
  const { policy } = document
  const before = Object.hasOwn(policy.entityEpochs, valueKey) ? policy.entityEpochs[valueKey] : 0
  const entityEpochs = { ...policy.entityEpochs, [valueKey]: (before ?? 0) + 1 }
  return { ...document, policy: { ...policy, entityEpochs }, lastResetAtMs: request.nowMs }
}

function invalid(message: string, where: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: where })
}
