/** One item of an answer's output as it grows: what it looks like now, and which events tell of its beginning and end. */
import type { Block, InferenceEvent } from '../../inference/index.ts'
import { writeAnnotations } from '../citations.ts'
import { parseObject, present } from '../fields.ts'
import { freeText } from '../openai-chat/request-tools.ts'
import type { JsonObject } from '../protocol.ts'
import type { Origin } from './request-tools.ts'
import { ownFields, writeSeal } from './wire.ts'

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'
/** The name of an event behind `response.`, and its members beside those of every event. */
export type ItemEvent = readonly [name: string, members: JsonObject]
type BlockEnd = Extract<InferenceEvent, { type: 'block-end' }>

interface Kind {
  /** Of the item's id. */
  readonly prefix: string
  write(item: OutputItem, status: ItemStatus): JsonObject
  opening(item: OutputItem): readonly ItemEvent[]
  closing(item: OutputItem): readonly ItemEvent[]
  /** The event of a piece of text and its members; absent = the text is told when it is whole. */
  readonly delta?: ItemEvent
}

const firstContent = { content_index: 0 }
const firstSummary = { summary_index: 0 }

const text: Kind = {
  prefix: 'msg',
  delta: ['output_text.delta', { ...firstContent, logprobs: [] }],
  write: (item, status) => message(item, status, textPart(item, item.text)),
  opening: (item) => [['content_part.added', { ...firstContent, part: textPart(item, '') }]],
  closing: (item) => [
    ['output_text.done', { ...firstContent, text: item.text, logprobs: [] }],
    ['content_part.done', { ...firstContent, part: textPart(item, item.text) }],
  ],
}

const refusal: Kind = {
  prefix: 'msg',
  delta: ['refusal.delta', firstContent],
  write: (item, status) => message(item, status, { type: 'refusal', refusal: item.text }),
  opening: () => [['content_part.added', { ...firstContent, part: { type: 'refusal', refusal: '' } }]],
  closing: (item) => [
    ['refusal.done', { ...firstContent, refusal: item.text }],
    ['content_part.done', { ...firstContent, part: { type: 'refusal', refusal: item.text } }],
  ],
}

/** Thinking is shown as its summary; signed or hidden, it travels sealed. */
const reasoning: Kind = {
  prefix: 'rs',
  delta: ['reasoning_summary_text.delta', firstSummary],
  write: (item, status) =>
    present({
      id: item.id,
      type: 'reasoning',
      summary: item.text === '' ? [] : [summaryPart(item.text)],
      encrypted_content: status === 'in_progress' ? undefined : writeSeal(item.block, item.ending?.signature),
      status,
    }),
  opening: (item) =>
    item.isSilent ? [] : [['reasoning_summary_part.added', { ...firstSummary, part: summaryPart('') }]],
  closing: (item) =>
    item.text === ''
      ? []
      : [
          ['reasoning_summary_text.done', { ...firstSummary, text: item.text }],
          ['reasoning_summary_part.done', { ...firstSummary, part: summaryPart(item.text) }],
        ],
}

const call: Kind = {
  prefix: 'fc',
  delta: ['function_call_arguments.delta', {}],
  write: (item, status) =>
    present({
      id: item.id,
      type: 'function_call',
      status,
      arguments: item.text,
      call_id: item.callId,
      name: item.name,
      namespace: item.origin?.namespace,
    }),
  opening: () => [],
  closing: (item) => [['function_call_arguments.done', { arguments: item.text, name: item.name }]],
}

/** Other wires write the free text as a member of JSON arguments, so it is known when they are whole. */
const customCall: Kind = {
  prefix: 'ctc',
  write: (item, status) =>
    present({
      id: item.id,
      type: 'custom_tool_call',
      status,
      input: status === 'in_progress' ? '' : freeText(item.text),
      call_id: item.callId,
      name: item.name,
      namespace: item.origin?.namespace,
    }),
  opening: () => [],
  closing: (item) => [
    ['custom_tool_call_input.delta', { delta: freeText(item.text) }],
    ['custom_tool_call_input.done', { input: freeText(item.text) }],
  ],
}

/** Run by the client, and told with its arguments as an object, which are known when they are whole. */
const searchCall: Kind = {
  prefix: 'tsc',
  write: (item, status) => ({
    id: item.id,
    type: 'tool_search_call',
    execution: 'client',
    status,
    call_id: item.callId,
    arguments: status === 'in_progress' ? {} : (parseObject(item.text) ?? {}),
  }),
  opening: () => [],
  closing: () => [],
}

const other: Kind = {
  prefix: 'item',
  write: ({ id, block }) => ({ id, ...(block.type === 'other' && ownFields(block.carry)) }),
  opening: () => [],
  closing: () => [],
}

/** What OpenAI's own models answer when they draw. */
const picture: Kind = {
  prefix: 'ig',
  write: ({ id, block }, status) => ({
    id,
    type: 'image_generation_call',
    status,
    result: status !== 'in_progress' && block.type === 'other' ? (block.picture?.base64 ?? null) : null,
  }),
  opening: () => [],
  closing: () => [],
}

const kinds = { text, refusal, reasoning, 'tool-call': call, other } as const satisfies Record<Block['type'], Kind>

function kindOf(block: Block, origin: Origin | undefined): Kind {
  if (origin?.kind === 'custom') return customCall
  if (origin?.kind === 'search') return searchCall
  return block.type === 'other' && block.picture !== undefined ? picture : kinds[block.type]
}

export interface ItemParts {
  readonly block: Block
  readonly outputIndex: number
  /** Makes ids of this answer unlike those of others. */
  readonly idTail: string
  readonly callId: string
  /** As the client knows it; '' for all but calls. */
  readonly name: string
  readonly origin: Origin | undefined
}

export class OutputItem {
  readonly block: Block
  readonly outputIndex: number
  readonly id: string
  readonly callId: string
  readonly name: string
  readonly origin: Origin | undefined
  readonly kind: Kind
  text = ''
  /** Set once its block has ended; it is told as done when it is sure that nothing cut it. */
  ending: BlockEnd | undefined
  status: ItemStatus = 'in_progress'
  /** Begun although it has no text. */
  isSilent = false

  constructor({ block, outputIndex, idTail, callId, name, origin }: ItemParts) {
    this.block = block
    this.outputIndex = outputIndex
    this.callId = callId
    this.name = name
    this.origin = origin
    this.kind = kindOf(block, origin)
    this.id = `${this.kind.prefix}_${idTail}_${outputIndex}`
  }

  write(status = this.status): JsonObject {
    return this.kind.write(this, status)
  }
}

function message(item: OutputItem, status: ItemStatus, part: JsonObject): JsonObject {
  const content = status === 'in_progress' && item.text === '' ? [] : [part]
  return { id: item.id, type: 'message', status, content, role: 'assistant' }
}

function textPart(item: OutputItem, said: string): JsonObject {
  const own = ownFields(item.ending?.carry)?.annotations
  const annotations = Array.isArray(own) ? own : writeAnnotations(item.ending?.citations ?? [], 0, said.length)
  return { type: 'output_text', annotations, logprobs: [], text: said }
}

function summaryPart(said: string): JsonObject {
  return { type: 'summary_text', text: said }
}
