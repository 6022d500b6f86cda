/** Writes a provider's request from the neutral form; whatever it changes or leaves out becomes a warning. */
import { GatewayError } from '../../errors.ts'
import type { InferenceRequest, Message, OutputFormat, Warning } from '../../inference/index.ts'
import { present } from '../fields.ts'
import type { JsonObject, WrittenRequest } from '../protocol.ts'
import { familyOf } from './model-family.ts'
import { readPassedOn } from './passed-on.ts'
import { type ConverseBlock, PartWriter } from './request-write-parts.ts'
import { writeTools } from './request-write-tools.ts'
import { writeSampling } from './sampling.ts'

interface ConverseMessage {
  readonly role: 'user' | 'assistant'
  readonly content: ConverseBlock[]
}

/** The model is in the path, and so is whether the answer is a stream. */
export function writeRequest(request: InferenceRequest): WrittenRequest {
  const warnings: Warning[] = []
  const family = familyOf(request.model)
  const parts = new PartWriter(family, warnings)
  const system = writeSystem(request.messages, parts, warnings)
  const messages = writeMessages(request.messages, parts, warnings)
  if (messages.length === 0) {
    throw new GatewayError(
      'invalid_request',
      'messages holds nothing but system text; this provider needs at least one user message that is not empty',
      { param: 'messages' },
    )
  }
  const passedOn = readPassedOn(request, family, warnings)
  const tools = writeTools(request, messages, family, warnings)
  const sampling = writeSampling(request, { family, messages, thinking: passedOn.thinking }, warnings)
  const more = { ...sampling.additional, ...tools.additional, ...passedOn.additional }
  const body = present({
    messages,
    system: system.length > 0 ? system : undefined,
    inferenceConfig: sampling.inferenceConfig,
    toolConfig: tools.toolConfig,
    additionalModelRequestFields: Object.keys(more).length > 0 ? more : undefined,
    additionalModelResponseFieldPaths: sampling.responsePaths,
    outputConfig: writeOutputConfig(request.outputFormat, warnings),
    requestMetadata: writeUser(request.user, warnings),
    ...passedOn.top,
  })
  return { body, warnings: withoutRepeats(warnings) }
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

/** For the provider's invocation logs, which take a narrow alphabet. */
function writeUser(user: string | undefined, warnings: Warning[]): JsonObject | undefined {
  if (user === undefined) return undefined
  if (/^[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}$/.test(user)) return { user_id: user }
  warnings.push({ type: 'dropped', field: 'user', reason: 'it holds characters that this provider refuses' })
  return undefined
}

/** The same loss is told once, however often it occurs. */
function withoutRepeats(warnings: readonly Warning[]): readonly Warning[] {
  return [...new Map(warnings.map((warning) => [`${warning.field} ${warning.reason}`, warning])).values()]
}
