/** Writes neutral events as this wire's stream. Its last event repeats everything, so all that was said is kept. */
import type { GatewayError } from '../../errors.ts'
import {
  type Block,
  type Finish,
  type InferenceEvent,
  mergeUsage,
  type Usage,
  type Warning,
} from '../../inference/index.ts'
import { hasLostCitations } from '../citations.ts'
import type { JsonObject, StreamWriter, WriteAnswerOptions } from '../protocol.ts'
import { writeFailure, writeStreamError } from './errors.ts'
import { type ItemStatus, OutputItem } from './output-item.ts'
import { type Origin, toolOrigins } from './request-tools.ts'
import { writeEcho, writeResponse } from './response-object.ts'
import { ownFields, wireId, writeFinish } from './wire.ts'

type Start = Extract<InferenceEvent, { type: 'response-start' }>
type BlockStart = Extract<InferenceEvent, { type: 'block-start' }>
type BlockEnd = Extract<InferenceEvent, { type: 'block-end' }>

/** A block of the answer; it becomes an item with its first words. */
interface Open {
  readonly block: Block
  item: OutputItem | undefined
  /** The event of its text, up to the sequence number. */
  deltaHead: string
}

export class ResponsesStreamWriter implements StreamWriter {
  readonly warnings: Warning[] = []
  isDone = false
  private readonly options: WriteAnswerOptions
  private readonly echo: string
  private readonly origins: ReadonlyMap<string, Origin>
  private readonly open = new Map<number, Open>()
  /** In the order of the output. */
  private readonly items: OutputItem[] = []
  private readonly callIds = new Set<string>()
  private start: Start | undefined
  private usage: Usage | undefined
  private sequence = 0
  private isBegun = false
  private response = ''

  constructor(options: WriteAnswerOptions) {
    this.options = options
    this.echo = writeEcho(options.request)
    this.origins = toolOrigins(options.request)
  }

  push(event: InferenceEvent): string {
    if (this.isDone) return ''
    switch (event.type) {
      case 'block-delta':
        return this.writeDelta(event.index, event.text)
      case 'response-start':
        return this.begin(event)
      case 'block-start':
        return this.begin() + this.closeEnded() + this.startBlock(event)
      case 'block-end':
        return this.endBlock(event)
      case 'usage':
        this.usage = mergeUsage(this.usage, event.usage)
        return ''
      case 'response-end':
        return this.begin() + this.finish(event.finish)
      case 'error':
        return this.fail(event.error, '')
    }
  }

  /** The whole answer; it stands in the last event too. */
  whole(): string {
    return this.response
  }

  fail(error: GatewayError, traceId: string): string {
    const begun = this.begin()
    for (const item of this.items) if (item.status === 'in_progress') item.status = 'incomplete'
    this.isDone = true
    const failed = this.lifecycle('failed', { status: 'failed', error: writeFailure(error), incomplete_details: null })
    return begun + failed + writeStreamError(error, traceId, this.sequence++)
  }

  private begin(start?: Start): string {
    if (this.isBegun) return ''
    this.isBegun = true
    this.start = start
    const state = { status: 'in_progress', error: null, incomplete_details: null }
    return this.lifecycle('created', state) + this.lifecycle('in_progress', state)
  }

  private lifecycle(name: string, state: JsonObject): string {
    const { nowMs, model, answerId = nowMs } = this.options
    this.response = writeResponse(
      {
        id: this.start?.id || `resp_${answerId}`,
        createdAtMs: this.start?.createdAtMs ?? nowMs,
        model: this.start?.model || model,
        output: this.items.map((item) => item.write()),
        usage: this.usage,
        ...state,
      },
      this.echo,
    )
    return `${this.head(name)}"sequence_number":${this.sequence++},"response":${this.response}}\n\n`
  }

  private head(name: string): string {
    return `event: response.${name}\ndata: {"type":"response.${name}",`
  }

  private event(name: string, members: JsonObject): string {
    return `${this.head(name)}"sequence_number":${this.sequence++},${JSON.stringify(members).slice(1)}\n\n`
  }

  private startBlock({ index, block }: BlockStart): string {
    if (block.type === 'other' && block.picture === undefined && typeof ownFields(block.carry)?.type !== 'string') {
      this.drop('content', 'only the wire it came from understands this content')
      return ''
    }
    const open: Open = { block, item: undefined, deltaHead: '' }
    this.open.set(index, open)
    return opensAtOnce(block) ? this.openItem(open, true) : ''
  }

  private openItem(open: Open, isSilent: boolean): string {
    const { block } = open
    const outputIndex = this.items.length
    const idTail = this.idTail()
    const called = block.type === 'tool-call' ? block : undefined
    const callId = called ? this.uniqueCallId(called.id, `${idTail}_${outputIndex}`) : ''
    const origin = called && this.origins.get(called.name)
    const name = origin?.name ?? called?.name ?? ''
    const item = new OutputItem({ block, outputIndex, idTail, callId, name, origin })
    item.isSilent = isSilent
    open.item = item
    const place = { item_id: item.id, output_index: outputIndex }
    const { delta } = item.kind
    if (delta) open.deltaHead = `${this.head(delta[0])}${JSON.stringify({ ...place, ...delta[1] }).slice(1, -1)}`
    const added = this.event('output_item.added', { output_index: outputIndex, item: item.write() })
    this.items.push(item)
    return (
      added +
      item.kind
        .opening(item)
        .map(([name, rest]) => this.event(name, { ...place, ...rest }))
        .join('')
    )
  }

  private idTail(): string {
    const tail = (this.start?.id ?? '').replace(/[^a-zA-Z0-9]/g, '').slice(-24)
    return tail === '' ? String(this.options.answerId ?? this.options.nowMs) : tail
  }

  /** Clients refuse an answer that names two calls alike. */
  private uniqueCallId(id: string, tail: string): string {
    const unique = id === '' ? `call_${tail}` : this.callIds.has(id) ? `${id}_${tail}` : id
    this.callIds.add(unique)
    return unique
  }

  private writeDelta(index: number, text: string): string {
    const open = this.open.get(index)
    if (!open || text === '' || open.block.type === 'other') return ''
    const opened = open.item ? '' : this.openItem(open, false)
    const item = open.item as unknown as OutputItem
    item.text += text
    if (open.deltaHead === '') return opened
    return `${opened}${open.deltaHead},"sequence_number":${this.sequence++},"delta":${JSON.stringify(text)}}\n\n`
  }

  /** Not told at once: an answer that is cut here leaves its last item incomplete, which only its ending tells. */
  private endBlock(event: BlockEnd): string {
    const open = this.open.get(event.index)
    if (!open) return ''
    this.open.delete(event.index)
    if (event.signature !== undefined && open.block.type === 'tool-call') {
      this.drop('tool_calls.signature', 'this API has no signatures on tool calls')
    }
    if (hasLostCitations(event.carry, wireId, event.citations)) {
      this.drop('annotations', 'citations of documents have no place in this API')
    }
    const opened = !open.item && event.signature ? this.openItem(open, true) : ''
    if (open.item) open.item.ending = event
    return opened + this.completeArguments(open.item)
  }

  /** Clients parse the joined text, so a call without arguments gets an empty object. */
  private completeArguments(item: OutputItem | undefined): string {
    if (item?.block.type !== 'tool-call' || item.text !== '') return ''
    item.text = '{}'
    const { delta } = item.kind
    return delta ? this.event(delta[0], { item_id: item.id, output_index: item.outputIndex, delta: '{}' }) : ''
  }

  private closeEnded(): string {
    return this.items.map((item) => (item.ending && item.status === 'in_progress' ? this.close(item) : '')).join('')
  }

  private close(item: OutputItem, status: ItemStatus = 'completed'): string {
    const place = { item_id: item.id, output_index: item.outputIndex }
    const closing = item.kind.closing(item).map(([name, rest]) => this.event(name, { ...place, ...rest }))
    item.status = status
    return `${closing.join('')}${this.event('output_item.done', { output_index: item.outputIndex, item: item.write() })}`
  }

  private finish(finish: Finish): string {
    let text = ''
    for (const index of [...this.open.keys()]) text += this.endBlock({ type: 'block-end', index })
    const ending = writeFinish(
      finish,
      this.items.some(({ block }) => block.type === 'refusal'),
    )
    const last = this.items.at(-1)
    for (const item of this.items) {
      if (item.status === 'in_progress') text += this.close(item, item === last ? ending.status : 'completed')
    }
    this.isDone = true
    return text + this.lifecycle(ending.status, { ...ending, error: null })
  }

  private drop(field: string, reason: string): void {
    if (this.warnings.some((warning) => warning.reason === reason)) return
    this.warnings.push({ type: 'dropped', field, reason })
  }
}

/** Text and plain thinking wait for their first words: an empty item is never begun. */
function opensAtOnce(block: Block): boolean {
  if (block.type === 'reasoning') return block.redacted !== undefined
  return block.type === 'tool-call' || block.type === 'other'
}
