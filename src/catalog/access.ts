/** What of a catalog is usable: live providers, what is behind them, the models they allow. */
import type { Integration, IntegrationModel, Provider, WorkspaceCatalog } from './catalog.ts'

export interface UsableProvider {
  readonly provider: Provider
  readonly integration: Integration
}

/** Providers whose integration is active and open to this workspace; expired ones are among them, so that they can be named as such. */
export function usableProviders(catalog: WorkspaceCatalog): readonly UsableProvider[] {
  const known = usable.get(catalog)
  if (known !== undefined) return known
  const found = findUsable(catalog)
  usable.set(catalog, found)
  return found
}

/** A catalog never changes: a newer one is another object. */
const usable = new WeakMap<WorkspaceCatalog, readonly UsableProvider[]>()

function findUsable(catalog: WorkspaceCatalog): readonly UsableProvider[] {
  const integrations = new Map<string, Integration>(catalog.integrations.map((each) => [each.id, each]))
  return catalog.providers.flatMap((provider) => {
    const integration = integrations.get(provider.integrationId)
    return integration !== undefined && isOpen(integration, catalog) ? [{ provider, integration }] : []
  })
}

function isOpen(integration: Integration, { workspace }: WorkspaceCatalog): boolean {
  if (integration.status !== 'active') return false
  if (integration.workspaceId !== undefined) return integration.workspaceId === workspace.id
  return integration.workspaces.find((row) => row.workspaceId === workspace.id)?.isEnabled ?? true
}

export function isExpired(provider: Provider, nowMs: number): boolean {
  return provider.status === 'expired' || (provider.expiresAtMs !== undefined && provider.expiresAtMs <= nowMs)
}

/** The integration's own entry of a model, matched exactly. */
function findModel(integration: Integration, model: string): IntegrationModel | undefined {
  return integration.models.find((each) => each.slug === model)
}

/** An entry decides; without one, whether the integration allows all models. */
export function isModelAllowed(integration: Integration, model: string): boolean {
  return findModel(integration, model)?.enabled ?? integration.allowAllModels
}
