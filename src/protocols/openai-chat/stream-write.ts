/** Writes neutral events as this wire's chunks. */
import {
  type Block,
  type Citation,
  type InferenceEvent,
  mergeUsage,
  type Usage,
  type Warning,
} from '../../inference/index.ts'
import { hasLostCitations, writeAnnotations } from '../citations.ts'
import type { JsonObject, StreamWriter, WriteAnswerOptions } from '../protocol.ts'
import { writeStreamError } from './errors.ts'
import { customNames, freeText } from './request-tools.ts'
import { writeUsage } from './usage.ts'
import { nest, ownFields, type Said, sideFields, wireId, writeFinish, writeLogprobs, writePicture } from './wire.ts'

interface OpenBlock {
  readonly block: Block
  /** Which tool call of the answer it is. */
  readonly callIndex: number
  hasText: boolean
  /** Of its text. */
  length: number
  /** Arguments of a free-text tool, told when they are whole: they stand inside JSON elsewhere. */
  waiting?: string
}

type Start = Extract<InferenceEvent, { type: 'response-start' }>
type Ending = Extract<InferenceEvent, { type: 'response-end' }>
type BlockEnd = Extract<InferenceEvent, { type: 'block-end' }>

export class ChatStreamWriter implements StreamWriter {
  readonly warnings: Warning[] = []
  private readonly options: WriteAnswerOptions
  private readonly said: Said = { hasToolCall: false, hasRefusal: false }
  private readonly open = new Map<number, OpenBlock>()
  private calls = 0
  /** Of all text so far: places of citations count in it. */
  private textLength = 0
  private pictures = 0
  private usage: Usage | undefined
  /** Id, model and time, the same in every chunk. Empty until the first. */
  private head = ''
  private isDone = false
  private readonly customs: ReadonlySet<string>

  constructor(options: WriteAnswerOptions) {
    this.options = options
    this.customs = customNames(options.request)
  }

  push(event: InferenceEvent): string {
    if (this.isDone) return ''
    switch (event.type) {
      case 'block-delta':
        return this.writeText(event.index, event.text)
      case 'response-start':
        return this.head === '' ? this.begin(event) : ''
      case 'block-start':
        return this.begin() + this.startBlock(event.index, event.block)
      case 'block-end':
        return this.endBlock(event)
      case 'usage':
        this.usage = mergeUsage(this.usage, event.usage)
        return ''
      case 'response-end':
        return this.begin() + this.close(event)
      case 'error':
        this.isDone = true
        return writeStreamError(event.error, '')
    }
  }

  /** The role stands in the first chunk and nowhere else. */
  private begin(start?: Start): string {
    if (this.head !== '') return ''
    const { nowMs, model, answerId = nowMs } = this.options
    const members = {
      id: start?.id || `chatcmpl-${answerId}`,
      object: 'chat.completion.chunk',
      created: Math.floor((start?.createdAtMs ?? nowMs) / 1000),
      model: start?.model || model,
    }
    this.head = `data: ${JSON.stringify(members).slice(0, -1)}`
    return this.chunk('{"role":"assistant","content":""}')
  }

  private chunk(delta: string, finish = 'null', extras = '', logprobs = 'null'): string {
    const usage = this.options.wantsUsage ? ',"usage":null' : ''
    return `${this.head},"choices":[{"index":0,"delta":${delta},"logprobs":${logprobs},"finish_reason":${finish}}]${usage}${extras}}\n\n`
  }

  private startBlock(index: number, block: Block): string {
    const isCall = block.type === 'tool-call'
    this.open.set(index, { block, callIndex: isCall ? this.calls++ : 0, hasText: false, length: 0 })
    if (isCall) {
      this.said.hasToolCall = true
      if (this.customs.has(block.name)) {
        this.open.set(index, { block, callIndex: this.calls - 1, hasText: false, length: 0, waiting: '' })
        return ''
      }
      const call = {
        index: this.calls - 1,
        id: block.id,
        type: 'function',
        function: { name: block.name, arguments: '' },
      }
      return this.chunk(JSON.stringify({ tool_calls: [call] }))
    }
    if (block.type === 'refusal') this.said.hasRefusal = true
    if (block.type === 'reasoning' && block.redacted !== undefined) {
      return this.chunkOfBlock(index, { data: block.redacted }, 'redacted thinking')
    }
    if (block.type === 'other' && block.picture !== undefined) {
      return this.chunk(JSON.stringify({ images: [writePicture(block.picture, this.pictures++)] }))
    }
    if (block.type === 'other') this.drop('content', 'only the wire it came from understands this content')
    return ''
  }

  private writeText(index: number, text: string): string {
    const open = this.open.get(index)
    if (!open || text === '') return ''
    if (open.waiting !== undefined) {
      open.waiting += text
      return ''
    }
    open.hasText = true
    const quoted = JSON.stringify(text)
    switch (open.block.type) {
      case 'text':
        open.length += text.length
        return this.chunk(`{"content":${quoted}${this.blockMember(index, 'text', quoted)}}`)
      case 'reasoning':
        return this.chunk(`{"reasoning_content":${quoted}${this.blockMember(index, 'thinking', quoted)}}`)
      case 'tool-call':
        return this.chunk(`{"tool_calls":[{"index":${open.callIndex},"function":{"arguments":${quoted}}}]}`)
      case 'refusal':
        return this.chunk(`{"refusal":${quoted}}`)
      case 'other':
        return ''
    }
  }

  /** A call without arguments is closed with an empty object: clients parse the joined text. */
  private endBlock({ index, signature, carry, citations = [] }: BlockEnd): string {
    const open = this.open.get(index)
    this.open.delete(index)
    if (hasLostCitations(carry, wireId, citations))
      this.drop('annotations', 'citations of documents have no place in this API')
    if (open?.block.type === 'text') return this.cite(open, citations)
    if (open?.block.type === 'tool-call') {
      if (signature) this.drop('tool_calls.signature', 'this API has no signatures on tool calls')
      if (open.waiting !== undefined) return this.writeCustomCall(open, open.block, open.waiting)
      return open.hasText
        ? ''
        : this.chunk(`{"tool_calls":[{"index":${open.callIndex},"function":{"arguments":"{}"}}]}`)
    }
    return open && signature ? this.chunkOfBlock(index, { signature }, 'signatures of thinking') : ''
  }

  private cite({ length }: OpenBlock, citations: readonly Citation[]): string {
    const annotations = writeAnnotations(citations, this.textLength, length).map(nest)
    this.textLength += length
    return annotations.length === 0 ? '' : this.chunk(JSON.stringify({ annotations }))
  }

  private writeCustomCall({ callIndex }: OpenBlock, { id, name }: Extract<Block, { type: 'tool-call' }>, json: string) {
    const call = { index: callIndex, id, type: 'custom', custom: { name, input: freeText(json) } }
    return this.chunk(JSON.stringify({ tool_calls: [call] }))
  }

  /** The same text as a piece of its block, for clients that send thinking back. */
  private blockMember(index: number, key: string, quoted: string): string {
    return this.options.isStrict ? '' : `,"content_blocks":[{"index":${index},"delta":{"${key}":${quoted}}}]`
  }

  private chunkOfBlock(index: number, delta: JsonObject, what: string): string {
    if (!this.options.isStrict) return this.chunk(JSON.stringify({ content_blocks: [{ index, delta }] }))
    this.drop('content_blocks', `the strict wire has no place for ${what}`)
    return ''
  }

  private close(event: Ending): string {
    let text = ''
    for (const index of this.open.keys()) text += this.endBlock({ type: 'block-end', index })
    this.isDone = true
    text += this.finishChunk(event)
    if (this.options.wantsUsage && this.usage) {
      text += `${this.head},"choices":[],"usage":${JSON.stringify(writeUsage(this.usage))}}\n\n`
    }
    return `${text}data: [DONE]\n\n`
  }

  private finishChunk({ finish, carry, logprobs }: Ending): string {
    const { isStrict } = this.options
    const likely = logprobs === undefined ? '' : this.chunk('{}', 'null', '', JSON.stringify(writeLogprobs(logprobs)))
    const word = JSON.stringify(writeFinish(finish, this.said, isStrict))
    return likely + this.chunk('{}', word + membersOf(sideFields(carry, isStrict)), membersOf(ownFields(carry)))
  }

  private drop(field: string, reason: string): void {
    if (this.warnings.some((warning) => warning.reason === reason)) return
    this.warnings.push({ type: 'dropped', field, reason })
  }
}

/** To stand behind other members. */
function membersOf(fields: JsonObject = {}): string {
  const members = JSON.stringify(fields).slice(1, -1)
  return members === '' ? '' : `,${members}`
}
