/** Where clients see what guardrails found: in bodies, in streams of clients that take extras, in refusals. */
import { parseJsonObject } from '../../../bytes/json-text.ts'
import type { GatewayError } from '../../../errors.ts'
import type { InferenceEvent } from '../../../inference/index.ts'
import type { ClientProtocol } from '../../../protocols/protocol.ts'
import type { RequestRecord } from '../../../records/record.ts'
import type { Line } from '../../line/line.ts'
import type { Task } from '../../line/task.ts'
import { guardsOf, hookResultsOf } from './guards.ts'

/** The same bytes when no guardrail ran. */
export function withHookResults(body: string | Uint8Array, line: Pick<Line, 'record'>): string | Uint8Array {
  const results = hookResultsOf(line)
  if (results === undefined) return body
  const json = parseJsonObject(typeof body === 'string' ? Buffer.from(body) : body)
  return JSON.stringify({ ...json, hook_results: results })
}

/** Frames beyond the wire's specification, so only for clients that asked for extras; '' otherwise. */
export function hookFrame(task: Task, line: Line, side: 'before' | 'after'): string {
  const results = guardsOf(line)[side]
  if (task.isStrict || results.length === 0) return ''
  const key = side === 'before' ? 'before_request_hooks' : 'after_request_hooks'
  const data = `data: ${JSON.stringify({ hook_results: { [key]: results } })}\n\n`
  // of the streams that clients read, only these have no named events
  return task.protocol.id === 'openai-chat' || task.protocol.endpoint !== undefined
    ? data
    : `event: hook_results\n${data}`
}

/** What a denial carries; the body as it is for every other error. */
export function withDenial(body: string, { facts }: GatewayError): string {
  if (facts.hookResults === undefined) return body
  return JSON.stringify({ ...parseJsonObject(Buffer.from(body)), hook_results: facts.hookResults })
}

export interface SoftDenial {
  readonly contentType: string
  readonly text: string
}

/** The refusal as an ordinary answer, where the guardrail wants it so. */
export function softDenial(
  error: GatewayError,
  protocol: ClientProtocol,
  record: RequestRecord,
  nowMs: number,
): SoftDenial | undefined {
  if (error.facts.isSoftDeny !== true || protocol.endpoint?.answersText === false) return undefined
  const { modelAsked: model = '', isStream = false } = record.identity
  const options = { model, wantsUsage: false, isStrict: true, nowMs }
  const text = 'The request or its answer was refused by a guardrail.'
  const events: readonly InferenceEvent[] = [
    { type: 'response-start', id: `refusal-${record.start.id}`, model, createdAtMs: nowMs },
    { type: 'block-start', index: 0, block: { type: 'text' } },
    { type: 'block-delta', index: 0, text },
    { type: 'block-end', index: 0 },
    { type: 'usage', usage: { inputUncached: 0, output: 0 } },
    { type: 'response-end', finish: { reason: 'stop' } },
  ]
  if (!isStream)
    return {
      contentType: 'application/json',
      text: withDenial(protocol.client.writeAnswer(events, options).text, error),
    }
  const writer = protocol.client.openStream(options)
  return { contentType: 'text/event-stream', text: events.map((event) => writer.push(event)).join('') }
}
