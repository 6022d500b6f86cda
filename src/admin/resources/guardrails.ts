/** Guardrails of a workspace or of the whole organisation, and the versions they had. Checks and actions are kept as they were sent. */

import * as z from 'zod/mini'
import type { GuardrailDefaults } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'
import { loadChecks } from '../../guardrails/checks/on-demand/load.ts'
import type { GuardrailRef, SavedGuardrail } from '../../guardrails/guardrail.ts'
import { checkActions, readChecks, readGuardrailRef } from '../../guardrails/read.ts'
import { secretWriteSteps, separateSecrets, withoutSecretNames } from '../check-credentials.ts'
import type { GuardrailJson } from '../contract.ts'
import { guardrailAnswer, guardrailRowAnswer, versionMade } from '../document-answers.ts'
import { documentRepository } from '../document-repository.ts'
import type { Stored } from '../ports.ts'
import { removeSecretsOf } from '../removal.ts'
import {
  type AdminRequest,
  findWorkspace,
  type JsonObject,
  listWorkspaces,
  missingReference,
  organisationScope,
  selectedWorkspace,
  workspaceToCreateIn,
} from '../request.ts'
import { defineResource, wrapChange } from '../resource.ts'
import { anyObject, name, text, timestamp } from '../schemas.ts'
import { makeSlug } from '../slug.ts'
import { versioned } from '../versions.ts'

interface Guardrail extends SavedGuardrail {
  readonly ownerId: string
  readonly updatedBy: string
  /** In the vault; what they were replaced by is live everywhere when the next change comes. */
  readonly retiredSecrets?: readonly string[]
}

const checkList = z.array(z.record(z.string(), z.unknown()))
const createFields = z.object({ name, checks: checkList, actions: anyObject, organisation_id: text })
const updateFields = z.object({ name: z.optional(name), checks: z.optional(checkList), actions: anyObject })

const path = '/guardrails'
const repository = documentRepository<Guardrail>('guardrail')
const versions = versioned<Guardrail>('guardrail-version')

export const guardrails = defineResource(
  {
    object: 'guardrail',
    path,
    answers: {
      row: guardrailAnswer,
      listed: guardrailRowAnswer,
      created: versionMade('guardrail'),
      updated: versionMade('guardrail'),
    },
    repository,
    families: ['guardrails', 'organisation_guardrails'],
    familyOf: (document) => (document.workspaceId === undefined ? 'organisation_guardrails' : 'guardrails'),
    pageSize: 100,
    async scopes(request) {
      const workspace = await selectedWorkspace(request)
      if (workspace !== undefined) return [workspace.id]
      if (isOfOrganisation(request)) return [organisationScope]
      return [organisationScope, ...(await listWorkspaces(request)).map((each) => each.id)]
    },
    filters: ['ids', 'name', 'status'],
    create: {
      fields: createFields,
      familyOf: (request) => (isOfOrganisation(request) ? 'organisation_guardrails' : 'guardrails'),
      async toDocument(request, fields) {
        const { ambient, settings } = request.ports
        const workspace = isOfOrganisation(request) ? undefined : await workspaceToCreateIn(request)
        const id = ambient.newId()
        const split = separateSecrets(fields.checks, { guardrailId: id, before: [], ports: request.ports })
        await refuseWrong(request, split.readable, fields.actions ?? {})
        const document: Guardrail = {
          id,
          slug: makeSlug(fields.name, id, { prefix: 'pg', length: 6 }),
          name: fields.name,
          organisationId: settings.organisationId,
          ...(workspace === undefined ? {} : { workspaceId: workspace.id }),
          status: 'active',
          checks: split.stored,
          actions: fields.actions ?? {},
          versionId: ambient.newId(),
          ownerId: request.caller.id,
          updatedBy: request.caller.id,
          createdAtMs: request.nowMs,
          updatedAtMs: request.nowMs,
        }
        return {
          scope: workspace?.id ?? organisationScope,
          ...wrapChange(versions.change(request, document, written(document)), secretWriteSteps(split, request.ports)),
        }
      },
    },
    update: {
      fields: updateFields,
      async toDocument(request, before, fields) {
        const given = fields.checks ?? withoutSecretNames(before.checks)
        const split = separateSecrets(given, {
          guardrailId: before.id,
          before: before.checks,
          retired: before.retiredSecrets ?? [],
          ports: request.ports,
        })
        const document: Guardrail = {
          ...before,
          name: fields.name ?? before.name,
          checks: split.stored,
          retiredSecrets: split.retired,
          actions: fields.actions ?? before.actions,
          versionId: request.ports.ambient.newId(),
          updatedBy: request.caller.id,
          updatedAtMs: request.nowMs,
        }
        await refuseWrong(request, split.readable, document.actions)
        return wrapChange(versions.change(request, document, written(document)), secretWriteSteps(split, request.ports))
      },
    },
    toJson: async (request, document) =>
      request.params.id === undefined ? rowJson(document) : { ...rowJson(document), ...contentJson(document) },
    refuseRemoval: refuseWhileInUse,
    async removeChildren(request, stored) {
      await versions.removeAll(request, stored)
      await removeSecretsOf('guardrail', stored.document, request.ports)
    },
  },
  (context) => [
    versions.verb(context, { path, row: guardrailAnswer, toJson: (row) => ({ ...rowJson(row), ...contentJson(row) }) }),
  ],
)

/** An organisation is named, and no workspace is. */
function isOfOrganisation({ caller, body, query }: AdminRequest): boolean {
  if (caller.workspaceId !== undefined) return false
  const given = [body.workspace_id, body.workspaceId, query.workspace_id, query.workspaceId]
  const named = [body.organisation_id, body.organisationId, query.organisation_id, query.organisationId]
  return given.every((each) => !each) && named.some((each) => Boolean(each))
}

/** Parameters that name a server to be asked. */
const addressKeys = ['webhookURL', 'logURL', 'jwksUri', 'introspectEndpoint']

/** What would fail with every request is refused now. */
async function refuseWrong(request: AdminRequest, checks: readonly JsonObject[], actions: JsonObject): Promise<void> {
  if (checks.length === 0)
    throw new GatewayError('invalid_request', 'checks is empty; give at least one check', { param: 'checks' })
  await loadChecks()
  readChecks(checks, 'checks', 'saved')
  checkActions(actions, 'actions')
  const addresses = checks.flatMap(({ parameters }) =>
    addressKeys.flatMap((key) => {
      const value = (parameters as JsonObject | undefined)?.[key]
      return typeof value === 'string' && URL.canParse(value) ? [new URL(value)] : []
    }),
  )
  for (const address of addresses) await request.ports.checkHost(address, { isApproved: false })
}

/** Names that nothing bears would make every request of the workspace fail. */
export async function checkGuardrailNames(
  request: AdminRequest,
  defaults: JsonObject | null | undefined,
  workspaceId?: string,
): Promise<void> {
  await loadChecks()
  const rows = repository(request.ports)
  for (const hook of ['input', 'output'] as const) {
    const field = `${hook}_guardrails`
    const refs = defaults?.[field] ?? []
    if (!Array.isArray(refs))
      throw new GatewayError('invalid_request', `defaults.${field} must be a list`, { param: `defaults.${field}` })
    for (const ref of refs as readonly unknown[]) {
      const read = readGuardrailRef(ref, hook, `defaults.${field}`, () => 'default')
      if (read.type === 'own') continue
      const found =
        (await rows.read(read.idOrSlug, organisationScope)) ??
        (workspaceId === undefined ? undefined : await rows.read(read.idOrSlug, workspaceId))
      if (found === undefined) throw missingReference('guardrail', read.idOrSlug, `defaults.${field}`)
    }
  }
}

/** One that is a default would make every request fail. */
async function refuseWhileInUse(request: AdminRequest, { document }: Stored<Guardrail>): Promise<void> {
  const isNamed = (refs: unknown) =>
    Array.isArray(refs) && refs.some((ref: unknown) => [document.id, document.slug].includes(idIn(ref)))
  const inUse = (where: string) =>
    new GatewayError('conflict', `the guardrail '${document.slug}' is a default of ${where}; take it out there first`)
  const workspaces =
    document.workspaceId === undefined
      ? await listWorkspaces(request)
      : [(await findWorkspace(request, document.workspaceId)).document]
  for (const { slug, defaults } of workspaces)
    if (isNamed(defaults.input_guardrails) || isNamed(defaults.output_guardrails))
      throw inUse(`the workspace '${slug}'`)
  const stored = await request.ports.documents.read<GuardrailDefaults & { readonly id: string }>(
    'organisation-defaults',
    'defaults',
    organisationScope,
  )
  if (isNamed(stored?.document.inputGuardrails) || isNamed(stored?.document.outputGuardrails))
    throw inUse('the organisation')
}

function idIn(ref: GuardrailRef | unknown): string {
  if (typeof ref === 'string') return ref
  const { id } = (ref ?? {}) as JsonObject
  return typeof id === 'string' ? id : ''
}

function written({ id, slug, versionId }: Guardrail): JsonObject {
  return { id, slug, version_id: versionId, object: 'guardrail' }
}

function rowJson(guardrail: Guardrail): Omit<GuardrailJson, 'checks' | 'actions' | 'version_id'> {
  return {
    id: guardrail.id,
    name: guardrail.name,
    slug: guardrail.slug,
    organisation_id: guardrail.organisationId,
    workspace_id: guardrail.workspaceId ?? null,
    status: guardrail.status,
    created_at: timestamp(guardrail.createdAtMs),
    last_updated_at: timestamp(guardrail.updatedAtMs),
    owner_id: guardrail.ownerId,
    updated_by: guardrail.updatedBy,
    object: 'guardrail',
  }
}

function contentJson(guardrail: Guardrail): Pick<GuardrailJson, 'checks' | 'actions' | 'version_id'> {
  return { checks: withoutSecretNames(guardrail.checks), actions: guardrail.actions, version_id: guardrail.versionId }
}
