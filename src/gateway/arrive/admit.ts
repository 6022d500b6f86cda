/** Who is asking, for what, and which targets may answer. Ends the request with a clear error where it may not go on. */

import { type Awaitable, isPending } from '../../awaitable.ts'
import type { WorkspaceCatalog } from '../../catalog/catalog.ts'
import { GatewayError } from '../../errors.ts'
import { authenticate, requireScope } from '../../identity/authenticate.ts'
import type { Caller } from '../../identity/caller.ts'
import { loadClientProtocol } from '../../protocols/load.ts'
import type { JsonObject } from '../../protocols/protocol.ts'
import { clientProgram } from '../../records/client-program.ts'
import type { RequestRecord } from '../../records/record.ts'
import { leavesOf } from '../../routing/plan.ts'
import type { BodyFormat } from '../line/body-format.ts'
import type { EffectiveConfig } from '../line/effective-config.ts'
import type { ParentRequest } from '../line/model-port.ts'
import type { Task } from '../line/task.ts'
import { wantsBodiesKept } from '../line/wants-bodies.ts'
import type { Call, GatewayPorts } from '../ports.ts'
import { findConfig } from '../target/find-config.ts'
import { defaultModelOf, findPlan } from '../target/find-target.ts'
import { readClientMetadata } from './client-metadata.ts'
import { findFormat } from './find-format.ts'
import { readMetadata } from './metadata.ts'
import { resolveAlias } from './resolve-alias.ts'
import type { Route } from './routes.ts'
import { namesTrace } from './trace.ts'

type InferenceRoute = Extract<Route, { type: 'inference' }>

export interface Arrival {
  readonly call: Call
  readonly route: InferenceRoute
  readonly ports: GatewayPorts
  readonly record: RequestRecord
  /** The request that this one is part of: its caller asks, its config does not apply but is counted by. */
  readonly parent: ParentRequest | undefined
}

/** Throws GatewayError; fills the record as it learns, so that a refusal is logged with what was known. */
export async function admit({ call: received, route, ports, record, parent }: Arrival): Promise<Task> {
  const identified = identify(received, ports, record, parent)
  const { caller, catalog } = isPending(identified) ? await identified : identified
  requireScope(caller, ['completions.write'])
  const loaded = loadClientProtocol(route.wire)
  const protocol = isPending(loaded) ? await loaded : loaded
  const names = route.named === undefined ? undefined : await import('./named-in-path.ts')
  const arrived = route.named && names ? names.withNames(received, route.named) : received
  const found = findFormat(arrived, protocol.endpoint)
  const format = isPending(found) ? await found : found
  const resolved = resolveAlias({ call: arrived, body: format.read(arrived.body), format, caller, catalog })
  const { call: sent, body: read } = resolved
  const applied = parent === undefined ? findConfig({ call: sent, caller, catalog, routing: ports.routing }) : undefined
  const config = isPending(applied) ? await applied : applied
  if (config !== undefined) record.warn(config.warnings)
  if (config?.saved !== undefined) record.identity.configId = config.saved.slug
  const counted = config ?? parent?.config
  const asked = config === undefined ? read : withModel(read, config)
  const search = { call: sent, body: read, catalog, ports, config }
  const usual = asked.model == null ? (defaultModelOf(search) ?? protocol.endpoint?.usualModel) : undefined
  const { named, body } = usual === undefined ? { named: sent, body: read } : fillModel(sent, read, usual, format)
  if (usual !== undefined)
    record.warn([{ type: 'changed', field: 'model', reason: `none was named; asked for ${usual}` }])
  const peek = protocol.client.peek(usual === undefined ? asked : body)
  const placing = { call: named, model: peek.model, config, catalog, ports }
  const need = peek.model === '' ? ({ isModelOptional: true, isModelStored: true } as const) : undefined
  const placed = need && (await import('../target/only-provider.ts')).withOnlySpeaker(placing, route.wire)
  const call = names?.withProvider(placing, route.wire) ?? placed ?? named
  record.identity.isStream = peek.isStream
  if (peek.model !== '') record.identity.modelAsked = resolved.alias ?? peek.model
  const wishes = readWishes({ call, caller, catalog, user: peek.user }, record)
  const storedTokens = ports.storedResponses?.continuedBy(caller.workspaceId, body)
  const planned = findPlan({ call, body, catalog, ports, config, ...need })
  const { warnings, ...plan } = isPending(planned) ? await planned : planned
  record.warn(warnings)
  return {
    call,
    operation: route.operation,
    protocol,
    peek,
    body,
    format,
    caller,
    ...(storedTokens === undefined ? {} : { storedTokens }),
    ...plan,
    ...need,
    ...(counted === undefined ? {} : { config: counted }),
    ...wishes,
    isStrict: call.headers['x-portkey-strict-open-ai-compliance']?.toLowerCase() !== 'false',
  }
}

interface Wishing {
  readonly call: Call
  readonly caller: Caller
  readonly catalog: WorkspaceCatalog
  /** The end user named in the body. */
  readonly user: string | undefined
}

/** What the headers say of any request, whatever its body; metadata and user are noted in the record. */
export function readWishes(
  { call: { headers }, caller, catalog, user }: Wishing,
  record: RequestRecord,
): Pick<Task, 'metadata' | 'keepsBodies' | 'requestTimeoutMs'> {
  const client = readClientMetadata(headers, catalog.workspace.defaults.metadata_headers)
  if (client.traceId !== undefined && !namesTrace(headers)) record.joinTrace(client.traceId)
  const { metadata, warnings } = readMetadata(headers, {
    client: client.metadata,
    apiKey: caller.apiKey.defaults.metadata,
    workspace: catalog.workspace.defaults.metadata,
    user,
    neededKeys: metadataInPolicies(catalog),
  })
  record.warn(warnings)
  record.identity.metadata = metadata
  if (metadata._user !== undefined) record.identity.user = metadata._user
  const timeoutMs = readTimeout(headers['x-portkey-request-timeout'])
  return {
    metadata,
    keepsBodies: wantsBodiesKept(headers),
    ...(timeoutMs === undefined ? {} : { requestTimeoutMs: timeoutMs }),
  }
}

const policyKeys = new WeakMap<WorkspaceCatalog, ReadonlySet<string>>()

/** Metadata keys that limit policies group by or ask about. */
function metadataInPolicies(catalog: WorkspaceCatalog): ReadonlySet<string> {
  const known = policyKeys.get(catalog)
  if (known !== undefined) return known
  const keys = catalog.policies.flatMap(({ conditions, groupBy }) => [...conditions, ...groupBy].map(({ key }) => key))
  const prefix = 'metadata.'
  const needed = new Set(keys.filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)))
  policyKeys.set(catalog, needed)
  return needed
}

/** A config may name the model, so that the client need not. */
function withModel(body: JsonObject, { plan }: EffectiveConfig): JsonObject {
  if (body.model != null) return body
  const models = leavesOf(plan).flatMap(({ settings }) => [
    settings.overrideParams?.model,
    settings.defaultParams?.model,
  ])
  const model = models.find((each) => typeof each === 'string')
  return model === undefined ? body : { ...body, model }
}

function fillModel(call: Call, body: JsonObject, model: string, format: BodyFormat) {
  return { named: { ...call, body: format.edit(call.body, { model }) }, body: { ...body, model } }
}

interface Identified {
  readonly caller: Caller
  readonly catalog: WorkspaceCatalog
}

/** Caller and catalog of a request; also what the model list needs. */
export function identify(
  call: Call,
  ports: GatewayPorts,
  record?: RequestRecord,
  parent?: ParentRequest,
): Awaitable<Identified> {
  const client = clientProgram(call.headers)
  if (record !== undefined && client !== undefined) record.identity.client = client
  const found = parent?.caller ?? authenticate(call.headers, ports.keys, ports.ambient.now())
  const identified = (caller: Caller) => {
    if (record !== undefined) noteCaller(caller, record)
    const loaded = parent?.catalog ?? ports.catalog.loadWorkspace(caller.workspaceId)
    return isPending(loaded)
      ? loaded.then((catalog) => activeOf(caller, catalog, record))
      : activeOf(caller, loaded, record)
  }
  return isPending(found) ? found.then(identified) : identified(found)
}

function noteCaller({ organisationId, workspaceId, apiKey }: Caller, { identity }: RequestRecord): void {
  identity.organisationId = organisationId
  identity.workspaceId = workspaceId
  identity.apiKeyId = apiKey.id
  identity.apiKeyName = apiKey.name
}

function activeOf(
  caller: Caller,
  catalog: WorkspaceCatalog | undefined,
  record: RequestRecord | undefined,
): Identified {
  if (catalog === undefined || catalog.workspace.status !== 'active') {
    throw new GatewayError(
      'permission_denied',
      'the workspace of this api key no longer exists; ask an administrator for another key',
    )
  }
  if (record !== undefined) {
    record.identity.workspaceSlug = catalog.workspace.slug
    record.keepsBodies = catalog.workspace.keepsBodies !== false
  }
  return { caller, catalog }
}

function readTimeout(header: string | undefined): number | undefined {
  if (header === undefined) return undefined
  const timeoutMs = Number(header)
  if (Number.isInteger(timeoutMs) && timeoutMs > 0) return timeoutMs
  throw new GatewayError(
    'invalid_request',
    `x-portkey-request-timeout must be a whole number of milliseconds above 0; got '${header.slice(0, 40)}'`,
    { param: 'x-portkey-request-timeout' },
  )
}
