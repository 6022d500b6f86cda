/** How a check or a search asks a model in the course of a request, without knowing the line that such a call goes. */
import { GatewayError } from '../../errors.ts'
import type { ClientWireId, JsonObject } from '../../protocols/protocol.ts'
import type { RequestRecord } from '../../records/record.ts'
import type { GatewayPorts } from '../ports.ts'
import type { Task } from './task.ts'

export interface InternalRequest {
  /** Of the endpoint, e.g. `/v1/embeddings`; it says which wire the body is in. */
  readonly path: string
  /** `model` names a provider of the caller's workspace: `@slug/model`. */
  readonly body: JsonObject
  readonly timeoutMs: number
  /** What the record's span is called. */
  readonly name: string
}

export interface InternalAnswer {
  readonly status: number
  /** The answer, or the error, in the wire's own words. */
  readonly json: JsonObject
}

/** Whose request an internal request belongs to; policies about its config count what it costs. */
export type ParentRequest = Pick<Task, 'caller' | 'catalog' | 'config'>

/** What an internal request needs of the request under way. */
interface RequestUnderWay {
  readonly ports: GatewayPorts
  readonly record: RequestRecord
  /** Awaited before the request's own record is closed. */
  readonly unfinished: Promise<unknown>[]
  readonly models?: ModelPort
}

export interface ModelPort {
  ask(task: Task, line: RequestUnderWay, request: InternalRequest): Promise<InternalAnswer>
  /** The wire of a path at which a model is asked; undefined = it is no such path. */
  wireOf(path: string): ClientWireId | undefined
}

/**
 * Throws GatewayError when an answer cannot be had at all; a refusal or a provider's error is an answer with its status.
 * No config, cache or guardrail applies to it, and it cannot ask again. Its record hangs under the request's span.
 */
export async function askModel(task: Task, line: RequestUnderWay, request: InternalRequest): Promise<InternalAnswer> {
  if (line.models === undefined)
    throw new GatewayError('internal', 'a call made on behalf of a request may not make another one')
  return line.models.ask(task, line, request)
}
