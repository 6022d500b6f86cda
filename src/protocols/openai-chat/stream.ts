/** Reads a provider's chunks as neutral events, and a whole answer as one chunk that says everything. */
import type { GatewayError } from '../../errors.ts'
import type { Citation, InferenceEvent } from '../../inference/index.ts'
import { readAnnotations, readSources } from '../citations.ts'
import { isObject, otherFields, parseObject } from '../fields.ts'
import { PlainDeltas } from '../plain-deltas.ts'
import type { Frame, JsonObject, StreamReader } from '../protocol.ts'
import { interrupted, isErrorBody, readErrorBody } from './errors.ts'
import { DetailsReader } from './reasoning-details.ts'
import { ToolCallReader } from './stream-calls.ts'
import { readUsage } from './usage.ts'
import { carryOf, readFinish, type Said } from './wire.ts'

type SpokenType = 'text' | 'reasoning' | 'refusal'

const chunkKeys: ReadonlySet<string> = new Set(['id', 'object', 'created', 'model', 'choices', 'usage', 'obfuscation'])

export class ChatStreamReader implements StreamReader {
  private events: InferenceEvent[] = []
  private readonly plain = new PlainDeltas('content', textOfOnlyChoice)
  private readonly calls = new ToolCallReader((block) => this.open(block))
  private blocks = 0
  private spoken: { readonly type: SpokenType; readonly index: number } | undefined
  private isStarted = false
  private isDone = false
  /** The chunk of the usage has come, which this wire sends when an answer is over. */
  private hasTotals = false
  /** The provider's word, once it came; null where it only may have meant to say one. */
  private finish: unknown
  private extras: JsonObject | undefined
  private readonly said: Said = { hasToolCall: false, hasRefusal: false }
  private readonly details = new DetailsReader()
  private citations: readonly Citation[] = []

  push(frame: Frame): readonly InferenceEvent[] {
    if (this.isDone) return []
    const plain = this.plain.read(frame)
    if (plain !== undefined) return plain
    const { data } = frame
    if (data === undefined || data === '') return []
    if (data.trim() === '[DONE]') return this.hasTotals && !this.isDone ? this.close() : this.end()
    const chunk = parseObject(data)
    if (!chunk) {
      return [
        this.fail(interrupted('the provider sent a stream event that is not a JSON object', data.slice(0, 4_096))),
      ]
    }
    const events = this.read(chunk)
    this.plain.learn(frame, events)
    return events
  }

  /** A finish reason is this wire's ending: `[DONE]` is left out by many providers. Relays say it as well of an answer that was cut, so alone it ends nothing; behind the usage of the whole answer it does, for those that leave the reason out (github.com/alfredapp/openai-workflow/pull/52). */
  end(): readonly InferenceEvent[] {
    if (this.isDone) return []
    if (typeof this.finish === 'string') return this.close()
    const problem = this.isStarted
      ? "the provider's stream ended before its answer was finished"
      : "the provider's stream ended without an answer"
    return [this.fail(interrupted(problem))]
  }

  read(chunk: JsonObject): readonly InferenceEvent[] {
    if (isErrorBody(chunk)) return [this.fail(readErrorBody(chunk))]
    this.events = []
    const choice = firstChoice(chunk.choices)
    const usage = findUsage(chunk)
    this.hasTotals ||=
      usage !== undefined && this.blocks > 0 && Array.isArray(chunk.choices) && chunk.choices.length === 0
    if (!this.isStarted && (choice || usage)) this.start(chunk)
    if (choice) {
      const failure = choiceError(choice)
      if (failure) this.events.push(this.fail(failure))
      else this.readChoice(choice, chunk)
    }
    if (usage && !this.isDone) this.events.push({ type: 'usage', usage: readUsage(usage) })
    return this.events
  }

  /** Ends the blocks and the answer. */
  close(): readonly InferenceEvent[] {
    this.events = []
    this.endSpoken()
    this.events.push(...this.calls.close())
    this.isDone = true
    const finish = readFinish(this.finish, this.said)
    this.events.push({ type: 'response-end', finish, ...carryOf(this.extras) })
    return this.events
  }

  private start(chunk: JsonObject): void {
    this.isStarted = true
    const id = typeof chunk.id === 'string' ? chunk.id : ''
    const model = typeof chunk.model === 'string' ? chunk.model : ''
    const { created } = chunk
    const createdAtMs = typeof created === 'number' && created > 0 ? { createdAtMs: Math.round(created * 1000) } : {}
    this.calls.answerId = id
    this.events.push({ type: 'response-start', id, model, ...createdAtMs })
  }

  private readChoice(choice: JsonObject, chunk: JsonObject): void {
    const delta = choice.delta ?? choice.message
    if (isObject(delta)) {
      this.citations = [...this.citations, ...readAnnotations(delta.annotations)]
      if (this.citations.length === 0) this.citations = readSources(chunk.citations)
      this.readDelta(delta)
    }
    const { finish_reason: finish } = choice
    if (typeof finish !== 'string' || finish === '') return
    this.finish ??= finish
    const rest = Object.entries(otherFields(chunk, chunkKeys) ?? {}).filter(([, value]) => value !== null)
    if (rest.length > 0) this.extras = Object.fromEntries(rest)
  }

  private readDelta(delta: JsonObject): void {
    this.say('reasoning', delta.reasoning_content || delta.reasoning)
    if (this.details.read(delta.reasoning_details)) this.openSpoken('reasoning')
    if (Array.isArray(delta.content)) this.readParts(delta.content)
    else this.say('text', delta.content)
    this.say('refusal', delta.refusal)
    if (Array.isArray(delta.tool_calls)) {
      for (const call of delta.tool_calls) if (isObject(call)) this.events.push(...this.calls.read(call))
    }
    if (isObject(delta.function_call))
      this.events.push(...this.calls.read({ index: -1, function: delta.function_call }))
  }

  /** Some compatible providers send content as parts, thinking among them. */
  private readParts(parts: readonly unknown[]): void {
    for (const part of parts) {
      if (!isObject(part)) continue
      if (part.type === 'text') this.say('text', part.text)
      else if (part.type === 'refusal') this.say('refusal', part.refusal)
      else if (part.type === 'thinking') for (const text of thinkingTexts(part.thinking)) this.say('reasoning', text)
    }
  }

  private say(type: SpokenType, text: unknown): void {
    if (typeof text !== 'string' || text === '') return
    const index = this.openSpoken(type)
    this.events.push({ type: 'block-delta', index, text })
  }

  private openSpoken(type: SpokenType): number {
    if (this.spoken?.type === type) return this.spoken.index
    this.endSpoken()
    if (type === 'refusal') this.said.hasRefusal = true
    const index = this.blocks++
    this.spoken = { type, index }
    this.events.push({ type: 'block-start', index, block: { type } })
    return index
  }

  private endSpoken(): void {
    if (this.spoken === undefined) return
    const { type, index } = this.spoken
    const signature = type === 'reasoning' ? this.details.take() : undefined
    const cited = type === 'text' ? this.citations : []
    if (type === 'text') this.citations = []
    this.events.push({
      type: 'block-end',
      index,
      ...(signature === undefined ? {} : { signature }),
      ...(cited.length > 0 ? { citations: cited } : {}),
    })
    this.spoken = undefined
  }

  /** A tool call begins: what was spoken before it is over. */
  private open(block: { readonly id: string; readonly name: string }): number {
    this.said.hasToolCall = true
    this.endSpoken()
    const index = this.blocks++
    this.events.push({ type: 'block-start', index, block: { type: 'tool-call', ...block } })
    return index
  }

  private fail(error: GatewayError): InferenceEvent {
    this.isDone = true
    return { type: 'error', error }
  }
}

function textOfOnlyChoice({ choices }: JsonObject): unknown {
  if (!Array.isArray(choices) || choices.length !== 1 || !isObject(choices[0])) return undefined
  const { delta } = choices[0]
  return isObject(delta) ? delta.content : undefined
}

/** Of several answers (`n`) the first is read; the others pass by on passthrough. */
function firstChoice(choices: unknown): JsonObject | undefined {
  if (!Array.isArray(choices)) return undefined
  return choices.find((choice) => isObject(choice) && (choice.index === undefined || choice.index === 0))
}

/** Beside the choices, or inside an extension of the provider's (`x_…`). */
function findUsage(chunk: JsonObject): JsonObject | undefined {
  if (isObject(chunk.usage)) return chunk.usage
  for (const key in chunk) {
    const extension = key.startsWith('x_') ? chunk[key] : undefined
    if (isObject(extension) && isObject(extension.usage)) return extension.usage
  }
  return undefined
}

/** A router's error stands inside the choice, with `error` as the finish reason. */
function choiceError(choice: JsonObject): GatewayError | undefined {
  if (isObject(choice.error)) return readErrorBody({ error: choice.error })
  return choice.finish_reason === 'error' ? interrupted('the provider ended its answer with an error') : undefined
}

function thinkingTexts(thinking: unknown): readonly unknown[] {
  return Array.isArray(thinking) ? thinking.map((part) => (isObject(part) ? part.text : part)) : [thinking]
}
