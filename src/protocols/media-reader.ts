/** Reads the streams of image and audio endpoints: events with a `type`, of which the last says that all is there. What is not text passes by. */
import type { InferenceEvent, Usage } from '../inference/index.ts'
import { isObject, parseObject } from './fields.ts'
import { interrupted, isErrorBody, readErrorBody } from './openai-chat/errors.ts'
import type { Frame, JsonObject, StreamReader } from './protocol.ts'

export interface MediaWire {
  /** For messages: "before its … was finished". */
  readonly what: string
  isLast(type: string): boolean
  readUsage(usage: JsonObject): Usage
  /** What an event adds to the text; absent = the answer has none. `isFirst` = nothing has come so far. */
  textOf?(event: JsonObject, isFirst: boolean): string
}

export class MediaReader implements StreamReader {
  private readonly wire: MediaWire
  private isStarted = false
  private hasText = false
  private isFinished = false
  private isDone = false

  constructor(wire: MediaWire) {
    this.wire = wire
  }

  push({ data }: Frame): readonly InferenceEvent[] {
    if (this.isDone || data === undefined || data === '') return []
    if (data.trim() === '[DONE]') return this.end()
    const body = parseObject(data)
    if (body === undefined) return this.fail(interrupted('the provider sent a stream event that is not a JSON object'))
    if (body.type === 'error' || isErrorBody(body)) return this.fail(readErrorBody(body))
    const events: InferenceEvent[] = this.isStarted ? [] : [{ type: 'response-start', id: '', model: '' }]
    this.isStarted = true
    events.push(...this.readText(body))
    if (isObject(body.usage)) events.push({ type: 'usage', usage: this.wire.readUsage(body.usage) })
    if (typeof body.type === 'string' && this.wire.isLast(body.type)) this.isFinished = true
    return events
  }

  end(): readonly InferenceEvent[] {
    if (this.isDone) return []
    if (!this.isFinished)
      return this.fail(interrupted(`the provider's stream ended before its ${this.wire.what} was finished`))
    this.isDone = true
    const end: InferenceEvent = { type: 'response-end', finish: { reason: 'stop' } }
    return this.hasText ? [{ type: 'block-end', index: 0 }, end] : [end]
  }

  private readText(body: JsonObject): readonly InferenceEvent[] {
    const text = this.wire.textOf?.(body, !this.hasText) ?? ''
    if (text === '') return []
    const delta: InferenceEvent = { type: 'block-delta', index: 0, text }
    if (this.hasText) return [delta]
    this.hasText = true
    return [{ type: 'block-start', index: 0, block: { type: 'text' } }, delta]
  }

  private fail(error: ReturnType<typeof interrupted>): readonly InferenceEvent[] {
    this.isDone = true
    return [{ type: 'error', error }]
  }
}
