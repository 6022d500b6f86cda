/** Reads a provider's stream as neutral events, and a whole answer as its items one after the other. */
import type { GatewayError } from '../../errors.ts'
import type { Block, InferenceEvent } from '../../inference/index.ts'
import { readAnnotations } from '../citations.ts'
import { isObject, parseObject, present, textOr } from '../fields.ts'
import { PlainDeltas } from '../plain-deltas.ts'
import type { Frame, JsonObject, StreamReader } from '../protocol.ts'
import { interrupted, isErrorBody, readErrorBody } from './errors.ts'
import { readUsage } from './usage.ts'
import { carryOf, readFinish, readSeal, reasoningText, type Said, signOwn } from './wire.ts'

type SpokenType = 'text' | 'refusal' | 'reasoning'

/** A block that has started; `part` is its content part, or the last one where parts are joined. */
interface Spoken {
  readonly index: number
  readonly type: Block['type']
  part: string
  hasText: boolean
}

/** An item of the output: its blocks by content part, or one for all of it. */
interface Item {
  readonly blocks: Map<string, Spoken>
}

/** Events that repeat what others say. */
const silent: ReadonlySet<string | undefined> = new Set([
  'response.in_progress',
  'response.content_part.added',
  'response.content_part.done',
  'response.output_text.done',
  'response.refusal.done',
  'response.function_call_arguments.done',
  'response.reasoning_summary_part.added',
  'response.reasoning_summary_part.done',
  'response.reasoning_summary_text.done',
  'response.reasoning_text.done',
])

const spokenOf: Readonly<Record<string, SpokenType>> = {
  'response.output_text.delta': 'text',
  'response.refusal.delta': 'refusal',
  'response.reasoning_summary_text.delta': 'reasoning',
  'response.reasoning_text.delta': 'reasoning',
}

export class ResponsesStreamReader implements StreamReader {
  private readonly plain = new PlainDeltas('delta', ({ delta }) => delta)
  private readonly open = new Map<unknown, Item>()
  private readonly said: Said = { hasToolCall: false, hasRefusal: false }
  private blocks = 0
  private isStarted = false
  private isDone = false
  private hasItems = false
  private readonly searches = { web: 0, storage: 0 }

  push(frame: Frame): readonly InferenceEvent[] {
    if (this.isDone) return []
    const plain = this.plain.read(frame)
    if (plain !== undefined) return plain
    const { data } = frame
    if (data === undefined || data === '' || silent.has(frame.event)) return []
    if (data.trim() === '[DONE]') return this.end()
    const body = parseObject(data)
    if (!body) {
      return this.fail(interrupted('the provider sent a stream event that is not a JSON object', data.slice(0, 4_096)))
    }
    const events = this.read(typeof body.type === 'string' ? body.type : frame.event, body)
    this.plain.learn(frame, events)
    const isFirst = !this.isStarted && events.length > 0 && events[0]?.type !== 'error'
    return isFirst ? [...this.start({}), ...events] : events
  }

  end(): readonly InferenceEvent[] {
    if (this.isDone) return []
    const problem = this.isStarted
      ? "the provider's stream ended before response.completed; the answer is not whole"
      : "the provider's stream ended without an answer"
    return this.fail(interrupted(problem))
  }

  readWhole(response: JsonObject): readonly InferenceEvent[] {
    return [...this.start(response), ...this.finish(response)]
  }

  private read(type: string | undefined, body: JsonObject): readonly InferenceEvent[] {
    const spoken = type !== undefined && Object.hasOwn(spokenOf, type) ? spokenOf[type] : undefined
    if (spoken) return this.say(body, spoken, body.delta)
    switch (type) {
      case 'response.function_call_arguments.delta':
        return this.tell(this.open.get(body.output_index)?.blocks.get(''), body.delta)
      case 'response.output_item.added':
        return this.readItemStart(body)
      case 'response.output_item.done':
        return isObject(body.item) ? this.closeItem(body.output_index, body.item) : []
      case 'response.created':
        return isObject(body.response) ? this.start(body.response) : []
      case 'response.completed':
      case 'response.incomplete':
        return this.readEnding(body.response, type)
      case 'response.failed':
      case 'response.cancelled':
        return this.readFailure(isObject(body.response) ? body.response : {}, type)
      case 'error':
        return this.fail(readErrorBody(body))
      default:
        return isErrorBody(body) ? this.fail(readErrorBody(body)) : []
    }
  }

  private start(response: JsonObject): readonly InferenceEvent[] {
    if (this.isStarted) return []
    this.isStarted = true
    const { id, model, created_at: created } = response
    return [
      {
        type: 'response-start',
        id: typeof id === 'string' ? id : '',
        model: typeof model === 'string' ? model : '',
        ...(typeof created === 'number' && created > 0 ? { createdAtMs: Math.round(created * 1000) } : {}),
      },
    ]
  }

  private readItemStart({ output_index: place, item }: JsonObject): readonly InferenceEvent[] {
    this.hasItems = true
    if (!isObject(item)) return []
    const { blocks } = this.itemAt(place)
    return item.type === 'function_call' && !blocks.has('') ? [this.openBlock(blocks, '', callOf(item))] : []
  }

  private itemAt(place: unknown): Item {
    const known = this.open.get(place)
    if (known) return known
    const item: Item = { blocks: new Map() }
    this.open.set(place, item)
    return item
  }

  private openBlock(blocks: Item['blocks'], key: string, block: Block): InferenceEvent {
    const spoken: Spoken = { index: this.blocks++, type: block.type, part: '', hasText: false }
    if (block.type === 'tool-call') this.said.hasToolCall = true
    if (block.type === 'refusal') this.said.hasRefusal = true
    blocks.set(key, spoken)
    return { type: 'block-start', index: spoken.index, block }
  }

  /** Each content part of a message is a block; an item of reasoning is one, its parts its paragraphs. */
  private say(body: JsonObject, type: SpokenType, text: unknown): readonly InferenceEvent[] {
    if (typeof text !== 'string' || text === '') return []
    const { blocks } = this.itemAt(body.output_index)
    const isReasoning = type === 'reasoning'
    const part = placeOf((isReasoning ? body.summary_index : undefined) ?? body.content_index)
    const key = isReasoning ? '' : part
    const started = blocks.has(key) ? [] : [this.openBlock(blocks, key, { type })]
    const spoken = blocks.get(key) as Spoken
    const gap = isReasoning && spoken.hasText && spoken.part !== part ? '\n\n' : ''
    spoken.part = part
    return [...started, ...this.tell(spoken, gap + text)]
  }

  private tell(spoken: Spoken | undefined, text: unknown): readonly InferenceEvent[] {
    if (!spoken || typeof text !== 'string' || text === '') return []
    spoken.hasText = true
    return [{ type: 'block-delta', index: spoken.index, text }]
  }

  /** The whole item: what its deltas have left out is told now, then its blocks end. */
  private closeItem(place: unknown, fields: JsonObject): readonly InferenceEvent[] {
    this.hasItems = true
    this.countSearch(fields)
    const { blocks } = this.itemAt(place)
    this.open.delete(place)
    const events = this.endItem(blocks, fields)
    return [...events, ...endAll(blocks)]
  }

  private endItem(blocks: Item['blocks'], fields: JsonObject): readonly InferenceEvent[] {
    switch (fields.type) {
      case 'message':
        return this.closeMessage(blocks, fields)
      case 'function_call':
        return this.closeBlock(blocks, '', callOf(fields), fields.arguments)
      case 'reasoning':
        return this.closeReasoning(blocks, fields)
      default:
        return this.closeBlock(blocks, '', { type: 'other', carry: { wire: 'openai-responses', fields } }, undefined)
    }
  }

  /** Opening a page that was found, and looking for words in it, is no search. */
  private countSearch({ type, action }: JsonObject): void {
    const isSearch = !isObject(action) || action.type === undefined || action.type === 'search'
    if (type === 'web_search_call' && isSearch) this.searches.web += 1
    if (type === 'file_search_call') this.searches.storage += 1
  }

  private closeMessage(blocks: Item['blocks'], fields: JsonObject): readonly InferenceEvent[] {
    const parts = Array.isArray(fields.content) ? fields.content.filter(isObject) : []
    return parts.flatMap((part, at) => {
      const isRefusal = part.type === 'refusal'
      const text = isRefusal ? part.refusal : part.text
      if (!blocks.has(String(at)) && (typeof text !== 'string' || text === '')) return []
      const { annotations } = part
      const cited = readAnnotations(annotations)
      const carry = Array.isArray(annotations) && annotations.length > 0 ? carryOf({ annotations }) : {}
      return this.closeBlock(blocks, String(at), { type: isRefusal ? 'refusal' : 'text' }, text, {
        ...carry,
        ...(cited.length > 0 ? { citations: cited } : {}),
      })
    })
  }

  private closeReasoning(blocks: Item['blocks'], fields: JsonObject): readonly InferenceEvent[] {
    const text = reasoningText(fields)
    const { encrypted_content: encrypted } = fields
    const isSealed = typeof encrypted === 'string' && encrypted !== ''
    if (text === '' && !isSealed && blocks.size === 0) return []
    const seal = isSealed ? (readSeal(encrypted) ?? { signature: signOwn(encrypted) }) : {}
    const block: Block = present({ type: 'reasoning' as const, redacted: seal.redacted })
    return this.closeBlock(blocks, '', block, text, present({ signature: seal.signature }))
  }

  private closeBlock(
    blocks: Item['blocks'],
    key: string,
    block: Block,
    text: unknown,
    ending: object = {},
  ): readonly InferenceEvent[] {
    const started = blocks.has(key) ? [] : [this.openBlock(blocks, key, block)]
    const spoken = blocks.get(key) as Spoken
    blocks.delete(key)
    const late = spoken.hasText ? [] : this.tell(spoken, text)
    return [...started, ...late, { type: 'block-end', index: spoken.index, ...ending }]
  }

  private readEnding(response: unknown, type: string): readonly InferenceEvent[] {
    const status = type.slice('response.'.length)
    return this.finish({ status, ...(isObject(response) ? response : {}) })
  }

  /** Items are read from the whole answer only where the stream told of none: their ids and places may differ. */
  private finish(response: JsonObject): readonly InferenceEvent[] {
    if (isObject(response.error) || response.status === 'failed') return this.readFailure(response, 'response.failed')
    const output = !this.hasItems && Array.isArray(response.output) ? response.output.filter(isObject) : []
    const events = output.flatMap((item, at) => this.closeItem(at, item))
    for (const { blocks } of this.open.values()) events.push(...endAll(blocks))
    this.isDone = true
    const finish = readFinish(response, this.said)
    return [...events, ...this.usageOf(response), { type: 'response-end', finish }]
  }

  private readFailure(response: JsonObject, type: string): readonly InferenceEvent[] {
    const error = isErrorBody(response)
      ? readErrorBody(response)
      : interrupted(`the provider ended its answer with ${type} and no reason`, JSON.stringify(response))
    return [...this.usageOf(response), ...this.fail(error)]
  }

  private usageOf(response: JsonObject): readonly InferenceEvent[] {
    const { web, storage } = this.searches
    const searches = { ...(web > 0 ? { webSearches: web } : {}), ...(storage > 0 ? { storageSearches: storage } : {}) }
    return isObject(response.usage) ? [{ type: 'usage', usage: { ...readUsage(response.usage), ...searches } }] : []
  }

  private fail(error: GatewayError): readonly InferenceEvent[] {
    this.isDone = true
    return [{ type: 'error', error }]
  }
}

function callOf(item: JsonObject): Block {
  const { call_id: id, name } = item
  return {
    type: 'tool-call',
    id: textOr(id, textOr(item.id)),
    name: textOr(name),
  }
}

/** Of a part among its like; where nobody says, there is one. */
function placeOf(value: unknown): string {
  return typeof value === 'number' ? String(value) : '0'
}

function endAll(blocks: Item['blocks']): readonly InferenceEvent[] {
  return [...blocks.values()].map(({ index }) => ({ type: 'block-end' as const, index }))
}
