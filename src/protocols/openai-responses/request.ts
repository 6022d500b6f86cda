/** Reads a client's request: the few fields the gateway acts on, or the whole of it into the neutral form. */
import { GatewayError } from '../../errors.ts'
import type { InferenceRequest, OutputFormat, Reasoning } from '../../inference/index.ts'
import {
  arrayAt,
  booleanAt,
  isObject,
  numberAt,
  objectAt,
  optional,
  otherFields,
  positiveIntegerAt,
  present,
  stringAt,
  wrongField,
} from '../fields.ts'
import { withoutUser } from '../openai-chat/request.ts'
import type { JsonObject, Peek } from '../protocol.ts'
import { readInput } from './request-items.ts'
import { readTools, toolFields } from './request-tools.ts'
import { carryOf } from './wire.ts'

/** What the provider itself keeps for a client; no other can continue it. */
const stateFields = ['previous_response_id', 'conversation', 'prompt', 'background'] as const

const knownKeys: ReadonlySet<string> = new Set([
  'model',
  'input',
  'instructions',
  'stream',
  'stream_options',
  'max_output_tokens',
  ...toolFields,
  ...stateFields,
  'temperature',
  'top_p',
  'text',
  'reasoning',
  'include',
  'store',
  'truncation',
  'user',
])
const textKeys: ReadonlySet<string> = new Set(['format'])
/** A summary is what thinking is shown as in this wire anyway. */
const reasoningKeys: ReadonlySet<string> = new Set(['effort', 'summary', 'generate_summary'])
const sealedReasoning = 'reasoning.encrypted_content'

export function peek(body: JsonObject): Peek {
  const { input } = body
  const model = modelIn(body)
  const isFilled = (typeof input === 'string' && input !== '') || (Array.isArray(input) && input.length > 0)
  if (!isFilled && (!isAbsent(input) || !stateFields.some((field) => !isAbsent(body[field])))) {
    throw wrongField('input', input, 'a non-empty string or a non-empty array of items')
  }
  const isBackground = optional(body.background, 'background', booleanAt) ?? false
  return present({
    model,
    isStream: optional(body.stream, 'stream', booleanAt) ?? false,
    maxOutputTokens: optional(body.max_output_tokens, 'max_output_tokens', positiveIntegerAt),
    answers: 1,
    wantsUsage: true,
    user: optional(body.user ?? body.safety_identifier, 'user', stringAt),
    hasTools: (optional(body.tools, 'tools', arrayAt)?.length ?? 0) > 0,
    isBackground: isBackground ? true : undefined,
  })
}

/** A prompt that the provider has stored may hold the model's name; '' = only that one does. */
function modelIn({ model, prompt }: JsonObject): string {
  if (typeof model === 'string' && model !== '') return model
  if (isAbsent(model) && isObject(prompt)) return ''
  throw wrongField('model', model, 'a non-empty string that names a model')
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}

export function readRequest(body: JsonObject): InferenceRequest {
  const { model, isStream, maxOutputTokens, user } = peek(body)
  for (const field of stateFields) if (body[field]) throw refuseState(field)
  const text = optional(body.text, 'text', objectAt)
  return present({
    model,
    isStream,
    maxOutputTokens,
    user,
    messages: readInput(body),
    ...readTools(body),
    temperature: optional(body.temperature, 'temperature', numberAt),
    topP: optional(body.top_p, 'top_p', numberAt),
    outputFormat: optional(text?.format, 'text.format', readFormat),
    reasoning: optional(body.reasoning, 'reasoning', readReasoning),
    ...carryOf({ ...otherFields(withoutUser(body), knownKeys), ...unmodelled(body, text) }),
  })
}

function refuseState(field: string): GatewayError {
  const why = field === 'background' ? 'answers only while the client waits' : 'keeps nothing between requests'
  const way = field === 'background' ? 'leave it out' : 'send the whole conversation in input'
  return new GatewayError(
    'unsupported_parameter',
    `${field} is not supported: this model's provider ${why}; ${way}, or choose a model whose provider speaks this API itself`,
    { param: field },
  )
}

function readFormat(value: unknown, path: string): OutputFormat | undefined {
  const format = objectAt(value, path)
  if (format.type === 'text') return undefined
  if (format.type === 'json_object') return { type: 'json' }
  if (format.type !== 'json_schema') {
    throw wrongField(`${path}.type`, format.type, "'text', 'json_object' or 'json_schema'")
  }
  return present({
    type: 'json-schema' as const,
    name: stringAt(format.name, `${path}.name`),
    schema: objectAt(format.schema, `${path}.schema`),
    description: optional(format.description, `${path}.description`, stringAt),
    isStrict: optional(format.strict, `${path}.strict`, booleanAt),
  })
}

function readReasoning(value: unknown, path: string): Reasoning | undefined {
  const effort = optional(objectAt(value, path).effort, `${path}.effort`, stringAt)
  return effort === undefined ? undefined : { isEnabled: effort !== 'none', effort }
}

/** Settings that ask for more than an answer gives by itself; what is asked for and given anyway is not among them. */
function unmodelled(body: JsonObject, text: JsonObject | undefined): JsonObject {
  const include = (optional(body.include, 'include', arrayAt) ?? []).filter((name) => name !== sealedReasoning)
  const { reasoning, store, truncation } = body
  return present({
    include: include.length > 0 ? include : undefined,
    store: store === true ? true : undefined,
    truncation: truncation === 'disabled' ? undefined : (truncation ?? undefined),
    text: text && otherFields(text, textKeys),
    reasoning: isObject(reasoning) ? otherFields(reasoning, reasoningKeys) : undefined,
  })
}
