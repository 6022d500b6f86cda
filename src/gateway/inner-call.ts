/** A model asked on behalf of a request: by a check, or for an embedding. It goes the whole line of requests: limits, cost, a record of its own. */
import { parseJsonObject } from '../bytes/json-text.ts'
import { GatewayError } from '../errors.ts'
import type { JsonObject } from '../protocols/protocol.ts'
import { settleMarginMs } from './line/lifeline.ts'
import type { Line } from './line/line.ts'
import type { Task } from './line/task.ts'
import type { Call, Sink } from './ports.ts'

export interface InnerRequest {
  /** Of the endpoint, e.g. `/v1/embeddings`; it says which wire the body is in. */
  readonly path: string
  /** `model` names a provider of the caller's workspace: `@slug/model`. */
  readonly body: JsonObject
  readonly timeoutMs: number
  /** What the record's span is called. */
  readonly name: string
}

export interface InnerAnswer {
  readonly status: number
  /** The answer, or the error, in the wire's own words. */
  readonly json: JsonObject
}

/** Whose request an inner call belongs to; policies about its config count what the call costs. */
export type Outer = Pick<Task, 'caller' | 'catalog' | 'config'>

/**
 * Throws GatewayError when an answer cannot be had at all; a refusal or a provider's error is an answer with its status.
 * No config, cache or guardrail applies to it, and it cannot ask again. Its record hangs under the request's span.
 */
export async function innerCall(task: Task, line: Line, request: InnerRequest): Promise<InnerAnswer> {
  if (line.isInner === true)
    throw new GatewayError('internal', 'a call made on behalf of a request may not make another one')
  const { serveInner } = await import('./serve.ts')
  const answer = bufferedSink()
  const served = serveInner(callOf(task, line, request), answer.sink, line.ports, task)
  // its record is closed beside the rest of the request, before the request's own
  line.unfinished.push(served)
  await Promise.race([answer.ended, served])
  return { status: answer.status(), json: parseJsonObject(answer.bytes()) }
}

/** It outlives the client: a check that nobody waits for is asked to the end, as long as it may take. */
function callOf(task: Task, { ports, record }: Line, { path, body, timeoutMs, name }: InnerRequest): Call {
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
