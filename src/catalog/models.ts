/** The models a workspace can call, as `GET /v1/models` lists them. */
import { GatewayError } from '../errors.ts'
import type { ListedModel } from '../pricing/price.ts'
import { isModelAllowed, type UsableProvider, usableProviders } from './access.ts'
import type { WorkspaceCatalog } from './catalog.ts'
import type { ModelAliases } from './model-aliases.ts'

/** One model, in the shape that clients of the OpenAI API read. */
export interface CatalogModel {
  /** `@slug/model`. */
  readonly id: string
  readonly object: 'model'
  /** Epoch seconds. */
  readonly created: number
  /** The type of the provider. */
  readonly owned_by: string
  /** The model's name without the provider. */
  readonly slug: string
  /** The model that a custom one is made from, else the same as slug, without a maker's prefix. */
  readonly canonical_slug: string
  readonly name?: string
  readonly context_window?: number
}

export interface ModelPage {
  readonly object: 'list'
  readonly total: number
  readonly data: readonly CatalogModel[]
}

/** What there is beside the models that an integration names, by its id. */
export type KnownModels = ReadonlyMap<string, readonly ListedModel[]>

const sortKeys = {
  name: (model: CatalogModel) => model.slug,
  provider: (model: CatalogModel) => model.id,
  ai_service: (model: CatalogModel) => `${model.owned_by} ${model.slug}`,
}

/** `query`: ai_service, provider, limit, offset, sort = name | provider | ai_service, order = asc | desc. */
export function listModels(
  catalog: WorkspaceCatalog,
  known: KnownModels,
  query: Readonly<Record<string, string>>,
  aliases: ModelAliases = {},
): ModelPage {
  const filters = readFilters(query)
  const models = usableProviders(catalog)
    .filter(({ provider }) => provider.status !== 'expired')
    .filter(({ provider }) => filters.slug === undefined || provider.slug === filters.slug)
    .filter(({ integration }) => filters.type === undefined || integration.aiProviderId === filters.type)
    .flatMap((each) => [...aliasedModelsOf(each, aliases), ...modelsOf(each, known)])
    .sort(compareBy(filters))
  return { object: 'list', total: models.length, data: models.slice(filters.offset, filters.offset + filters.limit) }
}

/** One model by `@slug/model`, or by its bare name when only one provider has it; undefined = not in the catalog. */
export function findListedModel(
  catalog: WorkspaceCatalog,
  known: KnownModels,
  id: string,
  aliases: ModelAliases = {},
): CatalogModel | undefined {
  if (Object.hasOwn(aliases, id))
    return listModels(catalog, new Map(), {}, aliases).data.find((model) => model.id === id)
  const { data } = listModels(catalog, known, {})
  const exact = data.find((model) => model.id === id || model.id === `@${id}`)
  if (exact !== undefined) return exact
  const named = data.filter((model) => model.slug === id)
  return named.length === 1 ? named[0] : undefined
}

/** Aliases of models that the provider has and may be asked for; they are called by the alias alone. */
function aliasedModelsOf({ provider, integration }: UsableProvider, aliases: ModelAliases): readonly CatalogModel[] {
  const prefix = `@${provider.slug}/`
  return Object.entries(aliases).flatMap(([alias, address]) => {
    const model = address.slice(prefix.length)
    if (!address.startsWith(prefix) || !isModelAllowed(integration, model)) return []
    const original = integration.models.find(({ slug }) => slug === model)?.base_model_slug || model
    return {
      id: alias,
      object: 'model' as const,
      created: Math.floor(integration.createdAtMs / 1_000),
      owned_by: integration.aiProviderId,
      slug: alias,
      canonical_slug: original.slice(original.lastIndexOf('/') + 1),
    }
  })
}

function modelsOf({ provider, integration }: UsableProvider, known: KnownModels): readonly CatalogModel[] {
  const own = new Set(integration.models.map((model) => model.slug))
  const listed = integration.allowAllModels ? (known.get(integration.id) ?? []) : []
  const toModel = (details: ListedModel, original: string): CatalogModel => ({
    id: `@${provider.slug}/${details.id}`,
    object: 'model',
    created: Math.floor(integration.createdAtMs / 1_000),
    owned_by: integration.aiProviderId,
    slug: details.id,
    canonical_slug: original.slice(original.lastIndexOf('/') + 1),
    ...(details.name ? { name: details.name } : {}),
    ...(details.contextWindow === undefined ? {} : { context_window: details.contextWindow }),
  })
  return [
    ...integration.models
      .filter((model) => model.enabled)
      .map(({ slug, name, base_model_slug: original }) =>
        toModel({ id: slug, ...(name ? { name } : {}) }, original || slug),
      ),
    ...listed.filter((model) => !own.has(model.id)).map((model) => toModel(model, model.id)),
  ]
}

interface Filters {
  readonly type?: string
  readonly slug?: string
  readonly limit: number
  readonly offset: number
  readonly sort: keyof typeof sortKeys
  readonly isDescending: boolean
}

function readFilters(query: Readonly<Record<string, string>>): Filters {
  const { ai_service: type, provider } = query
  return {
    ...(type ? { type } : {}),
    ...(provider ? { slug: provider.replace(/^@/, '') } : {}),
    limit: count(query, 'limit', Number.MAX_SAFE_INTEGER),
    offset: count(query, 'offset', 0),
    sort: oneOf(query, 'sort', ['name', 'provider', 'ai_service'] as const),
    isDescending: oneOf(query, 'order', ['asc', 'desc'] as const) === 'desc',
  }
}

function compareBy({ sort, isDescending }: Filters): (left: CatalogModel, right: CatalogModel) => number {
  const keyOf = sortKeys[sort]
  const sign = isDescending ? -1 : 1
  return (left, right) => {
    const order = compareText(keyOf(left), keyOf(right)) || compareText(left.id, right.id)
    return sign * order
  }
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right)
}

function count(query: Readonly<Record<string, string>>, name: string, fallback: number): number {
  const text = query[name]
  if (text === undefined || text === '') return fallback
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new GatewayError('invalid_request', `${name} must be a whole number, 0 or more; got '${text.slice(0, 40)}'`, {
    param: name,
  })
}

/** The first is the default. */
function oneOf<T extends string>(
  query: Readonly<Record<string, string>>,
  name: string,
  allowed: readonly [T, ...T[]],
): T {
  const text = query[name]
  if (text === undefined || text === '') return allowed[0]
  const found = allowed.find((each) => each === text)
  if (found !== undefined) return found
  throw new GatewayError('invalid_request', `${name} must be ${allowed.join(' or ')}; got '${text.slice(0, 40)}'`, {
    param: name,
  })
}
