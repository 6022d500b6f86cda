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
  stringsAt,
  wrongField,
} from '../fields.ts'
import type { JsonObject, Peek } from '../protocol.ts'
import { readMessages } from './request-messages.ts'
import { readTools, toolFields } from './request-tools.ts'
import { carryOf } from './wire.ts'

const knownKeys: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'stream',
  'stream_options',
  'max_tokens',
  'max_completion_tokens',
  'n',
  ...toolFields,
  'temperature',
  'top_p',
  'top_k',
  'stop',
  'seed',
  'response_format',
  'reasoning_effort',
  'reasoning',
  'thinking',
  'user',
])
const streamKeys: ReadonlySet<string> = new Set(['include_usage'])
const reasoningKeys: ReadonlySet<string> = new Set(['effort', 'max_tokens', 'enabled'])

export function peek(body: JsonObject): Peek {
  const model = body.model
  if (typeof model !== 'string' || model === '') {
    throw wrongField('model', model, 'a non-empty string that names a model')
  }
  if (!Array.isArray(body.messages) || body.messages.length === 0) {
    throw wrongField('messages', body.messages, 'a non-empty array of messages')
  }
  const completionTokens = optional(body.max_completion_tokens, 'max_completion_tokens', positiveIntegerAt)
  const tokens = optional(body.max_tokens, 'max_tokens', positiveIntegerAt)
  const options = optional(body.stream_options, 'stream_options', objectAt)
  return present({
    model,
    isStream: optional(body.stream, 'stream', booleanAt) ?? false,
    maxOutputTokens: dearer(completionTokens, tokens),
    answers: optional(body.n, 'n', positiveIntegerAt) ?? 1,
    wantsUsage: options?.include_usage === true,
    user: optional(body.user ?? body.safety_identifier, 'user', stringAt),
    hasTools: isFilled(body.tools, 'tools') || isFilled(body.functions, 'functions'),
  })
}

/** Of two caps nobody knows which one a provider reads. */
function dearer(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other)
}

function isFilled(value: unknown, path: string): boolean {
  return (optional(value, path, arrayAt)?.length ?? 0) > 0
}

export function readRequest(body: JsonObject): InferenceRequest {
  const { model, isStream, maxOutputTokens, user, answers } = peek(body)
  if (answers > 1) {
    throw new GatewayError(
      'unsupported_parameter',
      `n is ${answers}; this model's provider gives one answer a request: leave n out or send the request ${answers} times`,
      { param: 'n' },
    )
  }
  return present({
    model,
    isStream,
    maxOutputTokens,
    user,
    messages: readMessages(arrayAt(body.messages, 'messages')),
    ...readTools(body),
    temperature: optional(body.temperature, 'temperature', numberAt),
    topP: optional(body.top_p, 'top_p', numberAt),
    topK: optional(body.top_k, 'top_k', numberAt),
    stop: optional(body.stop, 'stop', readStop),
    seed: optional(body.seed, 'seed', numberAt),
    outputFormat: optional(body.response_format, 'response_format', readFormat),
    reasoning: readReasoning(body),
    ...carryOf({ ...otherFields(withoutUser(body), knownKeys), ...unmodelled(body) }),
  })
}

function readStop(value: unknown, path: string): readonly string[] {
  return typeof value === 'string' ? [value] : stringsAt(value, path)
}

function readFormat(value: unknown, path: string): OutputFormat | undefined {
  const format = objectAt(value, path)
  if (format.type === 'text') return undefined
  if (format.type === 'json_object') return { type: 'json' }
  if (format.type !== 'json_schema') {
    throw wrongField(`${path}.type`, format.type, "'text', 'json_object' or 'json_schema'")
  }
  const described = objectAt(format.json_schema, `${path}.json_schema`)
  const schema: JsonObject = optional(described.schema, `${path}.json_schema.schema`, objectAt) ?? {}
  return present({
    type: 'json-schema' as const,
    name: stringAt(described.name, `${path}.json_schema.name`),
    schema,
    description: optional(described.description, `${path}.json_schema.description`, stringAt),
    isStrict: optional(described.strict, `${path}.json_schema.strict`, booleanAt),
  })
}

/** `reasoning_effort` is the wire's own word; `reasoning` and `thinking` are those of its compatible relatives. */
function readReasoning(body: JsonObject): Reasoning | undefined {
  const options = optional(body.reasoning, 'reasoning', objectAt)
  const thinking = optional(body.thinking, 'thinking', objectAt)
  const effort =
    optional(body.reasoning_effort, 'reasoning_effort', stringAt) ??
    optional(options?.effort, 'reasoning.effort', stringAt)
  const budgetTokens =
    optional(thinking?.budget_tokens, 'thinking.budget_tokens', positiveIntegerAt) ??
    optional(options?.max_tokens, 'reasoning.max_tokens', positiveIntegerAt)
  if (!options && !thinking && effort === undefined) return undefined
  const isEnabled = effort !== 'none' && options?.enabled !== false && thinking?.type !== 'disabled'
  return present({ isEnabled, effort, budgetTokens })
}

/** A safety identifier is the user where no other is named. */
export function withoutUser(body: JsonObject): JsonObject {
  const { safety_identifier: identifier, ...rest } = body
  return identifier === undefined || (body.user !== undefined && body.user !== null) ? body : rest
}

/** Members of modelled keys that the neutral form has no word for. */
function unmodelled(body: JsonObject): JsonObject {
  const { stream_options: options, reasoning } = body
  return present({
    stream_options: isObject(options) ? otherFields(options, streamKeys) : undefined,
    reasoning: isObject(reasoning) ? otherFields(reasoning, reasoningKeys) : undefined,
  })
}
