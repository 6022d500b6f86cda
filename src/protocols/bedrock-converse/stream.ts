/** Reads a provider's stream into neutral events. */
import { GatewayError } from '../../errors.ts'
import type { Block, InferenceEvent } from '../../inference/index.ts'
import { readLocations } from '../citations.ts'
import { isObject, otherFields, parseObject } from '../fields.ts'
import type { Frame, JsonObject, StreamReader } from '../protocol.ts'
import { readException } from './errors.ts'
import { readUsage } from './usage.ts'
import { carryOf, readFinish, readToolCall, text, wireId } from './wire.ts'

interface OpenBlock {
  /** Index among the neutral events; -1 as long as they have not heard of it. */
  index: number
  readonly type: Block['type']
  /** Blocks that only this wire knows are completed by their deltas and told when they end. */
  readonly fields: JsonObject
  readonly deltas: unknown[]
  hasText: boolean
  signature: string
  redacted: string | undefined
  readonly citations: unknown[]
}

const stopKeys: ReadonlySet<string> = new Set(['stopReason', 'p'])
const metadataKeys: ReadonlySet<string> = new Set(['usage', 'p'])

export class ConverseStreamReader implements StreamReader {
  private readonly open = new Map<number, OpenBlock>()
  private blocks = 0
  private hasToolCall = false
  private isStarted = false
  private isDone = false
  /** The event of the stop; what it costs comes after it. */
  private stop: JsonObject | undefined
  private carried: JsonObject = {}
  private readonly model: string

  constructor(model = '') {
    this.model = model
  }

  push(frame: Frame): readonly InferenceEvent[] {
    if (this.isDone || frame.data === undefined) return []
    if (frame.isError) return this.fail(readException(frame.event ?? '', frame.data))
    if (frame.event === undefined) return []
    const body = parseObject(frame.data === '' ? '{}' : frame.data)
    if (body === undefined) return this.fail(unreadable(frame.data))
    const events = this.read(frame.event, body)
    if (this.isStarted || events.length === 0 || events[0]?.type === 'error') return events
    this.isStarted = true
    return [{ type: 'response-start', id: '', model: '' }, ...events]
  }

  end(): readonly InferenceEvent[] {
    if (this.isDone) return []
    if (this.stop !== undefined) return this.finish()
    return this.fail(
      new GatewayError(
        'upstream_interrupted',
        "the provider's stream ended before messageStop; the answer is not whole",
      ),
    )
  }

  private read(type: string, body: JsonObject): readonly InferenceEvent[] {
    switch (type) {
      case 'contentBlockDelta':
        return this.readDelta(indexOf(body), body.delta)
      case 'contentBlockStart':
        return this.readBlockStart(indexOf(body), body.start)
      case 'contentBlockStop':
        return this.closeBlock(indexOf(body))
      case 'messageStart':
        return this.readStart()
      case 'messageStop':
        return this.readStop(body)
      case 'metadata':
        return this.readMetadata(body)
      default:
        return /exception$/i.test(type) ? this.fail(readException(type, JSON.stringify(body))) : []
    }
  }

  private readStart(): readonly InferenceEvent[] {
    if (this.isStarted) return []
    this.isStarted = true
    return [{ type: 'response-start', id: '', model: '' }]
  }

  /** Only tool calls announce themselves; what any other block is shows in its first delta. */
  private readBlockStart(wireIndex: number, start: unknown): readonly InferenceEvent[] {
    if (!isObject(start)) return []
    if (isObject(start.toolUse)) return this.openBlock(wireIndex, readToolCall(start.toolUse))
    const isPlain = Object.keys(start).every((key) => key === 'text' || key === 'reasoningContent')
    if (isPlain) return []
    const before = this.closeBlock(wireIndex)
    this.open.set(wireIndex, newBlock('other', start))
    return before
  }

  private openBlock(wireIndex: number, block: Block): readonly InferenceEvent[] {
    const before = this.closeBlock(wireIndex)
    const opened = newBlock(block.type, {})
    opened.index = this.blocks++
    this.open.set(wireIndex, opened)
    if (block.type === 'tool-call') this.hasToolCall = true
    return [...before, { type: 'block-start', index: opened.index, block }]
  }

  private readDelta(wireIndex: number, delta: unknown): readonly InferenceEvent[] {
    if (!isObject(delta)) return []
    if (typeof delta.text === 'string') return this.readText(wireIndex, 'text', delta.text)
    if (isObject(delta.toolUse)) return this.readArguments(wireIndex, text(delta.toolUse.input))
    if (isObject(delta.reasoningContent)) return this.readReasoning(wireIndex, delta.reasoningContent)
    const open = this.open.get(wireIndex)
    if (delta.citation !== undefined && open?.type === 'text') open.citations.push(delta.citation)
    else if (open?.type === 'other') open.deltas.push(delta)
    else if (!open) this.open.set(wireIndex, { ...newBlock('other', {}), deltas: [delta] })
    return []
  }

  /** The kind of a delta decides: thinking never ends up in the text. */
  private readText(wireIndex: number, type: 'text' | 'reasoning', said: string): readonly InferenceEvent[] {
    const open = this.open.get(wireIndex)
    if (open?.type === type && open.redacted === undefined) return tell(open, said)
    if (said === '' && open === undefined) return []
    const events = this.openBlock(wireIndex, { type })
    const opened = this.open.get(wireIndex)
    return opened === undefined ? events : [...events, ...tell(opened, said)]
  }

  private readReasoning(wireIndex: number, delta: JsonObject): readonly InferenceEvent[] {
    if (typeof delta.redactedContent === 'string') return this.readRedacted(wireIndex, delta.redactedContent)
    const events = typeof delta.text === 'string' ? this.readText(wireIndex, 'reasoning', delta.text) : []
    if (typeof delta.signature !== 'string') return events
    const before =
      this.open.get(wireIndex)?.type === 'reasoning' ? [] : this.openBlock(wireIndex, { type: 'reasoning' })
    const open = this.open.get(wireIndex)
    if (open) open.signature += delta.signature
    return [...events, ...before]
  }

  /** Told whole at its end: a block's hidden text belongs to its start. */
  private readRedacted(wireIndex: number, redacted: string): readonly InferenceEvent[] {
    const open = this.open.get(wireIndex)
    if (open?.redacted !== undefined) {
      open.redacted += redacted
      return []
    }
    const before = this.closeBlock(wireIndex)
    this.open.set(wireIndex, { ...newBlock('reasoning', {}), redacted })
    return before
  }

  private readArguments(wireIndex: number, json: string): readonly InferenceEvent[] {
    const open = this.open.get(wireIndex)
    if (open?.type !== 'tool-call') return this.fail(unreadable('arguments of a tool call that was never started'))
    return tell(open, json)
  }

  private closeBlock(wireIndex: number): readonly InferenceEvent[] {
    const open = this.open.get(wireIndex)
    if (!open) return []
    this.open.delete(wireIndex)
    if (open.redacted !== undefined) return this.tellWhole({ type: 'reasoning', redacted: open.redacted })
    if (open.type === 'other') {
      const fields = open.deltas.length === 0 ? open.fields : { ...open.fields, deltas: open.deltas }
      return this.tellWhole({ type: 'other', carry: { wire: wireId, fields } })
    }
    const events: InferenceEvent[] = []
    if (open.type === 'tool-call' && !open.hasText) events.push({ type: 'block-delta', index: open.index, text: '{}' })
    events.push({
      type: 'block-end',
      index: open.index,
      ...(open.signature === '' ? {} : { signature: open.signature }),
      ...carriedCitations(open.citations),
    })
    return events
  }

  private tellWhole(block: Block): readonly InferenceEvent[] {
    const index = this.blocks++
    return [
      { type: 'block-start', index, block },
      { type: 'block-end', index },
    ]
  }

  private readStop(body: JsonObject): readonly InferenceEvent[] {
    this.stop = body
    this.carried = { ...this.carried, ...otherFields(body, stopKeys) }
    return [...this.readStart(), ...this.closeBlocks()]
  }

  /** The last event of a good stream. */
  private readMetadata(body: JsonObject): readonly InferenceEvent[] {
    this.carried = { ...this.carried, ...otherFields(body, metadataKeys) }
    const usage: readonly InferenceEvent[] = isObject(body.usage)
      ? [{ type: 'usage', usage: readUsage(body.usage, this.model) }]
      : []
    return this.stop === undefined ? usage : [...usage, ...this.finish()]
  }

  private closeBlocks(): readonly InferenceEvent[] {
    return [...this.open.keys()].flatMap((wireIndex) => this.closeBlock(wireIndex))
  }

  private finish(): readonly InferenceEvent[] {
    this.isDone = true
    const closed = this.closeBlocks()
    const finish = readFinish(this.stop ?? {}, this.hasToolCall)
    return [...closed, { type: 'response-end', finish, ...carryOf(this.carried) }]
  }

  private fail(error: GatewayError): readonly InferenceEvent[] {
    this.isDone = true
    return [{ type: 'error', error }]
  }
}

/** Whole as they came, and as addresses for clients of other wires. */
export function carriedCitations(citations: readonly unknown[]) {
  const pages = readLocations(citations)
  return {
    ...carryOf(citations.length === 0 ? undefined : { citations }),
    ...(pages.length > 0 ? { citations: pages } : {}),
  }
}

function newBlock(type: Block['type'], fields: JsonObject): OpenBlock {
  return { index: -1, type, fields, deltas: [], hasText: false, signature: '', redacted: undefined, citations: [] }
}

function tell(open: OpenBlock, said: string): readonly InferenceEvent[] {
  if (said === '') return []
  open.hasText = true
  return [{ type: 'block-delta', index: open.index, text: said }]
}

function indexOf(body: JsonObject): number {
  return typeof body.contentBlockIndex === 'number' ? body.contentBlockIndex : 0
}

function unreadable(data: string): GatewayError {
  return new GatewayError(
    'upstream_interrupted',
    `the provider's stream holds an event that cannot be read: '${data.slice(0, 80)}'`,
    { rawBody: data.slice(0, 4096) },
  )
}
