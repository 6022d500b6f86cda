/** Where clients see what guardrails found: in bodies, in streams of clients that take extras, in refusals. */
import { parseJsonObject } from '../../../bytes/json-text.ts'
import type { Line } from '../../line/line.ts'
import type { Task } from '../../line/task.ts'
import { guardsOf, hookResultsOf } from './guards.ts'

/** The same bytes when no guardrail ran. */
export function withHookResults(body: string | Uint8Array, line: Line): string | Uint8Array {
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
