/** Reads a client's request: the few fields the gateway acts on, or the whole of it into the neutral form. */
import type { InferenceRequest, Message, OutputFormat, Part, Reasoning, Role } from '../../inference/index.ts'
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
import { readContent } from './request-parts.ts'
import { readTools } from './request-tools.ts'
import { wireId } from './wire.ts'

const roles: readonly string[] = ['user', 'assistant', 'system'] satisfies Role[]

const knownKeys: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'max_tokens',
  'stream',
  'system',
  'tools',
  'tool_choice',
  'temperature',
  'top_p',
  'top_k',
  'stop_sequences',
  'thinking',
  'output_config',
  'output_format',
  'metadata',
])
const messageKeys: ReadonlySet<string> = new Set(['role', 'content'])
const metadataKeys: ReadonlySet<string> = new Set(['user_id'])
const outputKeys: ReadonlySet<string> = new Set(['effort', 'format'])

export function peek(body: JsonObject): Peek {
  if (typeof body.model !== 'string' || body.model === '') {
    throw wrongField('model', body.model, 'a non-empty string that names a model')
  }
  if (!Array.isArray(body.messages) || body.messages.length === 0) {
    throw wrongField('messages', body.messages, 'a non-empty array of messages')
  }
  const maxOutputTokens = body.max_tokens
  if (typeof maxOutputTokens !== 'number' || !Number.isSafeInteger(maxOutputTokens) || maxOutputTokens < 1) {
    throw wrongField('max_tokens', maxOutputTokens, 'a whole number, 1 or more; this API requires it on every request')
  }
  const metadata = optional(body.metadata, 'metadata', objectAt)
  const user = optional(metadata?.user_id, 'metadata.user_id', stringAt)
  const tools = optional(body.tools, 'tools', arrayAt)
  return {
    model: body.model,
    isStream: optional(body.stream, 'stream', booleanAt) ?? false,
    maxOutputTokens,
    answers: 1,
    wantsUsage: true,
    hasTools: tools !== undefined && tools.length > 0,
    ...(user === undefined ? {} : { user }),
  }
}

export function readRequest(body: JsonObject): InferenceRequest {
  const { model, isStream, maxOutputTokens, user } = peek(body)
  const output = optional(body.output_config, 'output_config', objectAt)
  const carried = { ...otherFields(body, knownKeys), ...unmodelled(body, output) }
  return present({
    model,
    isStream,
    maxOutputTokens,
    user,
    messages: [...readSystem(body.system), ...arrayAt(body.messages, 'messages').map(readMessage)],
    ...readTools(body),
    temperature: optional(body.temperature, 'temperature', numberAt),
    topP: optional(body.top_p, 'top_p', numberAt),
    topK: optional(body.top_k, 'top_k', numberAt),
    stop: optional(body.stop_sequences, 'stop_sequences', stringsAt),
    outputFormat:
      optional(output?.format, 'output_config.format', readFormat) ??
      optional(body.output_format, 'output_format', readFormat),
    reasoning: readReasoning(body.thinking, output?.effort),
    carry: Object.keys(carried).length === 0 ? undefined : { wire: wireId, fields: carried },
  })
}

function readSystem(system: unknown): readonly Message[] {
  if (system === undefined || system === null) return []
  const content = readContent(system, 'system')
  return content.length === 0 ? [] : [{ role: 'system', content }]
}

function readMessage(value: unknown, at: number): Message {
  const path = `messages.${at}`
  const message = objectAt(value, path)
  const role = message.role
  if (typeof role !== 'string' || !roles.includes(role)) throw wrongField(`${path}.role`, role, "'user' or 'assistant'")
  const content: readonly Part[] = readContent(message.content, `${path}.content`)
  const rest = otherFields(message, messageKeys)
  return { role: role as Role, content, ...(rest ? { carry: { wire: wireId, fields: rest } } : {}) }
}

/** `thinking` without a budget is the adaptive kind; an effort alone asks for reasoning too. */
function readReasoning(value: unknown, effortValue: unknown): Reasoning | undefined {
  const effort = optional(effortValue, 'output_config.effort', stringAt)
  const thinking = optional(value, 'thinking', objectAt)
  if (!thinking) return effort === undefined ? undefined : { isEnabled: true, effort }
  const type = stringAt(thinking.type, 'thinking.type')
  const budgetTokens =
    type === 'enabled' ? positiveIntegerAt(thinking.budget_tokens, 'thinking.budget_tokens') : undefined
  return present({ isEnabled: type !== 'disabled', effort, budgetTokens })
}

function readFormat(value: unknown, path: string): OutputFormat {
  const format = objectAt(value, path)
  if (format.type !== 'json_schema') throw wrongField(`${path}.type`, format.type, "'json_schema'")
  const name = optional(format.name, `${path}.name`, stringAt) ?? 'output'
  return { type: 'json-schema', name, schema: objectAt(format.schema, `${path}.schema`), isStrict: true }
}

/** Parts of modelled keys that the neutral form has no word for. A kind of thinking beyond the plain ones goes whole. */
function unmodelled(body: JsonObject, output: JsonObject | undefined): JsonObject {
  return present({
    metadata: isObject(body.metadata) ? otherFields(body.metadata, metadataKeys) : undefined,
    output_config: output && otherFields(output, outputKeys),
    thinking: isObject(body.thinking) && !isPlainThinking(body.thinking) ? body.thinking : undefined,
  })
}

function isPlainThinking(thinking: JsonObject): boolean {
  const plainKeys = thinking.type === 'enabled' ? ['type', 'budget_tokens'] : ['type']
  const isKnown = thinking.type === 'enabled' || thinking.type === 'disabled' || thinking.type === 'adaptive'
  return isKnown && otherFields(thinking, new Set(plainKeys)) === undefined
}
