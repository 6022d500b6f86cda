/** The workspace's models as the client that asks reads them: all of them or one provider's, and Anthropic's clients page by page. */
import type { WorkspaceCatalog } from '../../catalog/catalog.ts'
import type { ModelAliases } from '../../catalog/model-aliases.ts'
import { type CatalogModel, findListedModel, type KnownModels, listModels } from '../../catalog/models.ts'
import { GatewayError } from '../../errors.ts'
import type { Call, GatewayPorts } from '../ports.ts'

export interface ModelSearch {
  readonly call: Call
  readonly catalog: WorkspaceCatalog
  readonly known: KnownModels
  /** Those that hold for the caller. */
  readonly aliases: ModelAliases
  readonly ports: Pick<GatewayPorts, 'aiProviders'>
}

/** A client that has named its provider reads the names that it can then use: those of the provider. */
export function pageOf(search: ModelSearch) {
  const { call, catalog, known, aliases } = search
  const named = namedProvider(search)
  const list = (query: Call['query']) => listModels(catalog, known, { ...query, ...named }, aliases)
  const toClient = named === undefined ? (model: CatalogModel) => model : asProviderSays
  if (call.headers['anthropic-version'] === undefined) {
    const page = list(call.query)
    return { ...page, data: page.data.map(toClient) }
  }
  const { after_id: after, offset: _, ...query } = call.query
  const { limit: __, ...unbounded } = query
  const start = after === undefined ? 0 : list(unbounded).data.findIndex((model) => toClient(model).id === after) + 1
  if (after !== undefined && start === 0)
    throw new GatewayError('invalid_request', `after_id names no model of the list: '${after.slice(0, 200)}'`, {
      param: 'after_id',
    })
  const page = list({ ...query, offset: String(start) })
  const data = page.data.map((model) => asAnthropicSays(toClient(model)))
  const ids = { first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null }
  return { ...page, data, has_more: start + data.length < page.total, ...ids }
}

/** Throws `not_found`. */
export function modelNamed(id: string, search: ModelSearch) {
  const { call, catalog, known, aliases } = search
  const named = namedProvider(search)
  const own = named && listModels(catalog, known, named, aliases).data.find(({ slug }) => slug === id)
  const model = own === undefined ? findListedModel(catalog, known, id, aliases) : asProviderSays(own)
  if (model === undefined)
    throw new GatewayError(
      'not_found',
      `there is no model '${id.slice(0, 200)}' in this workspace; GET /v1/models lists what there is`,
    )
  return call.headers['anthropic-version'] === undefined ? model : asAnthropicSays(model)
}

function asProviderSays(model: CatalogModel) {
  return { ...model, id: model.slug, provider: model.owned_by }
}

function asAnthropicSays(model: CatalogModel) {
  const createdAt = new Date(model.created * 1_000).toISOString()
  return { ...model, type: 'model', display_name: model.name ?? model.slug, created_at: createdAt }
}

/** The filter for the provider that a request names; undefined = it names none, or asks for all. */
function namedProvider({
  call: { headers },
  catalog,
  ports,
}: ModelSearch): Readonly<Record<string, string>> | undefined {
  const { 'x-portkey-provider': named, 'x-portkey-virtual-key': key } = headers
  const isForced = headers['x-portkey-fetch-integrated-models']?.toLowerCase() === 'true'
  const name = (named ?? key)?.replace(/^@/, '').split('/')[0]
  if (name === undefined || name === '' || isForced) return undefined
  if (catalog.providers.some(({ slug }) => slug === name)) return { provider: name }
  return { ai_service: ports.aiProviders.canonicalId(name) ?? name }
}
