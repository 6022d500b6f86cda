/** Whole answers: a provider's read as events, events written as a client's. */
import { type CollectedAnswer, collect, type InferenceEvent, type Warning } from '../../inference/index.ts'
import { hasLostCitations, writeAnnotations } from '../citations.ts'
import { isObject, present } from '../fields.ts'
import type { JsonObject, WriteAnswerOptions } from '../protocol.ts'
import { interrupted, isErrorBody, notThisWire, readErrorBody } from './errors.ts'
import { customNames, freeText } from './request-tools.ts'
import { ChatStreamReader } from './stream.ts'
import { writeUsage } from './usage.ts'
import { nest, ownFields, sideFields, wireId, writeFinish, writeLogprobs, writePicture } from './wire.ts'

export function readAnswer(body: JsonObject): readonly InferenceEvent[] {
  if (isErrorBody(body)) return [{ type: 'error', error: readErrorBody(body) }]
  const choice: unknown = Array.isArray(body.choices) ? body.choices[0] : undefined
  if (!isObject(choice)) throw notThisWire('it has no choices', body)
  if (!isObject(choice.message)) throw notThisWire('its first choice has no message', body)
  const reader = new ChatStreamReader()
  const chunk = { ...body, choices: [{ ...choice, index: 0, message: withPositions(choice.message) }] }
  const events = reader.read(chunk)
  return events.at(-1)?.type === 'error' ? events : [...events, ...reader.close()]
}

/** In a whole answer the calls' places are their positions, even where ids repeat. */
function withPositions(message: JsonObject): JsonObject {
  if (!Array.isArray(message.tool_calls)) return message
  return { ...message, tool_calls: message.tool_calls.map((call, index) => ({ ...call, index })) }
}

/** Throws the error that the events end with, and `upstream_interrupted` when they have no ending. */
export function writeAnswer(
  events: readonly InferenceEvent[],
  options: WriteAnswerOptions,
): { readonly text: string; readonly warnings: readonly Warning[] } {
  const answer = collect(events)
  if (answer.error) throw answer.error
  if (!answer.finish) throw interrupted("the provider's answer has no ending; it is not whole")
  const said = { hasToolCall: answer.toolCalls.length > 0, hasRefusal: answer.refusal !== '' }
  const completion = present({
    id: answer.id || `chatcmpl-${options.answerId ?? options.nowMs}`,
    object: 'chat.completion',
    created: Math.floor((answer.createdAtMs ?? options.nowMs) / 1000),
    model: answer.model || options.model,
    choices: [
      {
        ...sideFields(answer.carry, options.isStrict),
        index: 0,
        message: writeMessage(answer, options),
        logprobs: answer.logprobs === undefined ? null : writeLogprobs(answer.logprobs),
        finish_reason: writeFinish(answer.finish, said, options.isStrict),
      },
    ],
    usage: answer.usage && writeUsage(answer.usage),
  })
  return {
    text: JSON.stringify({ ...completion, ...ownFields(answer.carry) }),
    warnings: whatIsLost(answer, options.isStrict),
  }
}

function writeMessage(answer: CollectedAnswer, { isStrict, request }: WriteAnswerOptions): JsonObject {
  const { text, refusal, reasoning, toolCalls } = answer
  const customs = customNames(request)
  const isSilent = text === '' && (toolCalls.length > 0 || refusal !== '')
  const blocks = isStrict ? [] : writeBlocks(answer)
  const pictures = answer.blocks
    .flatMap(({ block }) => (block.type === 'other' && block.picture ? [block.picture] : []))
    .map(writePicture)
  return present({
    role: 'assistant',
    content: isSilent ? null : text,
    annotations: annotationsOf(answer),
    refusal: refusal === '' ? null : refusal,
    reasoning_content: reasoning === '' ? undefined : reasoning,
    images: pictures.length > 0 ? pictures : undefined,
    content_blocks: blocks.length > 0 ? blocks : undefined,
    tool_calls: toolCalls.length > 0 ? toolCalls.map((call) => writeCall(call, customs)) : undefined,
  })
}

/** Places count in the whole text, whose blocks stand one behind the other. */
function annotationsOf({ blocks }: CollectedAnswer): readonly JsonObject[] | undefined {
  let offset = 0
  const annotations = blocks.flatMap(({ block, text, citations = [] }) => {
    if (block.type !== 'text') return []
    const written = writeAnnotations(citations, offset, text.length).map(nest)
    offset += text.length
    return written
  })
  return annotations.length > 0 ? annotations : undefined
}

function writeCall(
  { id, name, arguments: text }: CollectedAnswer['toolCalls'][number],
  customs: ReadonlySet<string>,
): JsonObject {
  if (customs.has(name)) return { id, type: 'custom', custom: { name, input: freeText(text) } }
  return { id, type: 'function', function: { name, arguments: text.trim() === '' ? '{}' : text } }
}

/** Text and thinking in their order, with signatures, so that a client can send them back. */
function writeBlocks(answer: CollectedAnswer): readonly JsonObject[] {
  return answer.blocks.flatMap(({ block, text, signature }): JsonObject[] => {
    if (block.type === 'text') return text === '' ? [] : [{ type: 'text', text }]
    if (block.type !== 'reasoning') return []
    if (block.redacted !== undefined) return [{ type: 'redacted_thinking', data: block.redacted }]
    return [present({ type: 'thinking', thinking: text, signature })]
  })
}

function whatIsLost(answer: CollectedAnswer, isStrict: boolean): readonly Warning[] {
  const warnings: Warning[] = []
  const drop = (field: string, reason: string) => warnings.push({ type: 'dropped', field, reason })
  const { blocks } = answer
  const hasHidden = blocks.some(
    ({ block, signature }) => block.type === 'reasoning' && (signature !== undefined || block.redacted !== undefined),
  )
  if (isStrict && hasHidden) drop('content_blocks', 'the strict wire has no place for signed or redacted thinking')
  if (blocks.some(({ carry, citations }) => hasLostCitations(carry, wireId, citations))) {
    drop('annotations', 'citations of documents have no place in this API')
  }
  if (blocks.some(({ block }) => block.type === 'other' && block.picture === undefined)) {
    drop('content', 'only the wire it came from understands this content')
  }
  if (blocks.some(({ block, signature }) => block.type === 'tool-call' && signature !== undefined)) {
    drop('tool_calls.signature', 'this API has no signatures on tool calls')
  }
  return warnings
}
