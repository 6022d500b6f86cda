/** The response object of an answer: what the model said so far, and what the client asked for, repeated. */
import type { Usage } from '../../inference/index.ts'
import type { JsonObject } from '../protocol.ts'
import { writeUsage } from './usage.ts'

interface ResponseParts {
  readonly id: string
  readonly createdAtMs: number
  readonly model: string
  readonly output: readonly JsonObject[]
  readonly usage: Usage | undefined
  readonly [state: string]: unknown
}

/** What the wire says of a request that did not say it. */
const defaults = {
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  reasoning: { effort: null, summary: null },
  temperature: 1,
  text: { format: { type: 'text' } },
  tool_choice: 'auto',
  tools: [],
  top_p: 1,
  truncation: 'disabled',
  user: null,
}

/** Members as JSON text, once for all events. Nothing is stored, and it says so. */
export function writeEcho(request: JsonObject | undefined): string {
  const asked = Object.entries(defaults).map(([key, value]) => [key, request?.[key] ?? value])
  const members = { ...Object.fromEntries(asked), background: false, previous_response_id: null, store: false }
  return JSON.stringify(members).slice(1)
}

export function writeResponse({ id, createdAtMs, usage, ...rest }: ResponseParts, echo: string): string {
  const members = {
    id,
    object: 'response',
    created_at: Math.floor(createdAtMs / 1000),
    ...rest,
    usage: usage ? writeUsage(usage) : null,
  }
  return `${JSON.stringify(members).slice(0, -1)},${echo}`
}
