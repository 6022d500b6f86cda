/** The line of one request whose path has no wire of its own: known, checked, limited and logged like any other, and passed on as it is. */

import { GatewayError, toGatewayError } from '../../errors.ts'
import { loadClientProtocol } from '../../protocols/load.ts'
import { type Charge, RequestRecord } from '../../records/record.ts'
import { refuse } from '../answer/refuse.ts'
import type { Reply } from '../answer/reply.ts'
import { guessWire } from '../arrive/routes.ts'
import { newLogId, readTrace } from '../arrive/trace.ts'
import { openCancellationScope } from '../line/cancellation-scope.ts'
import { type Line, openLine } from '../line/line.ts'
import { mayBeBilled } from '../line/may-be-billed.ts'
import type { ModelPort } from '../line/model-port.ts'
import type { TargetTask } from '../line/target-request.ts'
import type { Task } from '../line/task.ts'
import type { Call, GatewayPorts } from '../ports.ts'
import { close } from '../settle/close.ts'
import { followPlan } from '../target/follow-plan.ts'
import { admitRaw } from './admit-raw.ts'
import { callRaw } from './call-raw.ts'
import { isControlPlanePath } from './control-plane-paths.ts'
import { callCount } from './count-tokens.ts'
import { findOperation, type RawOperation } from './operations.ts'
import { chargeOf, relayRaw } from './relay-raw.ts'
import { type RawTarget, rawTargetOf } from './target-path.ts'

const free: Charge = { costNanos: 0, isPriced: true, isEstimated: false }
/** Of an answer that nobody has seen the end of. */
const unknown: Charge = { isPriced: false, isEstimated: false }

/** Never throws; ends the reply. */
export async function serveRaw(call: Call, reply: Reply, ports: GatewayPorts, models: ModelPort): Promise<void> {
  ports.stops.prepare()
  const target = rawTargetOf(call)
  const operation =
    target === undefined ? undefined : findOperation(call.method, target.plainPath, call.body.length > 0)
  const record = openRecord(call, operation, ports)
  const cancellation = openCancellationScope(call, ports.ambient)
  const line = openLine({ ports, record, cancellation, models })
  let task: Task | undefined
  let charge = free
  try {
    const passing = { operation: passable(operation, call, target), target: target ?? nowhere }
    task = await admitRaw({ call, ...passing, ports, record })
    const admitted = task
    const callTarget = passing.operation.name === 'messagesCountTokens' ? callCount : callRaw.bind(undefined, passing)
    const callOnce: typeof callCount = (own, each, repetition) =>
      callTarget(untouched(own, admitted, each), each, repetition)
    const { task: own, answer } = await followPlan(task, line, callOnce)
    if (task.cost === 'unknown') charge = unknown
    charge = await chargeOf(answer, await relayRaw(own, answer, reply, line), own, line)
  } catch (thrown) {
    const error = toGatewayError(thrown)
    if (task?.cost === 'unknown' && line.tried !== undefined && mayBeBilled(error, line.tried.meter)) charge = unknown
    const protocol = await loadClientProtocol(guessWire(call.path, call.headers))
    await refuse({ ...line, error, call, protocol }, reply)
  } finally {
    cancellation.close()
    await reply.end()
    await close({ call, reply, record, ports, line, charge, ...(task === undefined ? {} : { task }) })
  }
}

/** Params of a config are for wires that we know; here the client's body stays as it is, but for the model's name. */
function untouched(own: TargetTask, { call, body }: Task, { record }: Line): TargetTask {
  const changed = Object.keys(own.task.body).filter((key) => key !== 'model' && own.task.body[key] !== body[key])
  const reason = 'the body of a path that is passed on is not changed'
  record.warn(changed.map((field) => ({ type: 'dropped', field, reason })))
  return { ...own, task: { ...own.task, call: { ...own.task.call, body: call.body }, body } }
}

const nowhere: RawTarget = { path: '/', plainPath: '/', query: '', isExplicit: false }

/** Throws for what is nobody's path, or the control plane's. */
function passable(operation: RawOperation | undefined, call: Call, target: RawTarget | undefined): RawOperation {
  const shown = `${call.method.slice(0, 20)} ${call.path.slice(0, 200)}`
  if (target === undefined)
    throw new GatewayError('not_found', `there is no ${shown} here; paths of providers start with /v1/`)
  if (isControlPlanePath(target.plainPath) && !target.isExplicit)
    throw new GatewayError(
      'not_found',
      `${shown} is a path of the control plane, which is not served at this address, and it is not passed on to a provider; send it to the admin API's address, or, if a provider's own path is meant, to /v1/proxy${target.plainPath.slice(0, 200)}`,
    )
  if (call.headers.upgrade?.toLowerCase() === 'websocket')
    throw new GatewayError(
      'invalid_request',
      `${shown} asks for a websocket, which is not served; use the paths that answer with events`,
      {
        param: 'upgrade',
      },
    )
  if (operation !== undefined) return operation
  throw new GatewayError(
    'method_not_allowed',
    `${shown} is not passed on; methods that are: GET, POST, PUT, PATCH, DELETE`,
  )
}

function openRecord(call: Call, operation: RawOperation | undefined, { ambient }: GatewayPorts): RequestRecord {
  return new RequestRecord({
    id: newLogId(ambient),
    ...readTrace(call.headers, `${call.method} ${call.path}`, ambient),
    method: call.method,
    path: call.path,
    operation: operation?.name ?? 'proxy',
    clientWire: 'raw',
    startedAtMs: call.receivedAtMs,
    deadlineAtMs: call.deadlineAtMs,
  })
}
