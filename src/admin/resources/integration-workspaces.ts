/** Which workspaces may use an organisation's integration, with which limits, and what future ones get. */

import * as z from 'zod/mini'
import type { Integration, IntegrationWorkspace } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'
import type { Workspace } from '../../identity/caller.ts'
import { emptyAnswer, integrationWorkspacesAnswer } from '../answers.ts'
import type { GlobalAccessJson, IntegrationWorkspaceJson, IntegrationWorkspacesJson } from '../contract.ts'
import { readFields } from '../fields.ts'
import { accessFromGlobal, provisionProvider, withAccess } from '../provisioning.ts'
import { type AdminRequest, findWorkspace, type JsonObject, listWorkspaces } from '../request.ts'
import type { Change, ResourceContext, Verb } from '../resource.ts'
import { flag, mergeField, rateLimits, text, timestamp, usageLimitArray, withoutUndefined } from '../schemas.ts'
import { subjects, usageJson } from '../usage.ts'

const limits = { usage_limits: usageLimitArray, rate_limits: rateLimits }
const provision = { create_default_provider: flag, default_provider_slug: text }
const rowFields = z.object({ id: z.string(), enabled: flag, reset_usage: flag, ...limits, ...provision })
const globalFields = z.object({ enabled: z.boolean(), ...limits })
const updateFields = z.object({
  workspaces: z.optional(z.nullable(z.array(z.record(z.string(), z.unknown())))),
  global_workspace_access: z.optional(z.nullable(z.record(z.string(), z.unknown()))),
  override_existing_workspace_access: flag,
  override_existing_workspaces_access: flag,
  ...provision,
})
/** As `updateFields`, with the members written out. */
const publishedFields = z.object({
  ...updateFields.shape,
  workspaces: z.optional(z.nullable(z.array(rowFields))),
  global_workspace_access: z.optional(z.nullable(globalFields)),
})
type RowFields = z.output<typeof rowFields>
type UpdateFields = z.output<typeof updateFields>

interface AskedRow {
  readonly workspace: Workspace
  readonly fields: RowFields
}

export function workspaceVerbs(context: ResourceContext<Integration>): readonly Verb[] {
  const path = '/integrations/{id}/workspaces'
  return [
    {
      method: 'GET',
      path,
      shape: { summary: 'List the workspaces that may use an integration', answer: integrationWorkspacesAnswer },
      async handle(request): Promise<IntegrationWorkspacesJson> {
        const { document } = await context.find(request, 'read')
        const workspaces = await Promise.all(
          (await rowsOf(request, document)).map((each) => rowJson(request, document, each)),
        )
        return {
          total: workspaces.length,
          workspaces,
          global_workspace_access: globalAccessJson(document),
          object: 'list',
        }
      },
    },
    {
      method: 'PUT',
      path,
      shape: {
        summary: 'Give workspaces access to an integration, with limits',
        body: publishedFields,
        answer: emptyAnswer,
      },
      async handle(request) {
        refuseWorkspaceScoped((await context.find(request, 'update')).document)
        const fields = readFields(updateFields, request.body, 'workspaces')
        const rows = await Promise.all((fields.workspaces ?? []).map((row, at) => askedRow(request, row, at)))
        return context.update(request, 'update', async (integration) => changed(request, integration, fields, rows))
      },
    },
  ]
}

function refuseWorkspaceScoped(integration: Integration): void {
  if (integration.workspaceId === undefined) return
  throw new GatewayError(
    'invalid_request',
    `the integration '${integration.slug}' belongs to one workspace, so it cannot be given to others`,
  )
}

async function askedRow(request: AdminRequest, row: JsonObject, at: number): Promise<AskedRow> {
  const given = row.id === undefined && row.workspace_id !== undefined ? { ...row, id: row.workspace_id } : row
  const fields = readFields(rowFields, given, `workspaces[${at}]`)
  return { fields, workspace: (await findWorkspace(request, fields.id)).document }
}

function changed(
  request: AdminRequest,
  before: Integration,
  fields: UpdateFields,
  asked: readonly AskedRow[],
): Change<Integration> {
  const withGlobal = { ...before, globalAccess: changedGlobal(before, fields), updatedAtMs: request.nowMs }
  const isOverride = fields.override_existing_workspace_access || fields.override_existing_workspaces_access
  const pushed = isOverride
    ? withGlobal.workspaces.map((row) => pushGlobal(withGlobal, row, request.nowMs))
    : before.workspaces
  const rows = asked.reduce((all, row) => withAccess(all, changedRow(all, row, request.nowMs)), pushed)
  const document = { ...withGlobal, workspaces: rows }
  return { document, answer: {}, before: () => provisionRows(request, { before, after: document, fields, asked }) }
}

function changedGlobal(before: Integration, fields: UpdateFields): Integration['globalAccess'] {
  const given = fields.global_workspace_access
  if (given === undefined) return before.globalAccess
  if (given === null) return { isEnabled: false }
  const read = readFields(globalFields, given, 'global_workspace_access')
  return withoutUndefined<Integration['globalAccess']>({
    isEnabled: read.enabled,
    usageLimits: mergeField(read.usage_limits, before.globalAccess.usageLimits),
    rateLimits: mergeField(read.rate_limits, before.globalAccess.rateLimits),
  })
}

function pushGlobal(integration: Integration, row: IntegrationWorkspace, nowMs: number): IntegrationWorkspace {
  const { limitEpoch, startedAtMs } = row
  return { ...accessFromGlobal(integration, row.workspaceId, nowMs), limitEpoch, startedAtMs }
}

function changedRow(
  rows: readonly IntegrationWorkspace[],
  { workspace, fields }: AskedRow,
  nowMs: number,
): IntegrationWorkspace {
  const before = rows.find((row) => row.workspaceId === workspace.id)
  return {
    workspaceId: workspace.id,
    isEnabled: fields.enabled ?? before?.isEnabled ?? true,
    usageLimits: mergeField(fields.usage_limits, before?.usageLimits) ?? [],
    rateLimits: mergeField(fields.rate_limits, before?.rateLimits) ?? [],
    limitEpoch: (before?.limitEpoch ?? 0) + (fields.reset_usage ? 1 : 0),
    startedAtMs: before?.startedAtMs ?? nowMs,
  }
}

interface Provisioning {
  readonly before: Integration
  readonly after: Integration
  readonly fields: UpdateFields
  readonly asked: readonly AskedRow[]
}

/** Whoever gains access gets a provider, unless the row or the whole request says no. */
async function provisionRows(request: AdminRequest, { before, after, fields, asked }: Provisioning): Promise<void> {
  for (const row of after.workspaces) {
    const wasEnabled = before.workspaces.some((each) => each.workspaceId === row.workspaceId && each.isEnabled)
    if (!row.isEnabled || wasEnabled) continue
    const own = asked.find(({ workspace }) => workspace.id === row.workspaceId)?.fields
    if ((own?.create_default_provider ?? fields.create_default_provider) === false) continue
    const slug = own?.default_provider_slug ?? fields.default_provider_slug
    await provisionProvider(request, { integration: after, workspaceId: row.workspaceId, ...(slug ? { slug } : {}) })
  }
}

interface ShownRow {
  readonly row: IntegrationWorkspace
  readonly slug: string
}

async function rowsOf(request: AdminRequest, integration: Integration): Promise<readonly ShownRow[]> {
  const slugs = new Map((await listWorkspaces(request)).map((workspace) => [workspace.id, workspace.slug]))
  return integration.workspaces.map((row) => ({ row, slug: slugs.get(row.workspaceId) ?? row.workspaceId }))
}

async function rowJson(
  request: AdminRequest,
  integration: Integration,
  { row, slug }: ShownRow,
): Promise<IntegrationWorkspaceJson> {
  const usage = await usageJson(request, subjects.integration(integration, row))
  return {
    id: slug,
    workspace_id: row.workspaceId,
    enabled: row.isEnabled,
    usage_limits: usage.usageLimits.length === 0 ? null : usage.usageLimits,
    rate_limits: row.rateLimits.length === 0 ? null : row.rateLimits,
    next_usage_reset_at: usage.nextResetAt,
    status: usage.isExhausted ? 'exhausted' : 'active',
    created_at: timestamp(row.startedAtMs),
    object: 'integration-workspace',
  }
}

export function globalAccessJson({ globalAccess }: Integration): GlobalAccessJson {
  return {
    enabled: globalAccess.isEnabled,
    usage_limits: globalAccess.usageLimits?.length ? globalAccess.usageLimits : null,
    rate_limits: globalAccess.rateLimits?.length ? globalAccess.rateLimits : null,
  }
}
