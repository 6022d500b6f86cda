/** Writes a provider's request from the neutral form; whatever it changes or leaves out becomes a warning. */
import type { InferenceRequest, OutputFormat, Reasoning, Warning } from '../../inference/index.ts'
import { present } from '../fields.ts'
import type { JsonObject, WrittenRequest } from '../protocol.ts'
import { MessageWriter } from './request-write-messages.ts'
import { writeTools } from './request-write-tools.ts'
import { isStrictSchema } from './strict-schema.ts'
import { ownFields } from './wire.ts'

export function writeRequest(request: InferenceRequest): WrittenRequest {
  const warnings: Warning[] = []
  const body = present({
    ...readCarried(request, warnings),
    model: request.model,
    messages: new MessageWriter(warnings).write(request.messages),
    ...writeTools(request, warnings),
    max_completion_tokens: request.maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    stop: request.stop && request.stop.length > 0 ? request.stop : undefined,
    seed: request.seed,
    response_format: request.outputFormat && writeFormat(request.outputFormat, warnings),
    reasoning_effort: request.reasoning && writeEffort(request.reasoning, warnings),
    user: request.user,
    stream: request.isStream ? true : undefined,
  })
  if (request.topK !== undefined) {
    warnings.push({ type: 'dropped', field: 'top_k', reason: 'this API has no such setting' })
  }
  return { body, warnings }
}

/** The client's own keys of this wire go back in; another wire's are named one by one. */
function readCarried(request: InferenceRequest, warnings: Warning[]): JsonObject {
  const own = ownFields(request.carry)
  if (own) return own
  for (const [field, value] of Object.entries(request.carry?.fields ?? {})) {
    if (value === undefined || value === null) continue
    warnings.push({ type: 'dropped', field, reason: 'this API has no such setting' })
  }
  return {}
}

export function writeFormat(format: OutputFormat, warnings: Warning[]): JsonObject {
  if (format.type === 'json') return { type: 'json_object' }
  const isStrict = format.isStrict === true && isStrictSchema(format.schema)
  if (format.isStrict === true && !isStrict) {
    const reason =
      'strict needs every object to list all its properties as required and to forbid others; sent without strict'
    warnings.push({ type: 'changed', field: 'response_format.json_schema.strict', reason })
  }
  const name = format.name.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 64) || 'output'
  if (name !== format.name) {
    const reason = `a name has at most 64 letters, digits, '_' and '-' here; sent as '${name}'`
    warnings.push({ type: 'changed', field: 'response_format.json_schema.name', reason })
  }
  const { schema, description } = format
  const strict = format.isStrict === undefined ? undefined : isStrict
  return { type: 'json_schema', json_schema: present({ name, description, schema, strict }) }
}

/** Token budgets as the field's gateways divide them among the words. */
const effortOfBudget = [
  [1_024, 'low'],
  [8_192, 'medium'],
] as const

export function writeEffort(reasoning: Reasoning, warnings: Warning[]): string | undefined {
  const { effort, budgetTokens, isEnabled } = reasoning
  if (!isEnabled) return effort === 'none' ? effort : undefined
  if (effort === 'max') {
    warnings.push({ type: 'changed', field: 'reasoning_effort', reason: "'max' is no word here; sent as 'high'" })
    return 'high'
  }
  if (effort !== undefined || budgetTokens === undefined) return effort
  const word = effortOfBudget.find(([most]) => budgetTokens <= most)?.[1] ?? 'high'
  const reason = `this API takes an effort instead of ${budgetTokens} tokens; sent as '${word}'`
  warnings.push({ type: 'changed', field: 'thinking.budget_tokens', reason })
  return word
}
