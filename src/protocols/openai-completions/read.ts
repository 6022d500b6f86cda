/** Reads answers of the completions endpoint as neutral events, whole or in chunks. One block for each choice. */
import { GatewayError } from '../../errors.ts'
import type { Finish, FinishReason, InferenceEvent } from '../../inference/index.ts'
import { isObject, parseObject } from '../fields.ts'
import { interrupted, isErrorBody, readErrorBody } from '../openai-chat/errors.ts'
import { readUsage } from '../openai-chat/usage.ts'
import type { Frame, JsonObject, StreamReader } from '../protocol.ts'

const reasons: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  length: 'length',
  content_filter: 'content-filter',
}

export function readAnswer(body: JsonObject): readonly InferenceEvent[] {
  if (isErrorBody(body)) return [{ type: 'error', error: readErrorBody(body) }]
  if (!Array.isArray(body.choices) || body.choices.length === 0) {
    const rawBody = JSON.stringify(body).slice(0, 4_096)
    throw new GatewayError('upstream_rejected', "the provider's answer is not a completion: it has no choices", {
      rawBody,
    })
  }
  const reader = new CompletionReader()
  return [...reader.read(body), ...reader.close()]
}

export class CompletionReader implements StreamReader {
  /** Choice → block. */
  private readonly blocks = new Map<number, number>()
  /** Choices that have not said why they stopped. */
  private readonly unfinished = new Set<number>()
  private isStarted = false
  private isDone = false
  private finish: Finish | undefined

  push({ data }: Frame): readonly InferenceEvent[] {
    if (this.isDone || data === undefined || data === '') return []
    if (data.trim() === '[DONE]') return this.end()
    const chunk = parseObject(data)
    if (chunk === undefined)
      return this.fail(interrupted('the provider sent a stream event that is not a JSON object', data.slice(0, 4_096)))
    return isErrorBody(chunk) ? this.fail(readErrorBody(chunk)) : this.read(chunk)
  }

  end(): readonly InferenceEvent[] {
    if (this.isDone) return []
    if (this.finish !== undefined && this.unfinished.size === 0) return this.close()
    return this.fail(interrupted("the provider's stream ended before its answer was finished"))
  }

  read(chunk: JsonObject): readonly InferenceEvent[] {
    const events: InferenceEvent[] = this.isStarted ? [] : [startOf(chunk)]
    this.isStarted = true
    const choices: readonly unknown[] = Array.isArray(chunk.choices) ? chunk.choices : []
    for (const choice of choices) if (isObject(choice)) events.push(...this.readChoice(choice))
    if (isObject(chunk.usage)) events.push({ type: 'usage', usage: readUsage(chunk.usage) })
    return events
  }

  close(): readonly InferenceEvent[] {
    this.isDone = true
    const ends = [...this.blocks.values()].map((index) => ({ type: 'block-end', index }) as const)
    return [...ends, { type: 'response-end', finish: this.finish ?? { reason: 'stop' } }]
  }

  private readChoice({ index, text, finish_reason: reason }: JsonObject): readonly InferenceEvent[] {
    const events: InferenceEvent[] = []
    const choice = typeof index === 'number' ? index : 0
    if (typeof text === 'string' && text !== '') {
      let block = this.blocks.get(choice)
      if (block === undefined) {
        block = this.blocks.size
        this.blocks.set(choice, block)
        this.unfinished.add(choice)
        events.push({ type: 'block-start', index: block, block: { type: 'text' } })
      }
      events.push({ type: 'block-delta', index: block, text })
    }
    if (typeof reason === 'string' && reason !== '') {
      this.finish = { reason: (Object.hasOwn(reasons, reason) && reasons[reason]) || 'other', raw: reason }
      this.unfinished.delete(choice)
    }
    return events
  }

  private fail(error: GatewayError): readonly InferenceEvent[] {
    this.isDone = true
    return [{ type: 'error', error }]
  }
}

function startOf({ id, model, created }: JsonObject): InferenceEvent {
  return {
    type: 'response-start',
    id: typeof id === 'string' ? id : '',
    model: typeof model === 'string' ? model : '',
    ...(typeof created === 'number' ? { createdAtMs: created * 1000 } : {}),
  }
}
