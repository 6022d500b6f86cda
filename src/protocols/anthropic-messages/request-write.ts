/** Writes a provider's request from the neutral form; whatever it changes or leaves out becomes a warning. */
import { GatewayError } from '../../errors.ts'
import type { InferenceRequest, Message, Warning } from '../../inference/index.ts'
import { findTraits, type ModelTraits } from '../../model-traits/index.ts'
import { isObject, present } from '../fields.ts'
import { fitRequest } from '../fit/fit-request.ts'
import { dropForeignFields, withoutRepeats } from '../foreign-fields.ts'
import type { JsonObject, WriteRequestOptions, WrittenRequest } from '../protocol.ts'
import { PartWriter } from './request-write-parts.ts'
import { writeTools } from './request-write-tools.ts'
import { writeThinking } from './thinking.ts'
import { ownFields, type WireBlock, wireId } from './wire.ts'

/** Every model of this wire can write that much; a client that wants more says so. */
const defaultMaxTokens = 8192

interface WireMessage {
  readonly role: 'user' | 'assistant'
  readonly content: WireBlock[]
  readonly carried: JsonObject | undefined
}

export function writeRequest(
  asked: InferenceRequest,
  { traits: known = findTraits(asked.model) }: WriteRequestOptions = {},
): WrittenRequest {
  const warnings: Warning[] = []
  const traits = withWireLimits(known)
  const { request, restoration } = fitRequest(asked, { traits, wire: wireId }, warnings)
  const parts = new PartWriter(warnings)
  const system = writeSystem(request.messages, parts, warnings)
  const messages = writeMessages(request.messages, parts, warnings)
  if (messages.length === 0) {
    throw new GatewayError(
      'invalid_request',
      'messages holds nothing but system text; this provider needs at least one user message that is not empty',
      { param: 'messages' },
    )
  }
  const carried = readCarried(request, warnings)
  const tools = writeTools(request, warnings)
  const outputTokens = request.maxOutputTokens
  const thinking = writeThinking(request, { messages, carried: carried.thinking, traits }, warnings)
  const usual = defaultMaxTokens + (thinking.budgetTokens ?? 0)
  const maxTokens = outputTokens ?? Math.min(usual, traits.maxOutputTokens ?? usual)
  if (outputTokens === undefined) {
    const reason = `this provider requires a limit and none was given; set to ${maxTokens}`
    warnings.push({ type: 'changed', field: 'max_tokens', reason })
  }
  const body = present({
    ...carried,
    model: request.model,
    max_tokens: maxTokens,
    system: system.length > 0 ? system : undefined,
    messages: messages.map(({ role, content, carried }) => ({ ...carried, role, content })),
    ...tools,
    ...writeSampling(request, thinking.isOn, warnings),
    stop_sequences: request.stop,
    thinking: thinking.thinking,
    output_config: writeOutputConfig(request, carried.output_config, thinking.effort, warnings),
    metadata: writeMetadata(request.user, carried.metadata),
    stream: request.isStream,
  })
  return { body, warnings: withoutRepeats(warnings), ...(restoration === undefined ? {} : { restoration }) }
}

/** What the wire itself refuses, whoever's model answers. */
function withWireLimits(traits: ModelTraits): ModelTraits {
  const { sampling, toolName } = traits
  return {
    ...traits,
    sampling: { ...sampling, maxTemperature: Math.min(1, sampling.maxTemperature) },
    allowsBlankStops: false,
    allowsBlankText: false,
    toolName: { ...toolName, maxLength: Math.max(128, toolName.maxLength) },
  }
}

/** System texts may stand anywhere in the neutral list; this wire has one place for them, in the same order. */
function writeSystem(messages: readonly Message[], parts: PartWriter, warnings: Warning[]): readonly WireBlock[] {
  const blocks: WireBlock[] = []
  let isAfterTalk = false
  let isMoved = false
  for (const [at, message] of messages.entries()) {
    if (!isSystem(message)) {
      isAfterTalk = true
      continue
    }
    isMoved ||= isAfterTalk
    warnOfName(message, warnings)
    blocks.push(...parts.writeSystem(message.content, `messages.${at}.content`))
  }
  if (isMoved) {
    const reason = 'a system message inside the conversation was moved to its front, where this provider has its place'
    warnings.push({ type: 'changed', field: 'messages', reason })
  }
  return blocks
}

/** Neighbours of one role become one message; tool results come first in it. */
function writeMessages(messages: readonly Message[], parts: PartWriter, warnings: Warning[]): readonly WireMessage[] {
  const written: WireMessage[] = []
  for (const [at, message] of messages.entries()) {
    if (isSystem(message)) continue
    warnOfName(message, warnings)
    const content = parts.write(message.content, `messages.${at}.content`)
    if (content.length === 0) {
      warnings.push({ type: 'dropped', field: 'messages', reason: `message ${at} was left out because it is empty` })
      continue
    }
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    const last = written.at(-1)
    if (last?.role === role) last.content.push(...content)
    else written.push({ role, content: [...content], carried: ownFields(message.carry) })
  }
  return written.map((message) => ({ ...message, content: putResultsFirst(message.content) }))
}

function putResultsFirst(content: readonly WireBlock[]): WireBlock[] {
  const isResult = (block: WireBlock) => block.type === 'tool_result'
  return [...content.filter(isResult), ...content.filter((block) => !isResult(block))]
}

function isSystem(message: Message): boolean {
  return message.role === 'system' || message.role === 'developer'
}

function warnOfName(message: Message, warnings: Warning[]): void {
  if (message.name === undefined) return
  warnings.push({ type: 'dropped', field: 'messages.name', reason: 'this provider has no names for participants' })
}

/** The client's own keys of this wire go back in; another wire's are named one by one. */
function readCarried(request: InferenceRequest, warnings: Warning[]): JsonObject {
  const own = ownFields(request.carry)
  if (own) return own
  dropForeignFields(request.carry?.fields ?? {}, warnings)
  return {}
}

function writeSampling(request: InferenceRequest, isThinking: boolean, warnings: Warning[]) {
  const { seed, temperature, topP, topK } = request
  if (seed !== undefined) warnings.push({ type: 'dropped', field: 'seed', reason: 'this provider has no seed' })
  if (isThinking) {
    const drop = (field: string, isPlain: boolean) => {
      if (!isPlain) warnings.push({ type: 'dropped', field, reason: 'it cannot be combined with thinking' })
    }
    drop('temperature', temperature === undefined || temperature === 1)
    drop('top_k', topK === undefined)
    drop('top_p', topP === undefined || topP >= 0.95)
    return {
      temperature: temperature === 1 ? 1 : undefined,
      top_p: topP !== undefined && topP >= 0.95 ? topP : undefined,
    }
  }
  return { temperature, top_p: topP, top_k: topK }
}

function writeOutputConfig(
  request: InferenceRequest,
  carried: unknown,
  effort: string | undefined,
  warnings: Warning[],
): JsonObject | undefined {
  const format = request.outputFormat
  if (format?.type === 'json') {
    const reason = 'this provider has no free JSON mode; ask for JSON in the prompt or give a JSON schema'
    warnings.push({ type: 'dropped', field: 'response_format', reason })
  }
  const config = {
    ...(isObject(carried) ? carried : {}),
    ...(effort === undefined ? {} : { effort }),
    ...(format?.type === 'json-schema' ? { format: { type: 'json_schema', schema: format.schema } } : {}),
  }
  return Object.keys(config).length > 0 ? config : undefined
}

function writeMetadata(user: string | undefined, carried: unknown): JsonObject | undefined {
  if (user === undefined) return isObject(carried) ? carried : undefined
  return { ...(isObject(carried) ? carried : {}), user_id: user }
}
