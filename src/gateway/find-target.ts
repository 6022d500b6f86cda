/** The targets that a request names, from its workspace's catalog; what is not known there yet is looked for once more, afresh. */
import type { WorkspaceCatalog } from '../catalog/catalog.ts'
import { resolveTarget } from '../catalog/resolve.ts'
import { suggestModels } from '../catalog/suggest.ts'
import { GatewayError } from '../errors.ts'
import { listKnownModels } from './known-models.ts'
import type { Call, GatewayPorts } from './ports.ts'
import type { Target } from './task.ts'

interface Search {
  readonly call: Call
  /** As the body names it. */
  readonly model: string
  readonly catalog: WorkspaceCatalog
  readonly ports: GatewayPorts
}

interface Found {
  /** The catalog that the plan was made from. */
  readonly catalog: WorkspaceCatalog
  readonly plan: readonly Target[]
}

/** Throws GatewayError; for a bare model that cannot be placed, with the closest names there are. */
export async function findTarget(search: Search): Promise<Found> {
  const { call, catalog, ports } = search
  if (call.headers['x-portkey-config'] !== undefined) {
    throw new GatewayError(
      'invalid_request',
      "x-portkey-config is not supported yet; name the target in the model ('@slug/model') or in x-portkey-provider",
      { param: 'x-portkey-config' },
    )
  }
  try {
    return { catalog, plan: [resolve(search)] }
  } catch (thrown) {
    const fresh = await ports.catalog.loadWorkspace(catalog.workspace.id, 0)
    if (fresh === undefined) throw await explain(thrown, search)
    try {
      return { catalog: fresh, plan: [resolve({ ...search, catalog: fresh })] }
    } catch (again) {
      throw await explain(again, { ...search, catalog: fresh })
    }
  }
}

function resolve({ call, model, catalog, ports }: Search): Target {
  const { headers, query } = call
  const { 'x-portkey-provider': headerProvider, 'x-portkey-virtual-key': headerVirtualKey } = headers
  const signals = {
    model,
    ...(headerProvider === undefined ? {} : { headerProvider }),
    ...(headerVirtualKey === undefined ? {} : { headerVirtualKey }),
    ...(query.model === undefined ? {} : { queryModel: query.model }),
  }
  const resolved = resolveTarget(catalog, ports.aiProviders, signals, ports.ambient.now())
  const { aiProviderId } = resolved.integration
  const aiProvider = ports.aiProviders.find(aiProviderId)
  if (aiProvider === undefined) {
    throw new GatewayError(
      'invalid_request',
      `the provider '@${resolved.provider.slug}' is of the type '${aiProviderId}', which this version cannot call`,
    )
  }
  return { ...resolved, aiProvider, path: 'config' }
}

async function explain(thrown: unknown, { catalog, ports }: Search): Promise<unknown> {
  if (!(thrown instanceof GatewayError) || thrown.facts.unplacedModel === undefined) return thrown
  return suggestModels(thrown, catalog, await listKnownModels(catalog, ports))
}
