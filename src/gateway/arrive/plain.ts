/** The routes that call no model: the model list, health, preflight, and what is not there. */
import { aliasesOf } from '../../catalog/model-aliases.ts'
import { GatewayError, toGatewayError } from '../../errors.ts'
import { requireScope } from '../../identity/authenticate.ts'
import { loadClientProtocol } from '../../protocols/load.ts'
import { corsHeaders, preflightHeaders, retryHeaders } from '../answer/answer-headers.ts'
import type { Reply } from '../answer/reply.ts'
import type { Call, GatewayPorts } from '../ports.ts'
import { listKnownModels } from '../target/known-models.ts'
import { identify } from './admit.ts'
import type { ModelSearch } from './model-page.ts'
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
      return json((await import('./model-page.ts')).pageOf(await readModels(call, ports)))
    case 'model':
      return json((await import('./model-page.ts')).modelNamed(route.id, await readModels(call, ports)))
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

async function readModels(call: Call, ports: GatewayPorts): Promise<ModelSearch> {
  const { caller, catalog } = await identify(call, ports)
  requireScope(caller, modelScopes)
  const aliases = aliasesOf({ caller, workspace: catalog.workspace })
  return { call, catalog, known: await listKnownModels(catalog, ports), aliases, ports }
}
