/** Writes neutral events as this wire's stream: blocks one after the other, whatever order the events come in. */
import {
  type Block,
  type Carry,
  type Citation,
  type InferenceEvent,
  mergeUsage,
  type Usage,
  type Warning,
} from '../../inference/index.ts'
import type { JsonObject, StreamWriter, WriteAnswerOptions } from '../protocol.ts'
import { writeStreamError } from './errors.ts'
import { writeUsage } from './usage.ts'
import { ownFields, type Said, type WireBlock, writeFinish } from './wire.ts'

/** A block that has started; its text waits while an earlier block is open. */
interface Pending {
  readonly block: Block
  readonly content: Content
  waiting: string
  /** Its index on the wire, once it was opened there. */
  wireIndex: number | undefined
  ending: { readonly signature?: string; readonly carry?: Carry; readonly citations?: readonly Citation[] } | undefined
}

interface Content {
  readonly block: WireBlock
  /** Input that is already whole; this wire sends it as a delta all the same. */
  readonly json?: string
}

type Start = Extract<InferenceEvent, { type: 'response-start' }>

function frame(type: string, members: JsonObject): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...members })}\n\n`
}

/** The kind of delta and its member. */
const deltaWords = {
  text: ['text_delta', 'text'],
  refusal: ['text_delta', 'text'],
  reasoning: ['thinking_delta', 'thinking'],
  'tool-call': ['input_json_delta', 'partial_json'],
  other: ['input_json_delta', 'partial_json'],
} as const satisfies Record<Block['type'], readonly [string, string]>

export class MessagesStreamWriter implements StreamWriter {
  readonly warnings: Warning[] = []
  private readonly options: WriteAnswerOptions
  private readonly said: Said = { hasToolCall: false, hasRefusal: false }
  /** In the order they started; the first is the one open on the wire. */
  private readonly pending = new Map<number, Pending>()
  private current: Pending | undefined
  private start: Start | undefined
  private isOpened = false
  private isDone = false
  private wireBlocks = 0
  private usage: Usage | undefined

  constructor(options: WriteAnswerOptions) {
    this.options = options
  }

  /** The opening waits for the first content, so that input tokens told right after the start are in it. */
  push(event: InferenceEvent): string {
    if (this.isDone) return ''
    switch (event.type) {
      case 'block-delta':
        return this.writeDelta(event.index, event.text)
      case 'block-start':
        return this.open() + this.startBlock(event.index, event.block)
      case 'block-end':
        return this.endBlock(event.index, event)
      case 'response-start':
        this.start ??= event
        return ''
      case 'usage':
        this.usage = mergeUsage(this.usage, event.usage)
        return ''
      case 'response-end':
        return this.open() + this.close(event)
      case 'error':
        this.isDone = true
        return writeStreamError(event.error, '')
    }
  }

  private open(): string {
    if (this.isOpened) return ''
    this.isOpened = true
    return frame('message_start', {
      message: {
        id: this.start?.id || `msg_${this.options.answerId ?? this.options.nowMs}`,
        type: 'message',
        role: 'assistant',
        model: this.start?.model || this.options.model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: writeUsage(this.usage ?? {}),
      },
    })
  }

  private startBlock(index: number, block: Block): string {
    if (block.type === 'tool-call') this.said.hasToolCall = true
    if (block.type === 'refusal') this.said.hasRefusal = true
    const content = writeBlock(block)
    if (!content) {
      if (!this.warnings.includes(foreignContent)) this.warnings.push(foreignContent)
      return ''
    }
    const pending: Pending = { block, content, waiting: '', wireIndex: undefined, ending: undefined }
    this.pending.set(index, pending)
    if (this.current) return ''
    this.current = pending
    return opensAtOnce(block) ? this.openBlock(pending) : ''
  }

  private writeDelta(index: number, text: string): string {
    const pending = this.pending.get(index)
    if (!pending || text === '') return ''
    if (pending !== this.current) {
      pending.waiting += text
      return ''
    }
    return this.openBlock(pending) + deltaFrame(pending, text)
  }

  private endBlock(index: number, ending: NonNullable<Pending['ending']>): string {
    const pending = this.pending.get(index)
    if (!pending) return ''
    pending.ending = ending
    return pending === this.current ? this.advance() : ''
  }

  /** Closes the current block and goes on with those that waited for it, up to the first that is still open. */
  private advance(): string {
    let text = ''
    for (const [index, pending] of this.pending) {
      this.current = pending
      if (pending.waiting !== '' || opensAtOnce(pending.block)) text += this.openBlock(pending)
      if (pending.waiting !== '') text += deltaFrame(pending, pending.waiting)
      pending.waiting = ''
      if (!pending.ending) return text
      text += this.closeBlock(pending, pending.ending)
      this.pending.delete(index)
    }
    this.current = undefined
    return text
  }

  private openBlock(pending: Pending): string {
    if (pending.wireIndex !== undefined) return ''
    const { content } = pending
    pending.wireIndex = this.wireBlocks++
    const start = frame('content_block_start', { index: pending.wireIndex, content_block: content.block })
    return content.json === undefined ? start : start + deltaFrame(pending, content.json)
  }

  private closeBlock(pending: Pending, ending: NonNullable<Pending['ending']>): string {
    let text = ''
    const { signature } = ending
    if (signature && pending.block.type === 'reasoning') {
      text += this.openBlock(pending)
      text += blockDelta(pending, { type: 'signature_delta', signature })
    } else if (signature) {
      const reason = 'this API has no signatures on tool calls'
      this.warnings.push({ type: 'dropped', field: 'tool_calls.signature', reason })
    }
    if (pending.wireIndex === undefined) return text
    const citations = ownFields(ending.carry)?.citations
    if (isForeignlyCited(ending) && !this.warnings.includes(foreignCitations)) this.warnings.push(foreignCitations)
    for (const citation of Array.isArray(citations) ? citations : []) {
      text += blockDelta(pending, { type: 'citations_delta', citation })
    }
    return `${text}event: content_block_stop\ndata: {"type":"content_block_stop","index":${pending.wireIndex}}\n\n`
  }

  private close(event: Extract<InferenceEvent, { type: 'response-end' }>): string {
    for (const pending of this.pending.values()) pending.ending ??= {}
    const text = this.advance()
    this.isDone = true
    if (!this.usage) this.warnings.push(unknownUsage)
    const ending = frame('message_delta', {
      delta: { ...writeFinish(event.finish, this.said), ...ownFields(event.carry) },
      usage: writeUsage(this.usage ?? {}),
    })
    return `${text}${ending}event: message_stop\ndata: {"type":"message_stop"}\n\n`
  }
}

export const unknownUsage: Warning = {
  type: 'changed',
  field: 'usage',
  reason: 'the provider told no token counts; the zeros stand for unknown',
}

export const foreignContent: Warning = {
  type: 'dropped',
  field: 'content',
  reason: 'only the wire it came from understands this content',
}

/** This wire's citations hold what only its own provider can have sealed, and clients send them back. */
export const foreignCitations: Warning = {
  type: 'dropped',
  field: 'annotations',
  reason: "this API's citations can only come from its own provider",
}

export function isForeignlyCited(ending: {
  readonly carry?: Carry
  readonly citations?: readonly Citation[]
}): boolean {
  return ownFields(ending.carry) === undefined && (ending.citations?.length ?? 0) > 0
}

/** A block as it starts on the wire; undefined for another wire's own content. */
function writeBlock(block: Block): Content | undefined {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return { block: { type: 'text', text: '' } }
    case 'reasoning':
      if (block.redacted !== undefined) return { block: { type: 'redacted_thinking', data: block.redacted } }
      return { block: { type: 'thinking', thinking: '', signature: '' } }
    case 'tool-call':
      return { block: { type: 'tool_use', id: block.id, name: block.name, input: {} } }
    case 'other': {
      const own = ownFields(block.carry)
      if (!own || typeof own.type !== 'string') return undefined
      const content = { ...own, type: own.type }
      if (own.input === undefined) return { block: content }
      return { block: { ...content, input: {} }, json: JSON.stringify(own.input) }
    }
  }
}

/** Text and plain thinking wait for their first words: an empty block is never opened. */
function opensAtOnce(block: Block): boolean {
  if (block.type === 'reasoning') return block.redacted !== undefined
  return block.type === 'tool-call' || block.type === 'other'
}

function deltaFrame(pending: Pending, text: string): string {
  if (pending.wireIndex === undefined) return ''
  const [type, member] = deltaWords[pending.block.type]
  return `event: content_block_delta\ndata: {"type":"content_block_delta","index":${pending.wireIndex},"delta":{"type":"${type}","${member}":${JSON.stringify(text)}}}\n\n`
}

function blockDelta(pending: Pending, delta: JsonObject): string {
  return frame('content_block_delta', { index: pending.wireIndex, delta })
}
