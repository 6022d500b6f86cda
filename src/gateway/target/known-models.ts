/** What the providers of a workspace have: their own lists, else the price list's. */
import { usableProviders } from '../../catalog/access.ts'
import type { Integration, WorkspaceCatalog } from '../../catalog/catalog.ts'
import type { KnownModels } from '../../catalog/models.ts'
import type { ListedModel } from '../../pricing/price.ts'
import type { GatewayPorts } from '../ports.ts'

/** By integration; those that allow only the models they name are not asked. */
export async function listKnownModels(catalog: WorkspaceCatalog, ports: GatewayPorts): Promise<KnownModels> {
  const integrations = new Set(usableProviders(catalog).map(({ integration }) => integration))
  const open = [...integrations].filter((integration) => integration.allowAllModels)
  const lists = open.map(async (integration) => [integration.id, await listOf(integration, ports)] as const)
  return new Map(await Promise.all(lists))
}

async function listOf(integration: Integration, ports: GatewayPorts): Promise<readonly ListedModel[]> {
  const { aiProviders, prices, modelLists, ambient } = ports
  const row = aiProviders.find(integration.aiProviderId)
  if (row === undefined) return []
  // Another key or address may see other models.
  const name = `${integration.id} ${integration.updatedAtMs}`
  const native = await modelLists?.read(name, ambient.now(), async () => {
    const { askForModels } = await import('./native-models.ts')
    return askForModels(integration, row, ports)
  })
  return native ?? prices.models(row.priceListId ?? row.id)
}
