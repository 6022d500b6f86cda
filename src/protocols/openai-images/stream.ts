/** Reads a stream of previews and its finished image: usage and the ending; the pictures pass by. */
import type { InferenceEvent } from '../../inference/index.ts'
import { isObject } from '../fields.ts'
import { interrupted, isErrorBody, readErrorBody } from '../openai-chat/errors.ts'
import type { Frame, JsonObject, StreamReader } from '../protocol.ts'
import { readUsage } from './tokens.ts'

export class ImageReader implements StreamReader {
  private isStarted = false
  private isFinished = false
  private isDone = false

  push({ data }: Frame): readonly InferenceEvent[] {
    if (this.isDone || data === undefined || data === '') return []
    if (data.trim() === '[DONE]') return this.end()
    const body = parse(data)
    if (body === undefined) return this.fail(interrupted('the provider sent a stream event that is not a JSON object'))
    if (body.type === 'error' || isErrorBody(body)) return this.fail(readErrorBody(body))
    const events: InferenceEvent[] = this.isStarted ? [] : [{ type: 'response-start', id: '', model: '' }]
    this.isStarted = true
    if (isObject(body.usage)) events.push({ type: 'usage', usage: readUsage(body.usage) })
    if (typeof body.type === 'string' && body.type.endsWith('.completed')) this.isFinished = true
    return events
  }

  end(): readonly InferenceEvent[] {
    if (this.isDone) return []
    if (!this.isFinished) return this.fail(interrupted("the provider's stream ended before its image was finished"))
    this.isDone = true
    return [{ type: 'response-end', finish: { reason: 'stop' } }]
  }

  private fail(error: ReturnType<typeof interrupted>): readonly InferenceEvent[] {
    this.isDone = true
    return [{ type: 'error', error }]
  }
}

function parse(data: string): JsonObject | undefined {
  try {
    const body: unknown = JSON.parse(data)
    return isObject(body) ? body : undefined
  } catch {
    return undefined
  }
}
