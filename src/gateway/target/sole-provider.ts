/** The provider that a model's bare name means: the only one of the workspace that lists it. */
import { isExpired, isModelAllowed, usableProviders } from '../../catalog/access.ts'
import type { WorkspaceCatalog } from '../../catalog/catalog.ts'
import type { GatewayPorts } from '../ports.ts'
import { listKnownModels } from './known-models.ts'

/** Its slug; undefined = none lists the model, or several do. */
export async function soleProviderOf(
  model: string,
  catalog: WorkspaceCatalog,
  ports: GatewayPorts,
): Promise<string | undefined> {
  const nowMs = ports.ambient.now()
  const able = usableProviders(catalog).filter(
    ({ provider, integration }) => !isExpired(provider, nowMs) && isModelAllowed(integration, model),
  )
  if (able.length === 0) return undefined
  const lists = await listKnownModels(catalog, ports)
  const [only, ...others] = able.filter(
    ({ integration }) =>
      integration.models.some(({ slug }) => slug === model) ||
      lists.get(integration.id)?.some(({ id }) => id === model) === true,
  )
  return others.length === 0 ? only?.provider.slug : undefined
}
