/** Writes a provider's request from the neutral form; whatever it changes or leaves out becomes a warning. */
import { GatewayError } from '../../errors.ts'
import type { InferenceRequest, Message, OutputFormat, Warning } from '../../inference/index.ts'
import { findTraits, type ModelTraits } from '../../model-traits/index.ts'
import { present } from '../fields.ts'
import { fitRequest } from '../fit/fit-request.ts'
import { withoutRepeats } from '../foreign-fields.ts'
import type { JsonObject, WriteRequestOptions, WrittenRequest } from '../protocol.ts'
import { readPassedOn } from './passed-on.ts'
import { type ConverseBlock, PartWriter } from './request-write-parts.ts'
import { writeTools } from './request-write-tools.ts'
import { writeSampling } from './sampling.ts'
import { wireId } from './wire.ts'

interface ConverseMessage {
  readonly role: 'user' | 'assistant'
  readonly content: ConverseBlock[]
}

/** The model is in the path, and so is whether the answer is a stream. */
export function writeRequest(
  { seed, ...asked }: InferenceRequest,
  { traits: known = findTraits(asked.model), betas = [] }: WriteRequestOptions = {},
): WrittenRequest {
  const warnings: Warning[] = []
  const traits = withWireLimits(known)
  if (seed !== undefined) warnings.push({ type: 'dropped', field: 'seed', reason: 'this provider has no seed' })
  const { request, restoration } = fitRequest(asked, { traits, wire: wireId }, warnings)
  const parts = new PartWriter(traits, warnings)
  const system = writeSystem(request.messages, parts, warnings)
  const messages = writeMessages(request.messages, parts, warnings)
  if (messages.length === 0) {
    throw new GatewayError(
      'invalid_request',
      'messages holds nothing but system text; this provider needs at least one user message that is not empty',
      { param: 'messages' },
    )
  }
  const passedOn = readPassedOn(request, { traits, betas }, warnings)
  const tools = writeTools(request, messages, traits, warnings)
  const sampling = writeSampling(request, { traits, messages, thinking: passedOn.thinking }, warnings)
  const more = { ...sampling.additional, ...tools.additional, ...passedOn.additional }
  const body = present({
    messages,
    system: system.length > 0 ? system : undefined,
    inferenceConfig: sampling.inferenceConfig,
    toolConfig: tools.toolConfig,
    additionalModelRequestFields: Object.keys(more).length > 0 ? more : undefined,
    additionalModelResponseFieldPaths: sampling.responsePaths,
    outputConfig: writeOutputConfig(request.outputFormat, warnings),
    requestMetadata: request.user === undefined ? undefined : { user_id: request.user },
    ...passedOn.top,
  })
  return { body, warnings: withoutRepeats(warnings), ...(restoration === undefined ? {} : { restoration }) }
}

/** What the wire itself refuses, whoever's model answers. https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
function withWireLimits(traits: ModelTraits): ModelTraits {
  return {
    ...traits,
    sampling: { ...traits.sampling, maxTemperature: Math.min(1, traits.sampling.maxTemperature) },
    toolName: { maxLength: 64, character: /[a-zA-Z0-9_-]/ },
    toolDialect: traits.toolDialect === 'any' ? 'plain' : traits.toolDialect,
    toolChoices: traits.toolChoices.filter((choice) => choice !== 'none'),
    userFirst: true,
    allowsBlankText: false,
    allowsBlankStops: false,
    documentTypes: 'all',
    /** Of the provider's invocation logs. */
    user: { maxLength: 256, character: /[a-zA-Z0-9\s:_@$#=/+,.-]/, refusesPersonal: false },
  }
}

/** System texts may stand anywhere in the neutral list; this wire has one place for them, in the same order. */
function writeSystem(messages: readonly Message[], parts: PartWriter, warnings: Warning[]): readonly ConverseBlock[] {
  const blocks: ConverseBlock[] = []
  let isAfterTalk = false
  for (const [at, message] of messages.entries()) {
    if (!isSystem(message)) {
      isAfterTalk = true
      continue
    }
    if (isAfterTalk) {
      const reason =
        'a system message inside the conversation was moved to its front, where this provider has its place'
      warnings.push({ type: 'changed', field: 'messages', reason })
    }
    warnOfName(message, warnings)
    blocks.push(...parts.writeSystem(message.content, `messages.${at}.content`))
  }
  return blocks
}

/** Roles alternate here: neighbours of one role become one message, tool results first in it. */
function writeMessages(
  messages: readonly Message[],
  parts: PartWriter,
  warnings: Warning[],
): readonly ConverseMessage[] {
  const written: ConverseMessage[] = []
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
    else written.push({ role, content: [...content] })
  }
  return written.map(({ role, content }) => ({ role, content: withDocumentText(putResultsFirst(content), warnings) }))
}

/** A cache point stays behind the block it marks. */
function putResultsFirst(content: readonly ConverseBlock[]): ConverseBlock[] {
  const results: ConverseBlock[] = []
  const rest: ConverseBlock[] = []
  let isResult = false
  for (const block of content) {
    if (!('cachePoint' in block)) isResult = 'toolResult' in block
    ;(isResult ? results : rest).push(block)
  }
  return [...results, ...rest]
}

/** The provider refuses a message with a document and no text. */
function withDocumentText(content: ConverseBlock[], warnings: Warning[]): ConverseBlock[] {
  const isBare = content.some((block) => 'document' in block) && !content.some((block) => 'text' in block)
  if (!isBare) return content
  const reason = 'this provider wants text beside a document; a line that points to it was added'
  warnings.push({ type: 'changed', field: 'messages.content', reason })
  return [...content, { text: 'See the attached document.' }]
}

function isSystem(message: Message): boolean {
  return message.role === 'system' || message.role === 'developer'
}

function warnOfName(message: Message, warnings: Warning[]): void {
  if (message.name === undefined) return
  warnings.push({ type: 'dropped', field: 'messages.name', reason: 'this provider has no names for participants' })
}

function writeOutputConfig(format: OutputFormat | undefined, warnings: Warning[]): JsonObject | undefined {
  if (format === undefined) return undefined
  if (format.type === 'json') {
    const reason = 'this provider has no free JSON mode; ask for JSON in the prompt or give a JSON schema'
    warnings.push({ type: 'dropped', field: 'response_format', reason })
    return undefined
  }
  const { name, description } = format
  const jsonSchema = present({ schema: JSON.stringify(format.schema), name, description })
  return { textFormat: { type: 'json_schema', structure: { jsonSchema } } }
}
