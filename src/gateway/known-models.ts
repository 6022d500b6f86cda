/** What the price list knows of each type of provider that a workspace has. */
import type { WorkspaceCatalog } from '../catalog/catalog.ts'
import type { ListedModel } from '../pricing/price.ts'
import type { GatewayPorts } from './ports.ts'

export async function listKnownModels(
  catalog: WorkspaceCatalog,
  { aiProviders, prices }: Pick<GatewayPorts, 'aiProviders' | 'prices'>,
): Promise<ReadonlyMap<string, readonly ListedModel[]>> {
  const ids = [...new Set(catalog.integrations.map((integration) => integration.aiProviderId))]
  const lists = ids.map(async (id) => {
    const row = aiProviders.find(id)
    return [id, row === undefined ? [] : await prices.models(row.priceListId ?? row.id)] as const
  })
  return new Map(await Promise.all(lists))
}
