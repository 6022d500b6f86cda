/** Reads a provider's stream into neutral events. */
import { GatewayError } from '../../errors.ts'
import type { Block, Carry, Citation, InferenceEvent, Usage } from '../../inference/index.ts'
import { readWebCitations } from '../citations.ts'
import { isObject, otherFields, parseObject, textOr } from '../fields.ts'
import { PlainDeltas } from '../plain-deltas.ts'
import type { Frame, JsonObject, StreamReader } from '../protocol.ts'
import { readErrorObject } from './errors.ts'
import { readUsage } from './usage.ts'
import { parseArguments, readFinish, type Said, wireId } from './wire.ts'

interface OpenBlock {
  /** Index among the neutral events. */
  readonly index: number
  readonly type: Block['type']
  /** The block as it started; 'other' blocks are completed by their deltas and told when they end. */
  fields: JsonObject
  /** Arguments that came whole with the start, used when no delta brings any. */
  hasText: boolean
  json: string
  signature: string
  citations: unknown[] | undefined
}

const finishKeys: ReadonlySet<string> = new Set(['stop_reason', 'stop_sequence'])

export class MessagesStreamReader implements StreamReader {
  private readonly plain = new PlainDeltas('text', ({ delta }) => (isObject(delta) ? delta.text : undefined))
  private readonly open = new Map<number, OpenBlock>()
  private readonly said: Said = { hasToolCall: false, hasRefusal: false }
  private blocks = 0
  private lastIndex = 0
  private isStarted = false
  private isDone = false
  private usage: Usage = {}
  private stop: JsonObject = {}
  private carried: JsonObject = {}

  push(frame: Frame): readonly InferenceEvent[] {
    if (this.isDone) return []
    const plain = this.plain.read(frame)
    if (plain !== undefined) return plain
    const { data } = frame
    if (data === undefined || data === '' || data === '[DONE]') return []
    const body = parseObject(data)
    if (body === undefined) return this.fail(unreadable(data))
    const events = this.read(typeof body.type === 'string' ? body.type : frame.event, body)
    this.plain.learn(frame, events)
    if (this.isStarted || events.length === 0 || events[0]?.type === 'error') return events
    this.isStarted = true
    return [{ type: 'response-start', id: '', model: '' }, ...events]
  }

  end(): readonly InferenceEvent[] {
    if (this.isDone) return []
    return this.fail(
      new GatewayError(
        'upstream_interrupted',
        "the provider's stream ended before message_stop; the answer is not whole",
      ),
    )
  }

  private read(type: string | undefined, body: JsonObject): readonly InferenceEvent[] {
    switch (type) {
      case 'content_block_delta':
        return this.readDelta(this.wireIndex(body), body.delta)
      case 'content_block_start':
        return this.readBlockStart(this.wireIndex(body), body.content_block)
      case 'content_block_stop':
        return this.closeBlock(this.wireIndex(body))
      case 'message_start':
        return this.readStart(body.message)
      case 'message_delta':
        return this.readEnding(body)
      case 'message_stop':
        return this.finish()
      case 'error':
        return this.fail(readErrorObject(body))
      default:
        return isObject(body.error) ? this.fail(readErrorObject(body)) : []
    }
  }

  /** A second start of the same message says nothing new. */
  private readStart(message: unknown): readonly InferenceEvent[] {
    if (this.isStarted || !isObject(message)) return []
    this.isStarted = true
    const { id, model, usage } = message
    return [
      { type: 'response-start', id: typeof id === 'string' ? id : '', model: typeof model === 'string' ? model : '' },
      ...this.readUsage(usage),
    ]
  }

  private readUsage(usage: unknown): readonly InferenceEvent[] {
    if (!isObject(usage)) return []
    this.usage = readUsage(usage, this.usage)
    return [{ type: 'usage', usage: this.usage }]
  }

  private readEnding(body: JsonObject): readonly InferenceEvent[] {
    if (isObject(body.delta)) {
      if (typeof body.delta.stop_reason === 'string') this.stop = body.delta
      for (const [key, value] of Object.entries(otherFields(body.delta, finishKeys) ?? {})) {
        if (value !== null) this.carried = { ...this.carried, [key]: value }
      }
    }
    return this.readUsage(body.usage)
  }

  private finish(): readonly InferenceEvent[] {
    const events = [...this.open.keys()].flatMap((index) => this.closeBlock(index))
    this.isDone = true
    const finish = readFinish(this.stop.stop_reason, this.stop.stop_sequence, this.said)
    const carry = Object.keys(this.carried).length > 0 ? { carry: { wire: wireId, fields: this.carried } } : {}
    return [...events, { type: 'response-end', finish, ...carry }]
  }

  private readBlockStart(wireIndex: number, fields: unknown): readonly InferenceEvent[] {
    if (!isObject(fields)) return this.fail(unreadable(JSON.stringify(fields ?? null)))
    const before = this.open.has(wireIndex) ? this.closeBlock(wireIndex) : []
    const block = readBlock(fields)
    if (block.type === 'tool-call') this.said.hasToolCall = true
    const opened = this.openBlock(wireIndex, block, fields)
    if (block.type === 'other') return before
    const initial = fields.text ?? fields.thinking
    if (typeof fields.signature === 'string') opened.signature = fields.signature
    if (Array.isArray(fields.citations) && fields.citations.length > 0) opened.citations = [...fields.citations]
    const started: InferenceEvent = { type: 'block-start', index: opened.index, block }
    return [...before, started, ...(typeof initial === 'string' ? this.tell(opened, initial) : [])]
  }

  private openBlock(wireIndex: number, block: Block, fields: JsonObject): OpenBlock {
    const opened: OpenBlock = {
      index: block.type === 'other' ? -1 : this.blocks++,
      type: block.type,
      fields,
      hasText: false,
      json: '',
      signature: '',
      citations: undefined,
    }
    this.open.set(wireIndex, opened)
    return opened
  }

  private readDelta(wireIndex: number, delta: unknown): readonly InferenceEvent[] {
    if (!isObject(delta)) return []
    switch (delta.type) {
      case 'text_delta':
        return this.readText(wireIndex, 'text', delta.text)
      case 'thinking_delta':
        return this.readText(wireIndex, 'reasoning', delta.thinking)
      case 'input_json_delta':
        return this.readJson(wireIndex, delta.partial_json)
    }
    const open = this.open.get(wireIndex)
    if (!open) return []
    if (delta.type === 'signature_delta' && typeof delta.signature === 'string') open.signature += delta.signature
    else if (delta.type === 'citations_delta' && open.type === 'text')
      open.citations = [...(open.citations ?? []), delta.citation]
    else if (open.type === 'other') open.fields = mergeDelta(open.fields, delta)
    return []
  }

  /** The kind of a delta decides, not the kind its block announced: thinking never ends up in the text. */
  private readText(wireIndex: number, type: 'text' | 'reasoning', text: unknown): readonly InferenceEvent[] {
    if (typeof text !== 'string') return []
    const open = this.open.get(wireIndex)
    if (open?.type === type) return this.tell(open, text)
    const before = open ? this.closeBlock(wireIndex) : []
    const opened = this.openBlock(wireIndex, { type }, {})
    return [...before, { type: 'block-start', index: opened.index, block: { type } }, ...this.tell(opened, text)]
  }

  private readJson(wireIndex: number, json: unknown): readonly InferenceEvent[] {
    const open = this.open.get(wireIndex)
    if (!open) return this.fail(unreadable('arguments of a tool call that was never started'))
    if (typeof json !== 'string') return []
    if (open.type === 'tool-call') return this.tell(open, json)
    open.json += json
    return []
  }

  private tell(open: OpenBlock, text: string): readonly InferenceEvent[] {
    if (text === '') return []
    open.hasText = true
    return [{ type: 'block-delta', index: open.index, text }]
  }

  private closeBlock(wireIndex: number): readonly InferenceEvent[] {
    const open = this.open.get(wireIndex)
    if (!open) return []
    this.open.delete(wireIndex)
    if (open.type === 'other') return this.tellOther(open)
    const events: InferenceEvent[] = []
    if (open.type === 'tool-call' && !open.hasText) {
      events.push({ type: 'block-delta', index: open.index, text: JSON.stringify(open.fields.input ?? {}) })
    }
    events.push({
      type: 'block-end',
      index: open.index,
      ...(open.signature === '' ? {} : { signature: open.signature }),
      ...carriedCitations(open.citations),
    })
    return events
  }

  private tellOther(open: OpenBlock): readonly InferenceEvent[] {
    const index = this.blocks++
    const fields = open.json === '' ? open.fields : { ...open.fields, input: parseArguments(open.json).input }
    const block: Block = { type: 'other', carry: { wire: wireId, fields } }
    return [
      { type: 'block-start', index, block },
      { type: 'block-end', index },
    ]
  }

  private fail(error: GatewayError): readonly InferenceEvent[] {
    this.isDone = true
    return [{ type: 'error', error }]
  }

  private wireIndex(body: JsonObject): number {
    if (typeof body.index === 'number') this.lastIndex = body.index
    return this.lastIndex
  }
}

/** Whole for this wire's own clients, and as addresses for those of others. */
export function carriedCitations(citations: unknown): {
  readonly carry?: Carry
  readonly citations?: readonly Citation[]
} {
  if (!Array.isArray(citations) || citations.length === 0) return {}
  const pages = readWebCitations(citations)
  return { carry: { wire: wireId, fields: { citations } }, ...(pages.length > 0 ? { citations: pages } : {}) }
}

/** What kind of block a content block is. */
export function readBlock(fields: JsonObject): Block {
  switch (fields.type) {
    case 'text':
      return { type: 'text' }
    case 'thinking':
      return { type: 'reasoning' }
    case 'redacted_thinking':
      return { type: 'reasoning', redacted: typeof fields.data === 'string' ? fields.data : '' }
    case 'tool_use':
      return { type: 'tool-call', id: textOr(fields.id), name: textOr(fields.name) }
    default:
      return { type: 'other', carry: { wire: wireId, fields } }
  }
}

/** Unknown deltas complete the member of the same name: text is added, anything else replaces. */
function mergeDelta(fields: JsonObject, delta: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...fields }
  for (const [key, value] of Object.entries(delta)) {
    if (key === 'type') continue
    const before = merged[key]
    merged[key] = typeof before === 'string' && typeof value === 'string' ? before + value : value
  }
  return merged
}

function unreadable(text: string): GatewayError {
  return new GatewayError(
    'upstream_interrupted',
    `the provider's stream holds an event that cannot be read: '${text.slice(0, 80)}'`,
    { rawBody: text.slice(0, 4096) },
  )
}
