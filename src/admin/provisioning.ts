/** Access of workspaces to integrations, and the providers that come with it by themselves. */
import type { Integration, IntegrationWorkspace, Provider } from '../catalog/catalog.ts'
import { GatewayError } from '../errors.ts'
import type { Workspace, WorkspaceId } from '../identity/caller.ts'
import { documentRepository } from './document-repository.ts'
import type { Stored } from './ports.ts'
import { isConflict, removeStored } from './removal.ts'
import { type AdminRequest, organisationScope } from './request.ts'
import { checkSlug, makeSlug } from './slug.ts'

/** What provisioning needs of a request; the first start has no request, and so no caller. */
export type ProvisioningContext = Pick<AdminRequest, 'ports' | 'nowMs'> & Partial<Pick<AdminRequest, 'caller'>>

const writeAttempts = 8

function listIntegrations(
  { documents }: ProvisioningContext['ports'],
  scope: string,
): Promise<readonly Stored<Integration>[]> {
  return documents.list<Integration>('integration', scope)
}

interface ProviderOrder {
  readonly integration: Integration
  readonly workspaceId: WorkspaceId
  /** Absent = the integration's slug, or one made from it when that is taken. */
  readonly slug?: string
}

/** Makes sure that the workspace has a provider for the integration. */
export async function provisionProvider({ ports, nowMs }: ProvisioningContext, order: ProviderOrder): Promise<void> {
  const { integration, workspaceId } = order
  const existing = await ports.documents.list<Provider>('provider', workspaceId)
  const own = existing.filter(({ document }) => document.integrationId === integration.id)
  if (own.length > 0 && (order.slug === undefined || own.some(({ document }) => document.slug === order.slug))) return
  const id = ports.ambient.newId()
  const isTaken = (slug: string) => existing.some(({ document }) => document.slug === slug)
  const wanted = order.slug === undefined ? integration.slug : checkSlug(order.slug, 'default_provider_slug')
  if (order.slug !== undefined && isTaken(wanted))
    throw new GatewayError(
      'invalid_request',
      `default_provider_slug '${wanted}' is taken in this workspace; choose another`,
      {
        param: 'default_provider_slug',
      },
    )
  const slug = isTaken(wanted) ? makeSlug(wanted, id, { length: 200 }) : wanted
  await ports.documents.create<Provider>('provider', workspaceId, {
    id,
    slug,
    name: integration.name,
    workspaceId,
    integrationId: integration.id,
    note: 'created automatically when the integration was given to this workspace',
    status: 'active',
    rateLimits: [],
    limitEpoch: 0,
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  })
}

/** Removes the providers of an integration wherever they are. */
export async function removeProviders(
  { ports }: ProvisioningContext,
  integrationId: string,
  workspaceIds: readonly string[],
): Promise<void> {
  const repository = documentRepository<Provider>('provider')(ports)
  for (const workspaceId of workspaceIds) {
    const stored = await ports.documents.list<Provider>('provider', workspaceId)
    const own = stored.filter(({ document }) => document.integrationId === integrationId)
    await Promise.all(own.map((each) => removeStored(repository, each)))
  }
}

/** A new workspace gets what integrations give to future workspaces. */
export async function grantGlobalAccess(context: ProvisioningContext, workspace: Workspace): Promise<void> {
  for (const { document } of await listIntegrations(context.ports, organisationScope)) {
    if (!document.globalAccess.isEnabled || document.status !== 'active') continue
    await provisionProvider(context, { integration: document, workspaceId: workspace.id })
    await changeIntegration(context, document.id, (integration) => ({
      ...integration,
      workspaces: withAccess(integration.workspaces, accessFromGlobal(integration, workspace.id, context.nowMs)),
    }))
  }
}

/** Forgets a workspace that is being deleted. */
export async function removeFromIntegrations(context: ProvisioningContext, workspaceId: string): Promise<void> {
  for (const { document } of await listIntegrations(context.ports, organisationScope)) {
    if (!document.workspaces.some((row) => row.workspaceId === workspaceId)) continue
    await changeIntegration(context, document.id, (integration) => ({
      ...integration,
      workspaces: integration.workspaces.filter((row) => row.workspaceId !== workspaceId),
    }))
  }
}

export function accessFromGlobal(
  integration: Integration,
  workspaceId: WorkspaceId,
  nowMs: number,
): IntegrationWorkspace {
  const { globalAccess } = integration
  return {
    ...unlimitedAccess(workspaceId, nowMs),
    isEnabled: globalAccess.isEnabled,
    usageLimits: globalAccess.usageLimits ?? [],
    rateLimits: globalAccess.rateLimits ?? [],
  }
}

/** Access without limits. */
export function unlimitedAccess(workspaceId: WorkspaceId, nowMs: number): IntegrationWorkspace {
  return { workspaceId, isEnabled: true, usageLimits: [], rateLimits: [], limitEpoch: 0, startedAtMs: nowMs }
}

/** Replaces the row of the same workspace, or adds it. */
export function withAccess(
  rows: readonly IntegrationWorkspace[],
  row: IntegrationWorkspace,
): readonly IntegrationWorkspace[] {
  const isKnown = rows.some((each) => each.workspaceId === row.workspaceId)
  return isKnown ? rows.map((each) => (each.workspaceId === row.workspaceId ? row : each)) : [...rows, row]
}

async function changeIntegration(
  { ports }: ProvisioningContext,
  id: string,
  change: (integration: Integration) => Integration,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const stored = await ports.documents.read<Integration>('integration', id, organisationScope)
    if (stored === undefined) return
    try {
      return await ports.documents.replace('integration', stored, change(stored.document))
    } catch (thrown) {
      if (attempt >= writeAttempts || !isConflict(thrown)) throw thrown
    }
  }
}
