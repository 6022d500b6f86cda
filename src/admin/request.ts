/** One authenticated, parsed request of the admin API, as resources see it. */
import { GatewayError } from '../errors.ts'
import type { Workspace } from '../identity/caller.ts'
import type { AdminCaller } from './caller.ts'
import type { AdminPorts, Stored } from './ports.ts'

export type JsonObject = Readonly<Record<string, unknown>>

export interface AdminRequest {
  readonly method: string
  /** Named parts of the path, e.g. `id`. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: JsonObject
  readonly caller: AdminCaller
  readonly ports: AdminPorts
  readonly nowMs: number
}

/** The scope of documents that belong to the whole organisation. */
export const organisationScope = 'organisation'

/** A part of the path that the route's pattern guarantees. */
export function param(request: AdminRequest, name: string): string {
  return request.params[name] ?? ''
}

/**
 * The workspace that a workspace key is pinned to, or the one that an organisation key names; undefined = none named.
 * Throws `permission_denied` when a workspace key would write and names another workspace than its own.
 */
export async function selectedWorkspace(request: AdminRequest): Promise<Workspace | undefined> {
  const own = request.caller.workspaceId
  if (own !== undefined) return pinnedWorkspace(request, own)
  const named = namedWorkspace(request)
  return named === undefined ? undefined : (await findWorkspace(request, named)).document
}

/** What is read is the key's own, whatever filter came; what is written or deleted must not be elsewhere than asked for. */
async function pinnedWorkspace(request: AdminRequest, own: string): Promise<Workspace> {
  const { document } = await findWorkspace(request, own)
  const named = request.method === 'GET' ? undefined : namedWorkspace(request)
  if (named === undefined || named === document.id || named === document.slug) return document
  throw new GatewayError(
    'permission_denied',
    `workspace_id names '${named.slice(0, 80)}', but the api key belongs to the workspace '${document.slug}'; leave workspace_id out, or use a key of the organisation`,
    { wireCode: 'AB03', param: 'workspace_id' },
  )
}

/** As `selectedWorkspace`, else the organisation's default workspace. */
export async function workspaceToCreateIn(request: AdminRequest): Promise<Workspace> {
  const selected = await selectedWorkspace(request)
  if (selected !== undefined) return selected
  const all = await listWorkspaces(request)
  const fallback = all.find((workspace) => workspace.isDefault)
  if (fallback !== undefined) return fallback
  const slugs = all.map((workspace) => workspace.slug).join(', ')
  throw new GatewayError('invalid_request', `workspace_id is missing; give one of: ${slugs}`, { param: 'workspace_id' })
}

export async function listWorkspaces(request: Pick<AdminRequest, 'ports'>): Promise<readonly Workspace[]> {
  const stored = await request.ports.documents.list<Workspace & { readonly id: string }>('workspace', organisationScope)
  return stored.map((each) => each.document)
}

/** By id or slug. Throws `not_found` naming the workspace. */
export async function findWorkspace(
  request: Pick<AdminRequest, 'ports'>,
  idOrSlug: string,
): Promise<Stored<Workspace>> {
  const stored = await request.ports.documents.read<Workspace>('workspace', idOrSlug, organisationScope)
  if (stored === undefined) throw missingReference('workspace', idOrSlug, 'workspace_id')
  return stored
}

/** Something that a request refers to does not exist. */
export function missingReference(object: string, name: string, field: string): GatewayError {
  return new GatewayError('not_found', `${field} names the ${object} '${name.slice(0, 80)}', which does not exist`, {
    wireCode: 'AB02',
    param: field,
  })
}

/** Workspace ids that the request may look in: one when one is selected, else all. */
export async function workspaceScopes(request: AdminRequest): Promise<readonly string[]> {
  const selected = await selectedWorkspace(request)
  if (selected !== undefined) return [selected.id]
  return (await listWorkspaces(request)).map((workspace) => workspace.id)
}

function namedWorkspace({ query, body }: AdminRequest): string | undefined {
  return workspaceIn(query) ?? workspaceIn(body)
}

function workspaceIn(fields: JsonObject): string | undefined {
  const value = fields.workspace_id ?? fields.workspaceId
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return value
  throw new GatewayError('invalid_request', "workspace_id must be a string, a workspace's id or slug", {
    param: 'workspace_id',
  })
}
