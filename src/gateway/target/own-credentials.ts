/** Targets whose credential came with the request: which of its keys belongs to which provider, and what such a provider is in place of a stored one. */
import { usableProviders } from '../../catalog/access.ts'
import type { Integration, Provider, WorkspaceCatalog } from '../../catalog/catalog.ts'
import type { TargetSignals } from '../../catalog/resolve.ts'
import { uploadedFor } from '../../catalog/uploaded-prices.ts'
import { GatewayError } from '../../errors.ts'
import { readProviderSecret } from '../../identity/authenticate.ts'
import { isCallersToken } from '../../providers/auth/callers-token.ts'
import type { AiProvider, Credentials } from '../../providers/provider.ts'
import { hasSecretOption, hostOptions, isSecretOption, optionsInHeaders } from '../../routing/options.ts'
import type { Leaf } from '../../routing/plan.ts'
import type { Target } from '../line/task.ts'
import type { Call, GatewayPorts } from '../ports.ts'
import { inlineBlocked } from './find-config.ts'

/** A leaf with what it and its request name. */
export interface Named {
  readonly leaf: Leaf
  readonly signals: TargetSignals
}

interface Search {
  readonly call: Call
  readonly catalog: WorkspaceCatalog
  readonly ports: Pick<GatewayPorts, 'aiProviders'>
  readonly isModelOptional: boolean
  /** Of the whole plan. */
  readonly all: () => readonly Named[]
}

/** undefined = the leaf is about a stored provider. Throws `invalid_request` when what came cannot be used. */
export function findBrought({ leaf, signals }: Named, search: Search): Target | undefined {
  const type = typeOf(signals, search)
  const { own } = leaf
  if (type === undefined) {
    if (own !== undefined) throw untyped(signals)
    return undefined
  }
  if (own?.hasSecret) return makeTarget(type, own, leaf, search)
  const settings = { ...optionsInHeaders(search.call.headers), ...own?.settings }
  const key = readProviderSecret(search.call.headers)
  const isSent = (key !== undefined || hasSecretOption(settings)) && isMeant(type, search)
  if (isSent) return makeTarget(type, { settings, ...(key === undefined ? {} : { key }) }, leaf, search)
  if (isStored(type.name, type.id, search)) {
    if (own !== undefined) throw unused(type.name)
    return undefined
  }
  if (key !== undefined) throw ambiguous(search)
  const host = search.call.headers['x-portkey-custom-host']?.trim() || leaf.settings.customHost || hostIn(settings)
  if (host) return makeTarget(type, { settings }, leaf, search)
  if (type.isFromModel) return undefined
  throw nothingFor(type.name)
}

interface TypeNamed {
  /** Canonical. */
  readonly id: string
  /** As it was written. */
  readonly name: string
  readonly model: string
  readonly isFromModel: boolean
}

/** A type of provider by its plain name, in a header or a config; before a model only where nothing stored has that name. */
function typeOf(signals: TargetSignals, search: Search): TypeNamed | undefined {
  const { headerProvider, headerVirtualKey, model } = signals
  const plain = model.replace(/^@(?!cf\/|hf\/)[^/]*\/?/, '')
  if (headerProvider !== undefined && headerProvider !== '') {
    const id = headerProvider.startsWith('@') ? undefined : search.ports.aiProviders.canonicalId(headerProvider)
    return id === undefined ? undefined : { id, name: headerProvider, model: plain, isFromModel: false }
  }
  const slash = model.indexOf('/')
  if (headerVirtualKey || model.startsWith('@') || slash <= 0) return undefined
  const name = model.slice(0, slash)
  const id = search.ports.aiProviders.canonicalId(name)
  if (id === undefined || isStored(name, id, search)) return undefined
  return { id, name, model: model.slice(slash + 1), isFromModel: true }
}

function isStored(name: string, id: string, { catalog }: Search): boolean {
  return usableProviders(catalog).some(
    ({ provider, integration }) => provider.slug === name || integration.aiProviderId === id,
  )
}

/** A key in a header is for the provider that the headers name, or for the only one that the plan leaves without a key. It never goes to two. */
function isMeant(type: TypeNamed, search: Search): boolean {
  const header = search.call.headers['x-portkey-provider']
  const named = header?.startsWith('@') === false ? search.ports.aiProviders.canonicalId(header) : undefined
  if (named !== undefined) return named === type.id
  return typesWithoutKey(search).size === 1
}

const known = new WeakMap<Call, { readonly catalog: WorkspaceCatalog; readonly types: ReadonlySet<string> }>()

/** Once for each request: its plan may have a thousand targets, and each asks. */
function typesWithoutKey(search: Search): ReadonlySet<string> {
  const before = known.get(search.call)
  if (before?.catalog === search.catalog) return before.types
  const types = findTypesWithoutKey(search)
  known.set(search.call, { catalog: search.catalog, types })
  return types
}

function findTypesWithoutKey(search: Search): ReadonlySet<string> {
  const open = search.all().filter(({ leaf }) => leaf.own?.hasSecret !== true)
  return new Set(open.flatMap(({ signals }) => typeOf(signals, search)?.id ?? []))
}

/** Does the request say itself which host to call? */
export function namesHost(headers: Call['headers']): boolean {
  return Boolean(headers['x-portkey-custom-host']?.trim() || hostIn(optionsInHeaders(headers)))
}

function hostIn(settings: Credentials['configurations']): unknown {
  return Object.entries(settings).find(([name]) => hostOptions.has(name))?.[1]
}

interface Given {
  readonly key?: string
  readonly settings: Credentials['configurations']
}

function makeTarget(type: TypeNamed, given: Given, leaf: Leaf, search: Search): Target {
  const { catalog, ports } = search
  const aiProvider = ports.aiProviders.find(type.id)
  if (aiProvider === undefined) throw new GatewayError('internal', `the provider '${type.id}' has no row`)
  if (type.isFromModel && catalog.workspace.defaults.block_inline_config === true)
    throw inlineBlocked('model', 'inline_provider_blocked')
  if (type.model === '' && !search.isModelOptional)
    throw new GatewayError('invalid_request', `no model was named; name one that ${aiProvider.name} has`, {
      param: 'model',
    })
  const { key, settings } = given
  const credentials: Credentials = { configurations: settings, ...(key === undefined ? {} : { key }) }
  const stand = standIn(aiProvider, catalog, settings)
  return { ...stand, model: type.model, aiProvider, path: leaf.path, brought: { credentials, isStored: false } }
}

/** Nothing is stored of it: no limits, models or prices of its own. */
function standIn(
  aiProvider: AiProvider,
  { workspace, uploadedModels = [] }: WorkspaceCatalog,
  settings: Credentials['configurations'],
) {
  const { id, name } = aiProvider
  const open = Object.fromEntries(Object.entries(settings).filter(([setting]) => !isSecretOption(setting)))
  const uploaded = uploadedFor(uploadedModels, id)
  const stamps = { createdAtMs: 0, updatedAtMs: 0 }
  const integration: Integration = {
    id: '',
    slug: id,
    name,
    aiProviderId: id,
    organisationId: workspace.organisationId,
    status: 'active',
    configurations: open,
    allowAllModels: true,
    models: [],
    ...(uploaded === undefined ? {} : { uploaded }),
    workspaces: [],
    globalAccess: { isEnabled: false },
    ...stamps,
  }
  const provider: Provider = {
    id: `own/${workspace.id}/${id}`,
    slug: id,
    name,
    workspaceId: workspace.id,
    integrationId: '',
    status: 'active',
    rateLimits: [],
    limitEpoch: 0,
    ...stamps,
  }
  return { provider, integration }
}

/** Tokens of a person's subscription go to their provider even where an integration has a key. */
export function withCallersToken(target: Target, { headers }: Call): Target {
  const token = readProviderSecret(headers)
  if (token === undefined || !isCallersToken(target.aiProvider.id, token)) return target
  const { configurations } = target.integration
  return { ...target, brought: { credentials: { key: token, configurations }, isStored: true } }
}

function untyped({ headerProvider, headerVirtualKey }: TargetSignals): GatewayError {
  const got = headerProvider ?? headerVirtualKey
  const what = got === undefined ? 'no type of provider' : `'${got.slice(0, 80)}', which is no type of provider`
  return new GatewayError(
    'invalid_request',
    `Invalid provider passed: a credential came with ${what}; name the type that it is for in provider or x-portkey-provider`,
    { param: 'provider' },
  )
}

function nothingFor(name: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `Following keys are not valid: ${name} (no provider of that type is stored in this workspace; an administrator can add one, or send its key as 'Authorization: Bearer <key>' beside x-portkey-api-key)`,
    { param: 'provider', unknownSlug: name },
  )
}

function unused(name: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `settings came for '${name}' without a credential; send one beside x-portkey-api-key, or name a stored provider as '@slug', which has its own settings`,
    { param: 'provider' },
  )
}

function ambiguous(search: Search): GatewayError {
  const types = [...typesWithoutKey(search)].map((each) => `'${each}'`).join(', ')
  return new GatewayError(
    'invalid_request',
    `the provider's key beside x-portkey-api-key could be for any of ${types}; name the one in x-portkey-provider, or give each target its api_key`,
    { param: 'provider' },
  )
}
