/** A provider's whole answer as events. */
import type { Block, InferenceEvent, Picture } from '../../inference/index.ts'
import { isObject, otherFields } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { notThisWire, readErrorAnswer } from './errors.ts'
import { carriedCitations } from './stream.ts'
import { readUsage } from './usage.ts'
import { carryOf, readFinish, readToolCall, text, wireId } from './wire.ts'

const knownKeys: ReadonlySet<string> = new Set(['output', 'stopReason', 'usage'])

interface ReadBlock {
  readonly block: Block
  readonly text?: string
  readonly signature?: string
  readonly citations?: readonly unknown[]
}

export function readAnswer(body: JsonObject, model?: string): readonly InferenceEvent[] {
  const error = readErrorAnswer(body)
  if (error) return [{ type: 'error', error }]
  const message = isObject(body.output) ? body.output.message : undefined
  if (!isObject(message) || !Array.isArray(message.content)) {
    throw notThisWire('it has no output.message.content array', JSON.stringify(body))
  }
  const events: InferenceEvent[] = [{ type: 'response-start', id: '', model: '' }]
  let hasToolCall = false
  for (const [index, fields] of message.content.entries()) {
    if (!isObject(fields)) throw notThisWire(`content.${index} is not an object`, JSON.stringify(body))
    const read = readBlock(fields)
    hasToolCall ||= read.block.type === 'tool-call'
    events.push({ type: 'block-start', index, block: read.block })
    if (read.text) events.push({ type: 'block-delta', index, text: read.text })
    const signature = read.signature ? { signature: read.signature } : {}
    events.push({ type: 'block-end', index, ...signature, ...carriedCitations(read.citations ?? []) })
  }
  if (isObject(body.usage)) events.push({ type: 'usage', usage: readUsage(body.usage, model) })
  events.push({
    type: 'response-end',
    finish: readFinish(body, hasToolCall),
    ...carryOf(otherFields(body, knownKeys)),
  })
  return events
}

function readBlock(fields: JsonObject): ReadBlock {
  const { toolUse, reasoningContent, citationsContent } = fields
  if (typeof fields.text === 'string') return { block: { type: 'text' }, text: fields.text }
  if (isObject(toolUse)) return { block: readToolCall(toolUse), text: JSON.stringify(toolUse.input ?? {}) }
  if (isObject(reasoningContent)) return readReasoning(reasoningContent)
  if (isObject(citationsContent) && Array.isArray(citationsContent.content)) {
    const parts = citationsContent.content.map((part: unknown) => (isObject(part) ? text(part.text) : ''))
    const citations = citationsContent.citations
    return {
      block: { type: 'text' },
      text: parts.join(''),
      ...(Array.isArray(citations) ? { citations } : {}),
    }
  }
  return { block: { type: 'other', carry: { wire: wireId, fields }, ...pictureIn(fields) } }
}

function pictureIn({ image }: JsonObject): { readonly picture?: Picture } {
  if (!isObject(image) || !isObject(image.source) || typeof image.source.bytes !== 'string') return {}
  return { picture: { mediaType: `image/${text(image.format)}`, base64: image.source.bytes } }
}

function readReasoning(reasoning: JsonObject): ReadBlock {
  const { reasoningText, redactedContent } = reasoning
  if (typeof redactedContent === 'string') return { block: { type: 'reasoning', redacted: redactedContent } }
  const said = isObject(reasoningText) ? reasoningText : {}
  return { block: { type: 'reasoning' }, text: text(said.text), signature: text(said.signature) }
}
