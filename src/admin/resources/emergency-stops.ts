/** Emergency stops: an api key, workspace, provider or integration that sends no request any more, in every instance within 2 seconds, until the stop is lifted. */
import * as z from 'zod/mini'
import type { Integration, Provider } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'
import { describeStop, type EmergencyStop, type StoppableType, stoppableTypes } from '../../identity/emergency-stop.ts'
import { listAnswer } from '../answers.ts'
import { requireAny } from '../caller.ts'
import type { EmergencyStopJson, ListJson } from '../contract.ts'
import { emergencyStopAnswer } from '../document-answers.ts'
import { documentRepository } from '../document-repository.ts'
import { readFields } from '../fields.ts'
import { readFilters } from '../filters.ts'
import { pageOf, readPage } from '../paging.ts'
import type { Stored } from '../ports.ts'
import { removeStored } from '../removal.ts'
import {
  type AdminRequest,
  findWorkspace,
  missingReference,
  organisationScope,
  param,
  workspaceScopes,
} from '../request.ts'
import type { Resource } from '../resource.ts'
import { timestamp } from '../schemas.ts'

const path = '/emergency-stops'
const one = `${path}/{id}`
const object = 'emergency-stop'
const pageSize = 100

interface StopDocument extends EmergencyStop {
  /** Where the subject belongs; absent = to the organisation. */
  readonly workspaceId?: string
  /** Present = made by a key of this workspace, so such a key may lift it. */
  readonly byWorkspaceId?: string
}

interface LiftedStop extends StopDocument {
  readonly liftedBy: EmergencyStop['stoppedBy']
  readonly liftedAtMs: number
  readonly liftReason?: string
}

const reason = z.string().check(z.trim(), z.minLength(1), z.maxLength(500))
const createFields = z.object({
  type: z.enum(stoppableTypes),
  id: z.string().check(z.minLength(1), z.maxLength(255)),
  reason,
  workspace_id: z.optional(z.nullable(z.string())),
})
const liftFields = z.object({ reason: z.optional(z.nullable(reason)) })
/** With the object's name, for messages about unknown fields. */
const described = { object, path }

export const emergencyStops: Resource = {
  object,
  path,
  verbs: [
    {
      method: 'POST',
      path,
      handle: stop,
      shape: {
        summary: 'Stop an api key, a workspace, a provider or an integration in every instance',
        body: createFields,
        answer: emergencyStopAnswer,
      },
    },
    {
      method: 'GET',
      path,
      handle: list,
      shape: {
        summary: 'List the stops in force, or the history',
        query: { status: "'active' (the default), 'lifted' or both", type: 'what is stopped' },
        answer: listAnswer(emergencyStopAnswer),
      },
    },
    {
      method: 'GET',
      path: one,
      handle: async (request) => toJson((await findStop(request)).document),
      shape: { summary: 'Show one stop', answer: emergencyStopAnswer },
    },
    {
      method: 'DELETE',
      path: one,
      handle: lift,
      shape: { summary: 'Lift a stop', body: liftFields, answer: emergencyStopAnswer },
    },
  ],
}

async function stop(request: AdminRequest): Promise<EmergencyStopJson> {
  const { caller, ports, nowMs } = request
  const fields = readFields(createFields, request.body, described)
  const subject = await finders[fields.type](request, fields.id)
  requireAny(caller, subject.scopes)
  if (fields.type === 'api_key' && subject.id === caller.id)
    throw new GatewayError('invalid_request', 'a key cannot stop itself; use another administrator key', {
      param: 'id',
    })
  const document: StopDocument = {
    id: `${fields.type}_${subject.id}`,
    type: fields.type,
    subjectId: subject.id,
    label: subject.label,
    reason: fields.reason,
    stoppedBy: { id: caller.id, label: caller.label },
    stoppedAtMs: nowMs,
    ...(subject.workspaceId === undefined ? {} : { workspaceId: subject.workspaceId }),
    ...(caller.workspaceId === undefined ? {} : { byWorkspaceId: caller.workspaceId }),
  }
  await create(request, document)
  ports.ambient.log({ level: 'warn', message: 'an emergency stop was set', ...toJson(document) })
  return toJson(document)
}

async function create({ ports }: AdminRequest, document: StopDocument): Promise<void> {
  try {
    await ports.documents.create('emergency-stop', organisationScope, document)
  } catch (thrown) {
    if (!(thrown instanceof GatewayError && thrown.code === 'conflict')) throw thrown
    const before = await ports.documents.read<StopDocument>('emergency-stop', document.id, organisationScope)
    throw before === undefined
      ? thrown
      : new GatewayError('conflict', `it is stopped already: ${describeStop(before.document)}`)
  }
}

/** The stop moves into the history, then goes: repeated after a failure half-way, it is lifted all the same. */
async function lift(request: AdminRequest): Promise<EmergencyStopJson> {
  const { caller, ports, nowMs } = request
  const fields = readFields(liftFields, request.body, described)
  const stored = await findStop(request)
  const { document } = stored
  if ('liftedAtMs' in document)
    throw new GatewayError('conflict', `this stop was lifted by ${document.liftedBy.label} already`)
  requireAny(caller, scopesFor(document))
  if (caller.workspaceId !== undefined && document.byWorkspaceId !== caller.workspaceId)
    throw new GatewayError(
      'permission_denied',
      `the stop was set by ${document.stoppedBy.label} for the organisation; only a key of the organisation can lift it`,
    )
  const lifted: LiftedStop = {
    ...document,
    id: ports.ambient.newId(),
    liftedBy: { id: caller.id, label: caller.label },
    liftedAtMs: nowMs,
    ...(fields.reason ? { liftReason: fields.reason } : {}),
  }
  await ports.documents.create('lifted-stop', organisationScope, lifted)
  await removeStored(documentRepository<StopDocument>('emergency-stop')(ports), stored)
  ports.ambient.log({ level: 'warn', message: 'an emergency stop was lifted', ...toJson(lifted) })
  return toJson(lifted)
}

async function list(request: AdminRequest): Promise<ListJson<EmergencyStopJson>> {
  const { documents } = request.ports
  requireAny(request.caller, viewScopes)
  const page = readPage(request.query, pageSize)
  const isWanted = readFilters(request, ['status', 'type'], { status: 'active' })
  const [active, lifted] = await Promise.all([
    documents.list<StopDocument>('emergency-stop', organisationScope),
    request.query.status?.includes('lifted') ? documents.list<LiftedStop>('lifted-stop', organisationScope) : [],
  ])
  const rows = [...active, ...lifted]
    .filter(({ document }) => isVisible(request, document))
    .map(({ document }) => toJson(document))
    .filter((row) => isWanted?.(row) ?? true)
  return { object: 'list', total: rows.length, data: pageOf(rows, page) }
}

async function findStop(request: AdminRequest): Promise<Stored<StopDocument | LiftedStop>> {
  requireAny(request.caller, viewScopes)
  const id = param(request, 'id')
  const { documents } = request.ports
  const stored =
    (await documents.read<StopDocument>('emergency-stop', id, organisationScope)) ??
    (await documents.read<LiftedStop>('lifted-stop', id, organisationScope))
  if (stored !== undefined && isVisible(request, stored.document)) return stored
  throw new GatewayError('not_found', `there is no ${object} '${id.slice(0, 80)}'; list them with GET ${path}`)
}

function isVisible({ caller }: AdminRequest, { workspaceId }: StopDocument): boolean {
  return caller.workspaceId === undefined || caller.workspaceId === workspaceId
}

interface Subject {
  readonly id: string
  readonly label: string
  readonly workspaceId?: string
  readonly scopes: readonly string[]
}

const updateScopes: Readonly<Record<StoppableType, readonly string[]>> = {
  api_key: ['workspace_service_api_keys.update', 'workspace_user_api_keys.update'],
  workspace: ['workspaces.update'],
  provider: ['providers.update', 'virtual_keys.update'],
  integration: ['organisation_integrations.update'],
}
const organisationKeyScopes = ['organisation_service_api_keys.update']
/** A workspace's own integration. */
const ownIntegrationScopes = ['organisation_integrations.update', 'workspace_integrations.update']
const viewScopes = [...Object.values(updateScopes).flat(), ...organisationKeyScopes, ...ownIntegrationScopes]

function scopesFor({ type, workspaceId }: { readonly type: StoppableType; readonly workspaceId?: string }) {
  if (type === 'api_key' && workspaceId === undefined) return organisationKeyScopes
  return type === 'integration' && workspaceId !== undefined ? ownIntegrationScopes : updateScopes[type]
}

const finders: Readonly<Record<StoppableType, (request: AdminRequest, id: string) => Promise<Subject>>> = {
  async api_key(request, id) {
    const key = (await request.ports.apiKeys.read(id))?.document
    if (key === undefined || !isWithin(request, key.workspaceId)) throw missingReference('api key', id, 'id')
    return subjectOf('api_key', key.id, `'${key.name}' (${key.masked})`, key.workspaceId)
  },
  async workspace(request, id) {
    const { document } = await findWorkspace(request, id)
    if (!isWithin(request, document.id)) throw missingReference('workspace', id, 'id')
    return subjectOf('workspace', document.id, document.slug, document.id)
  },
  async provider(request, id) {
    const { document } = await findIn<Provider>(request, 'provider', id, await workspaceScopes(request))
    return subjectOf('provider', document.id, `@${document.slug}`, document.workspaceId)
  },
  async integration(request, id) {
    const scopes = [organisationScope, ...(await workspaceScopes(request))]
    const { document } = await findIn<Integration>(request, 'integration', id, scopes)
    return subjectOf('integration', document.id, document.slug, document.workspaceId)
  },
}

function subjectOf(type: StoppableType, id: string, label: string, workspaceId: string | undefined): Subject {
  const home = workspaceId === undefined ? {} : { workspaceId }
  return { id, label, ...home, scopes: scopesFor({ type, ...home }) }
}

function isWithin({ caller }: AdminRequest, workspaceId: string | undefined): boolean {
  return caller.workspaceId === undefined || caller.workspaceId === workspaceId
}

/** The one of that id or slug. Throws where there is none, or where several workspaces have one. */
async function findIn<T extends { readonly id: string }>(
  { ports }: AdminRequest,
  kind: 'provider' | 'integration',
  idOrSlug: string,
  scopes: readonly string[],
): Promise<Stored<T>> {
  const name = idOrSlug.replace(/^@/, '')
  const found = (await Promise.all(scopes.map((scope) => ports.documents.read<T>(kind, name, scope)))).filter(
    (stored) => stored !== undefined,
  )
  const [first] = found
  if (first === undefined) throw missingReference(kind, idOrSlug, 'id')
  if (found.length === 1 || first.document.id === name) return first
  throw new GatewayError(
    'invalid_request',
    `'${idOrSlug.slice(0, 80)}' names ${found.length} ${kind}s in different workspaces; add workspace_id, or use the id`,
    { param: 'workspace_id' },
  )
}

function toJson(document: StopDocument | LiftedStop): EmergencyStopJson {
  const lifted = 'liftedAtMs' in document ? document : undefined
  return {
    object,
    id: document.id,
    type: document.type,
    subject_id: document.subjectId,
    subject: document.label,
    workspace_id: document.workspaceId ?? null,
    status: lifted === undefined ? 'active' : 'lifted',
    reason: document.reason,
    stopped_by: document.stoppedBy,
    stopped_at: timestamp(document.stoppedAtMs),
    lifted_by: lifted?.liftedBy ?? null,
    lifted_at: timestamp(lifted?.liftedAtMs),
    lift_reason: lifted?.liftReason ?? null,
  }
}
