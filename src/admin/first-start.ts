/** What an empty catalog gets: a default workspace, one admin key, one workspace key; and integrations from plain settings. Safe to run at every start. */
import type { Integration } from '../catalog/catalog.ts'
import type { ApiKey, ApiKeyType, Workspace } from '../identity/caller.ts'
import { inferenceScopes, scopesOf } from '../identity/scopes.ts'
import { hashSecret, makeSecret, maskSecret } from '../identity/secret.ts'
import { newIntegration } from './new-integration.ts'
import type { AdminPorts } from './ports.ts'
import { provisionProvider, unlimitedAccess } from './provisioning.ts'
import { type JsonObject, listWorkspaces, organisationScope } from './request.ts'
import { makeSlug } from './slug.ts'

interface Presets {
  /** The admin key's secret, when it is given from outside. */
  readonly adminKey?: string
  /** The workspace key's secret, when it is given from outside. */
  readonly apiKey?: string
}

export interface SeededOrganisation {
  readonly workspace: Workspace
  /** True when this call made the workspace. */
  readonly isFirst: boolean
  /** Secrets of keys that this call made; nobody can read them again. */
  readonly adminKey?: string
  readonly apiKey?: string
}

const workspaceName = 'Shared Team Workspace'

/** Makes what is missing. Given secrets work afterwards in any case. */
export async function seedOrganisation(ports: AdminPorts, presets: Presets = {}): Promise<SeededOrganisation> {
  const existing = (await listWorkspaces({ ports })).find((each) => each.isDefault)
  const workspace = existing ?? (await createWorkspace(ports))
  const isFirst = existing === undefined
  const hasAdmin = (await ports.apiKeys.list(organisationScope)).length > 0
  const hasKey = (await ports.apiKeys.list(workspace.id)).length > 0
  const apiKey = await seedKey(ports, {
    type: 'workspace-service',
    name: 'first key',
    scopes: inferenceScopes,
    workspace,
    preset: presets.apiKey,
    isMissing: isFirst || (!hasAdmin && !hasKey),
  })
  const adminKey = await seedKey(ports, {
    type: 'organisation-service',
    name: 'first admin key',
    scopes: scopesOf('organisation-service'),
    workspace: undefined,
    preset: presets.adminKey,
    isMissing: !hasAdmin,
  })
  return {
    workspace,
    isFirst,
    ...(adminKey === undefined ? {} : { adminKey }),
    ...(apiKey === undefined ? {} : { apiKey }),
  }
}

async function createWorkspace(ports: AdminPorts): Promise<Workspace> {
  const id = ports.ambient.newId()
  const nowMs = ports.ambient.now()
  const workspace: Workspace = {
    id,
    slug: makeSlug(workspaceName, id, { prefix: 'ws', length: 6 }),
    name: workspaceName,
    organisationId: ports.settings.organisationId,
    isDefault: true,
    status: 'active',
    defaults: {},
    usageLimits: [],
    rateLimits: [],
    limitEpoch: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
  await ports.documents.create('workspace', organisationScope, workspace)
  return workspace
}

interface SeedKey {
  readonly type: ApiKeyType
  readonly name: string
  readonly scopes: readonly string[]
  readonly workspace: Workspace | undefined
  readonly preset: string | undefined
  readonly isMissing: boolean
}

/** The secret when a key was made. A preset that is unknown so far becomes a key even if there are others. */
async function seedKey(ports: AdminPorts, wanted: SeedKey): Promise<string | undefined> {
  const { preset, workspace } = wanted
  if (preset === undefined ? !wanted.isMissing : (await ports.apiKeys.findByHash(hashSecret(preset))) !== undefined)
    return undefined
  const secret = preset ?? makeSecret()
  const nowMs = ports.ambient.now()
  const key: ApiKey = {
    id: ports.ambient.newId(),
    type: wanted.type,
    name: wanted.name,
    organisationId: ports.settings.organisationId,
    ...(workspace === undefined ? {} : { workspaceId: workspace.id }),
    masked: maskSecret(secret),
    hash: hashSecret(secret),
    status: 'active',
    creationMode: 'auto',
    scopes: wanted.scopes,
    rateLimits: [],
    defaults: {},
    alertEmails: [],
    limitEpoch: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  }
  await ports.apiKeys.create(key)
  return secret
}

export interface Connection {
  readonly slug: string
  /** An AI provider's id or an alias of one. */
  readonly aiProviderId: string
  readonly name?: string
  readonly key?: string
  readonly configurations?: JsonObject
  /** Gets access and a provider with the same slug. */
  readonly workspace: Workspace
}

/** An organisation's integration with a provider in one workspace. An integration that exists is left as it is; undefined then. */
export async function connectIntegration(ports: AdminPorts, wanted: Connection): Promise<Integration | undefined> {
  const existing = await ports.documents.read<Integration>('integration', wanted.slug, organisationScope)
  if (existing !== undefined) return undefined
  const context = { ports, nowMs: ports.ambient.now() }
  const made = await newIntegration(context, {
    name: wanted.name ?? wanted.slug,
    aiProviderId: wanted.aiProviderId,
    slug: wanted.slug,
    key: wanted.key,
    configurations: wanted.configurations ?? {},
    workspace: undefined,
  })
  const document: Integration = { ...made.document, workspaces: [unlimitedAccess(wanted.workspace.id, context.nowMs)] }
  await made.before()
  await ports.documents.create('integration', organisationScope, document)
  await provisionProvider(context, { integration: document, workspaceId: wanted.workspace.id })
  return document
}
