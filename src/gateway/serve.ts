/** The line of one request, from its arrival to the closing of its record. */
import { GatewayError, toGatewayError } from '../errors.ts'
import { loadClientProtocol } from '../protocols/load.ts'
import { RequestRecord } from '../records/record.ts'
import { refuse } from './answer/refuse.ts'
import { keepWaiting, relay } from './answer/relay.ts'
import { Reply } from './answer/reply.ts'
import { admit } from './arrive/admit.ts'
import { isModelListOfGoogle, withoutQueryKey } from './arrive/google-client.ts'
import { findRoute, guessWire, isGatewayPath, type Route, servedPaths, usualOperation } from './arrive/routes.ts'
import { newLogId, readTrace } from './arrive/trace.ts'
import { openModelPort, type ServeInternal } from './internal-request.ts'
import { openCancellationScope } from './line/cancellation-scope.ts'
import { openLine } from './line/line.ts'
import type { ParentRequest } from './line/model-port.ts'
import type { Task } from './line/task.ts'
import type { Call, GatewayPorts, Sink } from './ports.ts'
import { close } from './settle/close.ts'

type InferenceRoute = Extract<Route, { type: 'inference' }>
type PlainRoute = Exclude<Route, { type: 'inference' | 'raw' }>

/** Answers one call, always: ends the sink and never throws. Work after the last byte is done before it resolves. */
export function serve(received: Call, sink: Sink, ports: GatewayPorts): Promise<void> {
  const { controlPlane } = ports
  if (controlPlane?.serves(received.path) && !isGatewayPath(received.path)) return controlPlane.answer(received, sink)
  const call = withoutQueryKey(received)
  const reply = new Reply(sink, ports.ambient)
  const found = findRoute(call.method, call.path)
  const route: Route = isModelListOfGoogle(call, found) ? { type: 'raw' } : found
  if (route.type === 'inference') return serveInference(call, route, reply, ports)
  if (route.type === 'raw') return serveUnread(call, reply, ports)
  return servePlain(call, route, reply, ports)
}

/** Loaded when first asked for: a first request is usually for a model. */
async function servePlain(call: Call, route: PlainRoute, reply: Reply, ports: GatewayPorts): Promise<void> {
  const { answerPlainly } = await import('./arrive/plain.ts')
  return answerPlainly(call, route, reply, ports)
}

async function serveUnread(call: Call, reply: Reply, ports: GatewayPorts): Promise<void> {
  const { serveRaw } = await import('./raw/serve-raw.ts')
  return serveRaw(call, reply, ports, models)
}

/** The same line for a call that belongs to a request under way; see `internal-request`. */
export const serveInternal: ServeInternal = async (call, sink, ports, parent) => {
  const route = findRoute(call.method, call.path)
  if (route.type !== 'inference')
    throw new GatewayError(
      'internal',
      `there is no model to be asked at '${call.path}'; use one of ${servedPaths.join(', ')}`,
    )
  await serveInference(call, { ...route, parent }, new Reply(sink, ports.ambient), ports)
}

const models = openModelPort(serveInternal)

/** Loaded with the first request for a model, as its wire is: a health check or a list of models pays for neither. */
let targets: typeof import('./target/call-targets.ts') | undefined

interface Served extends InferenceRoute {
  /** Whose request this is part of; absent = it came from a client. */
  readonly parent?: ParentRequest
}

async function serveInference(call: Call, route: Served, reply: Reply, ports: GatewayPorts): Promise<void> {
  ports.stops.prepare()
  const record = openRecord(call, route, ports)
  const cancellation = openCancellationScope(call, ports.ambient)
  const line = openLine({ ports, record, cancellation, ...(route.parent === undefined ? { models } : {}) })
  let task: Task | undefined
  try {
    task = await admit({ call, route, ports, record, parent: route.parent })
    line.keepWaiting = (asked, answer) => keepWaiting(asked, answer, reply, line)
    targets ??= await import('./target/call-targets.ts')
    const answered = await targets.callTargets(task, line)
    const relayed = relay(answered.task, answered.answer, reply, line)
    if (relayed !== undefined) await relayed
  } catch (thrown) {
    const error = toGatewayError(thrown)
    await refuse({ ...line, error, call, protocol: await loadClientProtocol(route.wire) }, reply)
  } finally {
    cancellation.close()
    await reply.end()
    await close({ call, reply, record, ports, line, ...(task === undefined ? {} : { task }) })
  }
}

/** For a call that a transport could not read whole (too large, too slow): told and logged like any other. */
export async function refuseUnread(call: Call, error: GatewayError, sink: Sink, ports: GatewayPorts): Promise<void> {
  const reply = new Reply(sink, ports.ambient)
  const route = readRoute(call)
  const record = openRecord(call, route, ports)
  await refuse(
    {
      error,
      call,
      protocol: await loadClientProtocol(route.wire),
      record,
      ports,
      rateHeaders: {},
      hasToldError: false,
    },
    reply,
  )
  await reply.end()
  await close({ call, reply, record, ports })
}

/** The call's own route, or the likeliest. */
function readRoute(call: Call): InferenceRoute {
  const route = findRoute(call.method, call.path)
  if (route.type === 'inference') return route
  const wire = guessWire(call.path, call.headers)
  return { type: 'inference', operation: usualOperation[wire], wire }
}

function openRecord(call: Call, route: InferenceRoute, { ambient }: GatewayPorts): RequestRecord {
  return new RequestRecord({
    id: newLogId(ambient),
    ...readTrace(call.headers, `${call.method} ${call.path}`, ambient),
    method: call.method,
    path: call.path,
    operation: route.operation,
    clientWire: route.wire,
    startedAtMs: call.receivedAtMs,
    deadlineAtMs: call.deadlineAtMs,
  })
}
