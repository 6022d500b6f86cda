/** A model asked on behalf of a request: by a check, or for an embedding. It goes the whole line of requests: limits, cost, a record of its own. */
import { parseJsonObject } from '../bytes/json-text.ts'
import { findRoute } from './arrive/routes.ts'
import { settleMarginMs } from './line/cancellation-scope.ts'
import type { Line } from './line/line.ts'
import type { InternalRequest, ModelPort, ParentRequest } from './line/model-port.ts'
import type { Task } from './line/task.ts'
import type { Call, GatewayPorts, Sink } from './ports.ts'

export type ServeInternal = (call: Call, sink: Sink, ports: GatewayPorts, parent: ParentRequest) => Promise<void>

/** `serve` takes the call the whole line, as one that comes from no client. */
export function openModelPort(serve: ServeInternal): ModelPort {
  return {
    async ask(task, line, request) {
      const answer = bufferedSink()
      const served = serve(callOf(task, line, request), answer.sink, line.ports, task)
      // its record is closed beside the rest of the request, before the request's own
      line.unfinished.push(served)
      await Promise.race([answer.ended, served])
      return { status: answer.status(), json: parseJsonObject(answer.bytes()) }
    },
    wireOf(path) {
      const route = findRoute('POST', path)
      return route.type === 'inference' ? route.wire : undefined
    },
  }
}

/** It outlives the client: a check that nobody waits for is asked to the end, as long as it may take. */
function callOf(
  task: Task,
  { ports, record }: Pick<Line, 'ports' | 'record'>,
  { path, body, timeoutMs, name }: InternalRequest,
): Call {
  const nowMs = ports.ambient.now()
  return {
    method: 'POST',
    path,
    query: {},
    headers: {
      'content-type': 'application/json',
      'x-portkey-metadata': JSON.stringify(task.metadata),
      'x-portkey-trace-id': record.start.traceId,
      'x-portkey-parent-span-id': record.start.spanId,
      'x-portkey-span-name': name,
      ...(task.keepsBodies ? {} : { 'x-portkey-debug': 'false' }),
    },
    body: Buffer.from(JSON.stringify(body)),
    receivedAtMs: nowMs,
    deadlineAtMs: Math.min(task.call.deadlineAtMs, nowMs + timeoutMs + settleMarginMs),
    clientGone: new AbortController().signal,
  }
}

function bufferedSink() {
  const chunks: Uint8Array[] = []
  let status = 0
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const sink: Sink = {
    begin(given) {
      status = given
    },
    async write(chunk) {
      chunks.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    },
    async end() {
      end()
    },
    abort() {
      end()
    },
  }
  return { sink, ended, status: () => status, bytes: () => Buffer.concat(chunks) }
}
