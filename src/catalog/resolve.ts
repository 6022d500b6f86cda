/** From what a request names to the provider and model it means. Pure: a catalog and the names in, one target or an error out. */
import { GatewayError } from '../errors.ts'
import { nearestNames } from '../nearest.ts'
import { isExpired, isModelAllowed, type UsableProvider, usableProviders } from './access.ts'
import type { AiProviderDirectory, Resolved, WorkspaceCatalog } from './catalog.ts'

/** Where a request may name its provider, as it came. */
export interface TargetSignals {
  /** The body's `model`. */
  readonly model: string
  /** `x-portkey-provider`: `@slug`, `@slug/anything`, or a type of provider. */
  readonly headerProvider?: string
  /** `x-portkey-virtual-key`: a slug. */
  readonly headerVirtualKey?: string
  /** `?model=`. */
  readonly queryModel?: string
  /** True = a request that names no model has a provider all the same; its model is then ''. */
  readonly isModelOptional?: boolean | undefined
}

/** `@slug/model`; the model may hold more slashes. */
interface SlugAddress {
  readonly slug: string
  readonly model: string
}

/** Header `@slug` over virtual key over model over query. Throws `invalid_request`, `key_expired` or `model_not_allowed`. */
export function resolveTarget(
  catalog: WorkspaceCatalog,
  directory: AiProviderDirectory,
  signals: TargetSignals,
  nowMs: number,
): Resolved {
  const usable = usableProviders(catalog)
  const { chosen, model } = choose(usable, directory, signals)
  if (isExpired(chosen.provider, nowMs)) {
    throw new GatewayError(
      'key_expired',
      `Provider @${chosen.provider.slug} Expired; an administrator can extend or replace it`,
      { type: 'virtual_key_expired_error' },
    )
  }
  if (model === '' && signals.isModelOptional === true) return { ...chosen, model }
  if (model === '') throw noModel(chosen.provider.slug)
  if (!isModelAllowed(chosen.integration, model)) throw notAllowed(chosen, model)
  return { ...chosen, model }
}

function choose(
  usable: readonly UsableProvider[],
  directory: AiProviderDirectory,
  signals: TargetSignals,
): { readonly chosen: UsableProvider; readonly model: string } {
  const addressed = parseSlugAddress(signals.model)
  const model = addressed?.model ?? signals.model
  if (signals.headerProvider) return { chosen: byHeader(usable, directory, signals.headerProvider), model }
  if (signals.headerVirtualKey) return { chosen: bySlug(usable, signals.headerVirtualKey.replace(/^@/, '')), model }
  if (addressed !== undefined) return { chosen: bySlug(usable, addressed.slug), model }
  const prefixed = byPrefix(usable, directory, model)
  if (prefixed !== undefined) return prefixed
  const queried = signals.queryModel === undefined ? undefined : parseSlugAddress(signals.queryModel)
  if (queried !== undefined) return { chosen: bySlug(usable, queried.slug), model: model || queried.model }
  throw unplaced(usable, model, absentType(directory, model))
}

/** undefined = a plain name; `@cf/` and `@hf/` begin model names of Cloudflare. */
function parseSlugAddress(name: string): SlugAddress | undefined {
  if (!name.startsWith('@') || name.startsWith('@cf/') || name.startsWith('@hf/')) return undefined
  const slash = name.indexOf('/')
  if (slash === -1) return { slug: name.slice(1), model: '' }
  return { slug: name.slice(1, slash), model: name.slice(slash + 1) }
}

function bySlug(usable: readonly UsableProvider[], slug: string): UsableProvider {
  const found = usable.find(({ provider }) => provider.slug === slug)
  if (found !== undefined) return found
  const slugs = usable.map(({ provider }) => provider.slug)
  const near = nearestNames(slug, slugs, 3)
  const hint = near.length > 0 ? `did you mean ${listed(near)}?` : `this workspace has ${listed(slugs.slice(0, 10))}`
  throw new GatewayError('invalid_request', `Following keys are not valid: ${slug} (${hint})`, {
    param: 'model',
    unknownSlug: slug,
  })
}

/** A header may also name a type, for the workspace's only provider of it. */
function byHeader(usable: readonly UsableProvider[], directory: AiProviderDirectory, header: string): UsableProvider {
  const address = parseSlugAddress(header)
  if (address !== undefined) return bySlug(usable, address.slug)
  return (
    usable.find(({ provider }) => provider.slug === header) ??
    byType(usable, directory, header) ??
    bySlug(usable, header)
  )
}

/** `provider/model`: the first part is a slug, else a type; undefined = neither, so the slash belongs to the model's name. */
function byPrefix(usable: readonly UsableProvider[], directory: AiProviderDirectory, name: string) {
  const slash = name.indexOf('/')
  if (slash <= 0) return undefined
  const first = name.slice(0, slash)
  const chosen = usable.find(({ provider }) => provider.slug === first) ?? byType(usable, directory, first)
  return chosen === undefined ? undefined : { chosen, model: name.slice(slash + 1) }
}

function byType(
  usable: readonly UsableProvider[],
  directory: AiProviderDirectory,
  type: string,
): UsableProvider | undefined {
  const id = directory.canonicalId(type)
  if (id === undefined) return undefined
  const ofType = usable.filter(({ integration }) => integration.aiProviderId === id)
  if (ofType.length > 1) {
    const slugs = ofType.map(({ provider }) => `@${provider.slug}`)
    throw new GatewayError(
      'invalid_request',
      `'${type}' is ambiguous: this workspace has ${ofType.length} providers of that type; name one of ${listed(slugs)}`,
      { param: 'model' },
    )
  }
  return ofType[0]
}

/** The type of provider that the first part of a name means, of which the workspace has none. */
function absentType(directory: AiProviderDirectory, model: string): string | undefined {
  const slash = model.indexOf('/')
  if (slash <= 0) return undefined
  const first = model.slice(0, slash)
  return directory.canonicalId(first) === undefined ? undefined : first
}

function unplaced(usable: readonly UsableProvider[], model: string, absent: string | undefined): GatewayError {
  const names = usable.flatMap(({ provider, integration }) => [
    ...(integration.allowAllModels ? [`@${provider.slug}/${model}`] : []),
    ...integration.models.filter((each) => each.enabled).map((each) => `@${provider.slug}/${each.slug}`),
  ])
  const near = nearestNames(model, names, 5)
  const written = near.length > 0 ? `write it as ${listed(near)}` : noneNear(usable)
  const rest =
    absent === undefined || usable.length === 0
      ? written
      : `this workspace has no provider '${absent}', which an administrator can add; if that is a part of the model's name, ${written}`
  const named = model === '' ? 'no provider was named' : `no provider was named for the model '${clip(model)}'`
  return new GatewayError('invalid_request', `${named}: ${rest}`, {
    param: 'model',
    unplacedModel: clip(model),
  })
}

function noneNear(usable: readonly UsableProvider[]): string {
  if (usable.length === 0) return 'this workspace has no provider yet; an administrator can add one'
  const slugs = usable.slice(0, 10).map(({ provider }) => `@${provider.slug}/…`)
  return `write it as '@slug/model' with one of ${listed(slugs)}`
}

function noModel(slug: string): GatewayError {
  return new GatewayError('invalid_request', `no model was named; write it as '@${slug}/model'`, { param: 'model' })
}

function notAllowed({ provider, integration }: UsableProvider, model: string): GatewayError {
  const allowed = integration.models.filter((each) => each.enabled).map((each) => each.slug)
  const near = nearestNames(model, allowed, 3).map((slug) => `@${provider.slug}/${slug}`)
  const hint = near.length === 0 ? '' : `; near it are ${listed(near)}`
  return new GatewayError('model_not_allowed', `Model ${clip(model)} is not allowed for this integration${hint}`)
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `'${clip(name)}'`).join(', ')
}

function clip(name: string): string {
  return name.length > 120 ? `${name.slice(0, 120)}…` : name
}
