/** Whole answers: a provider's read as events, events written as a client's. */
import { GatewayError } from '../../errors.ts'
import { type Block, type CollectedBlock, collect, type InferenceEvent, type Warning } from '../../inference/index.ts'
import { isObject, otherFields } from '../fields.ts'
import type { JsonObject, WriteAnswerOptions } from '../protocol.ts'
import { notThisWire, readErrorObject } from './errors.ts'
import { carriedCitations, readBlock } from './stream.ts'
import { foreignCitations, foreignContent, isForeignlyCited, unknownUsage } from './stream-write.ts'
import { readUsage, writeUsage } from './usage.ts'
import {
  ownFields,
  parseArguments,
  readFinish,
  type Said,
  type WireBlock,
  wireId,
  writeArguments,
  writeFinish,
} from './wire.ts'

const knownKeys: ReadonlySet<string> = new Set([
  'id',
  'type',
  'role',
  'model',
  'content',
  'stop_reason',
  'stop_sequence',
  'usage',
])

export function readAnswer(body: JsonObject): readonly InferenceEvent[] {
  if (body.type === 'error' || (isObject(body.error) && !Array.isArray(body.content))) {
    return [{ type: 'error', error: readErrorObject(body) }]
  }
  if (!Array.isArray(body.content)) throw notThisWire('it has no content array', JSON.stringify(body))
  const events: InferenceEvent[] = [{ type: 'response-start', id: text(body.id), model: text(body.model) }]
  const said: Said = { hasToolCall: false, hasRefusal: false }
  for (const [index, fields] of body.content.entries()) {
    if (!isObject(fields)) throw notThisWire(`content.${index} is not an object`, JSON.stringify(body))
    const block = readBlock(fields)
    if (block.type === 'tool-call') said.hasToolCall = true
    events.push({ type: 'block-start', index, block })
    const content = block.type === 'tool-call' ? writeArguments(fields.input) : text(fields.text ?? fields.thinking)
    if (block.type !== 'other' && content !== '') events.push({ type: 'block-delta', index, text: content })
    events.push(readBlockEnd(index, fields, block))
  }
  if (isObject(body.usage)) events.push({ type: 'usage', usage: readUsage(body.usage) })
  const rest = Object.entries(otherFields(body, knownKeys) ?? {}).filter(([, value]) => value !== null)
  const carry = rest.length > 0 ? { carry: { wire: wireId, fields: Object.fromEntries(rest) } } : {}
  events.push({ type: 'response-end', finish: readFinish(body.stop_reason, body.stop_sequence, said), ...carry })
  return events
}

function readBlockEnd(index: number, fields: JsonObject, block: Block): InferenceEvent {
  if (block.type === 'other') return { type: 'block-end', index }
  const { signature, citations } = fields
  return {
    type: 'block-end',
    index,
    ...(typeof signature === 'string' && signature !== '' ? { signature } : {}),
    ...carriedCitations(citations),
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Throws the error that the events end with, and `upstream_interrupted` when they have no ending. */
export function writeAnswer(
  events: readonly InferenceEvent[],
  options: WriteAnswerOptions,
): { readonly text: string; readonly warnings: readonly Warning[] } {
  const warnings: Warning[] = []
  const answer = collect(events)
  if (answer.error) throw answer.error
  if (!answer.finish) {
    throw new GatewayError('upstream_interrupted', "the provider's answer has no ending; it is not whole")
  }
  const said: Said = { hasToolCall: false, hasRefusal: false }
  const content: WireBlock[] = []
  for (const collected of answer.blocks) {
    if (collected.block.type === 'tool-call') said.hasToolCall = true
    if (collected.block.type === 'refusal') said.hasRefusal = true
    const block = writeBlock(collected, warnings)
    if (block) content.push(block)
  }
  if (!answer.usage) warnings.push(unknownUsage)
  const message = {
    id: answer.id || `msg_${options.answerId ?? options.nowMs}`,
    type: 'message',
    role: 'assistant',
    model: answer.model || options.model,
    content,
    ...writeFinish(answer.finish, said),
    usage: writeUsage(answer.usage ?? {}),
    ...ownFields(answer.carry),
  }
  return { text: JSON.stringify(message), warnings }
}

function writeBlock(collected: CollectedBlock, warnings: Warning[]): WireBlock | undefined {
  const { block, signature } = collected
  switch (block.type) {
    case 'text':
    case 'refusal': {
      if (collected.text === '') return undefined
      const citations = ownFields(collected.carry)?.citations
      if (isForeignlyCited(collected)) warnings.push(foreignCitations)
      return { type: 'text', text: collected.text, ...(citations === undefined ? {} : { citations }) }
    }
    case 'reasoning':
      if (block.redacted !== undefined) return { type: 'redacted_thinking', data: block.redacted }
      if (collected.text === '' && !signature) return undefined
      return { type: 'thinking', thinking: collected.text, signature: signature ?? '' }
    case 'tool-call':
      return writeToolUse(collected, block, warnings)
    case 'other': {
      const own = ownFields(block.carry)
      if (own && typeof own.type === 'string') return { ...own, type: own.type }
      warnings.push(foreignContent)
      return undefined
    }
  }
}

function writeToolUse(
  collected: CollectedBlock,
  block: Extract<Block, { type: 'tool-call' }>,
  warnings: Warning[],
): WireBlock {
  if (collected.signature) {
    warnings.push({
      type: 'dropped',
      field: 'tool_calls.signature',
      reason: 'this API has no signatures on tool calls',
    })
  }
  const { input, isWrapped } = parseArguments(collected.text)
  if (isWrapped) {
    const reason = 'the model wrote no JSON object; its text is under INVALID_JSON'
    warnings.push({ type: 'changed', field: 'content.input', reason })
  }
  return { type: 'tool_use', id: block.id, name: block.name, input }
}
