/** The routes that call no model: the model list, health, preflight, and what is not there. */
import type { WorkspaceCatalog } from '../catalog/catalog.ts'
import { type CatalogModel, findListedModel, listModels } from '../catalog/models.ts'
import { GatewayError, toGatewayError } from '../errors.ts'
import { requireScope } from '../identity/authenticate.ts'
import { loadClientProtocol } from '../protocols/load.ts'
import { identify } from './admit.ts'
import { corsHeaders, preflightHeaders, retryHeaders } from './answer-headers.ts'
import { listKnownModels } from './known-models.ts'
import type { Call, GatewayPorts } from './ports.ts'
import type { Reply } from './reply.ts'
import { guessWire, type Route, servedInstead, servedPaths } from './routes.ts'
import { readTrace } from './trace.ts'

type PlainRoute = Exclude<Route, { type: 'inference' | 'raw' }>

interface PlainAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Never throws; ends the reply. */
export async function answerPlainly(call: Call, route: PlainRoute, reply: Reply, ports: GatewayPorts): Promise<void> {
  const { traceId } = readTrace(call.headers, `${call.method} ${call.path}`, ports.ambient)
  const answer = await answerFor(call, route, ports).catch((thrown: unknown) =>
    writeRefusal(thrown, call, traceId, ports),
  )
  reply.begin(answer.status, {
    'x-portkey-trace-id': traceId,
    ...corsHeaders(call, ports.settings),
    ...answer.headers,
  })
  if (call.method !== 'HEAD') await reply.write(answer.body)
  await reply.end()
}

async function answerFor(call: Call, route: PlainRoute, ports: GatewayPorts): Promise<PlainAnswer> {
  switch (route.type) {
    case 'preflight':
      return { status: 204, headers: preflightHeaders(call, ports.settings), body: '' }
    case 'greeting':
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'Sluice says hello' }
    case 'health':
      return json({ status: 'success', message: 'Server is healthy', version: ports.settings.version })
    case 'models':
      return json(await listFor(call, ports))
    case 'model':
      return json(await modelFor(call, route.id, ports))
    case 'wrong-method':
      throw new GatewayError(
        'method_not_allowed',
        `${call.path} does not take ${call.method}; it takes ${route.allowed.join(', ')}`,
        {
          allow: route.allowed.join(', '),
        },
      )
    case 'unknown':
      throw notServed(call)
  }
}

function notServed({ method, path }: Call): GatewayError {
  const there = `there is no ${method} ${path.slice(0, 200)} here`
  const meant = servedInstead(method, path)
  if (meant === undefined) return new GatewayError('not_found', `${there}; served are: ${servedPaths.join(', ')}`)
  return new GatewayError(
    'not_found',
    `${there}; did you mean ${meant}? The base URL of a client ends with /v1, but for Anthropic's and Google's, which add it themselves`,
  )
}

function json(value: unknown): PlainAnswer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) }
}

async function writeRefusal(thrown: unknown, call: Call, traceId: string, ports: GatewayPorts): Promise<PlainAnswer> {
  const error = toGatewayError(thrown)
  const protocol = await loadClientProtocol(guessWire(call.path, call.headers))
  if (error.code === 'internal') {
    ports.ambient.log({
      level: 'error',
      message: 'a request failed inside the gateway',
      traceId,
      cause: String(error.cause),
    })
  }
  const { allow } = error.facts
  return {
    status: error.status,
    headers: {
      'content-type': 'application/json',
      ...retryHeaders(error),
      ...(typeof allow === 'string' ? { allow } : {}),
    },
    body: protocol.client.writeError(error, traceId),
  }
}

const modelScopes = ['completions.write', 'virtual_keys.list', 'models.list']

/** A client that has named its provider reads the names that it can then use: those of the provider. */
async function listFor(call: Call, ports: GatewayPorts) {
  const { catalog, known } = await readModels(call, ports)
  const named = namedProvider(call, catalog, ports)
  if (named === undefined) return listModels(catalog, known, call.query)
  const page = listModels(catalog, known, { ...call.query, ...named })
  return { ...page, data: page.data.map(asProviderSays) }
}

function asProviderSays(model: CatalogModel) {
  return { ...model, id: model.slug, provider: model.owned_by }
}

/** The filter for the provider that a request names; undefined = it names none, or asks for all. */
function namedProvider({ headers }: Call, catalog: WorkspaceCatalog, ports: GatewayPorts) {
  const { 'x-portkey-provider': named, 'x-portkey-virtual-key': key } = headers
  const isForced = headers['x-portkey-fetch-integrated-models']?.toLowerCase() === 'true'
  const slug = (named ?? key)?.replace(/^@/, '').split('/')[0]
  return slug === undefined || slug === '' || isForced ? undefined : nameOf(slug, catalog, ports)
}

/** A slug, or a type of provider. */
function nameOf(
  name: string,
  { providers }: WorkspaceCatalog,
  { aiProviders }: GatewayPorts,
): Readonly<Record<string, string>> {
  if (providers.some(({ slug }) => slug === name)) return { provider: name }
  return { ai_service: aiProviders.canonicalId(name) ?? name }
}

async function modelFor(call: Call, id: string, ports: GatewayPorts) {
  const { catalog, known } = await readModels(call, ports)
  const named = namedProvider(call, catalog, ports)
  const own = named && listModels(catalog, known, named).data.find(({ slug }) => slug === id)
  if (own !== undefined) return asProviderSays(own)
  const model = findListedModel(catalog, known, id)
  if (model !== undefined) return model
  throw new GatewayError(
    'not_found',
    `there is no model '${id.slice(0, 200)}' in this workspace; GET /v1/models lists what there is`,
  )
}

async function readModels(call: Call, ports: GatewayPorts) {
  const { caller, catalog } = await identify(call, ports)
  requireScope(caller, modelScopes)
  return { catalog, known: await listKnownModels(catalog, ports) }
}
