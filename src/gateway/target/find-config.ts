/** The config that holds for a request: the one it names or brings, else its key's, else its workspace's. */

import { type Awaitable, isPending } from '../../awaitable.ts'
import type { WorkspaceCatalog } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'
import type { Caller } from '../../identity/caller.ts'
import type { Params, SavedConfig } from '../../routing/config.ts'
import type { Routing } from '../../routing/routing.ts'
import type { EffectiveConfig } from '../line/effective-config.ts'
import type { Call } from '../ports.ts'

interface Search {
  readonly call: Call
  readonly caller: Caller
  readonly catalog: WorkspaceCatalog
  readonly routing: Pick<Routing, 'configs'>
}

/** undefined = none. Throws `invalid_request` for one that cannot be found or followed. */
export function findConfig({ call, caller, catalog, routing }: Search): Awaitable<EffectiveConfig | undefined> {
  if (catalog.workspace.defaults.block_inline_config === true) refuseInline(call)
  const header = call.headers['x-portkey-config']?.trim()
  const { configId, allowConfigOverride } = caller.apiKey.defaults
  if (header) {
    if (configId !== undefined && allowConfigOverride === false)
      throw invalid('Cannot override default config set for this API key.')
    return isConfigId(header) ? findSaved(header, catalog, routing) : readInline(parse(header))
  }
  const id = configId ?? workspaceDefault(caller, catalog)
  return id === undefined ? undefined : findSaved(id, catalog, routing)
}

function isConfigId(header: string): boolean {
  return header.startsWith('pc-') || /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(header)
}

/** `config_id` for every key, `user_api_key_config` for keys of users. */
function workspaceDefault({ apiKey }: Caller, { workspace }: WorkspaceCatalog): string | undefined {
  const { config_id: forAll, user_api_key_config: forUsers } = workspace.defaults
  const id = (apiKey.type === 'workspace-user' ? forUsers : undefined) ?? forAll
  return typeof id === 'string' && id !== '' ? id : undefined
}

/** One that is not known yet may have been saved just now. */
function findSaved(
  idOrSlug: string,
  { workspace }: WorkspaceCatalog,
  { configs }: Pick<Routing, 'configs'>,
): Awaitable<EffectiveConfig> {
  const known = configs.find(workspace.id, idOrSlug)
  if (known !== undefined && !isPending(known)) return effective(known)
  return findAfresh(known, idOrSlug, workspace, configs)
}

async function findAfresh(
  known: Awaitable<SavedConfig | undefined>,
  idOrSlug: string,
  workspace: WorkspaceCatalog['workspace'],
  configs: Routing['configs'],
): Promise<EffectiveConfig> {
  const saved = (await known) ?? (await configs.find(workspace.id, idOrSlug, 0))
  if (saved !== undefined) return await effective(saved)
  throw invalid(
    `Invalid config id passed: '${idOrSlug.slice(0, 80)}' is no active config of the workspace '${workspace.slug}'`,
  )
}

function effective({ config, ...saved }: SavedConfig): Awaitable<EffectiveConfig> {
  return withReader((reader) => ({ ...reader.readOnce(config), saved }))
}

function readInline(config: Params): Awaitable<EffectiveConfig> {
  return withReader((reader) => reader.readEffective(config))
}

async function loadReader() {
  const { readEffective, readOnce } = await import('./read-effective.ts')
  return { readEffective, readOnce }
}

type Reader = Awaited<ReturnType<typeof loadReader>>

let loaded: Reader | undefined

/** Most requests have no config, and need not load what reads one. */
function withReader<T>(read: (reader: Reader) => T): Awaitable<T> {
  if (loaded !== undefined) return read(loaded)
  return loadReader().then((reader) => {
    loaded = reader
    return read(reader)
  })
}

/** What a workspace that allows saved configs only does not take from a request. */
const blocked: readonly {
  readonly header: string
  readonly code: string
  readonly isBlocked: (value: string) => boolean
}[] = [
  { header: 'x-portkey-config', code: 'inline_config_blocked', isBlocked: (value) => !isConfigId(value.trim()) },
  {
    header: 'x-portkey-provider',
    code: 'inline_provider_blocked',
    isBlocked: (value) => !value.trim().startsWith('@'),
  },
  { header: 'x-portkey-custom-host', code: 'inline_custom_host_blocked', isBlocked: () => true },
  { header: 'x-portkey-azure-foundry-url', code: 'inline_provider_url_blocked', isBlocked: () => true },
  { header: 'x-portkey-huggingface-base-url', code: 'inline_provider_url_blocked', isBlocked: () => true },
  { header: 'x-portkey-forward-headers', code: 'inline_forward_headers_blocked', isBlocked: () => true },
]

function refuseInline({ headers }: Call): void {
  for (const { header, code, isBlocked } of blocked) {
    const value = headers[header]
    if (value !== undefined && value.trim() !== '' && isBlocked(value)) throw inlineBlocked(header, code)
  }
}

/** `place` is a header, or a member of the body. */
export function inlineBlocked(place: string, code: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `${place} may not be used like this in this workspace, which takes saved configs only; save a config and send its id in x-portkey-config`,
    { param: place, wireCode: code },
  )
}

function parse(header: string): Params {
  try {
    const value: unknown = JSON.parse(header)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Params
  } catch {
    // told below, like any other text that is no object
  }
  throw invalid(
    "Invalid config passed. You need to pass a valid json: x-portkey-config takes a JSON object, or the id of a saved config, which starts with 'pc-'",
  )
}

function invalid(message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: 'x-portkey-config' })
}
