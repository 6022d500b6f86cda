/** Writes neutral events as answers of the completions endpoint, for texts that a guardrail has changed or refused. */
import {
  collect,
  type Finish,
  type InferenceEvent,
  mergeUsage,
  type Usage,
  type Warning,
} from '../../inference/index.ts'
import { present } from '../fields.ts'
import { interrupted, writeStreamError } from '../openai-chat/errors.ts'
import { writeUsage } from '../openai-chat/usage.ts'
import type { JsonObject, StreamWriter, WriteAnswerOptions } from '../protocol.ts'

interface Head {
  readonly id: string
  readonly model: string
  readonly createdAtMs?: number | undefined
}

function writeHead({ id, model, createdAtMs }: Head, options: WriteAnswerOptions): JsonObject {
  return {
    id: id || `cmpl-${options.nowMs}`,
    object: 'text_completion',
    created: Math.floor((createdAtMs ?? options.nowMs) / 1000),
    model: model || options.model,
  }
}

function writeFinish({ reason }: Finish): string {
  if (reason === 'length') return 'length'
  return reason === 'content-filter' ? 'content_filter' : 'stop'
}

/** Throws the error that the events end with, and `upstream_interrupted` when they have no ending. */
export function writeAnswer(
  events: readonly InferenceEvent[],
  options: WriteAnswerOptions,
): { readonly text: string; readonly warnings: readonly Warning[] } {
  const { id = '', model = '', createdAtMs, blocks, finish, usage, error } = collect(events)
  if (error) throw error
  if (!finish) throw interrupted("the provider's answer has no ending; it is not whole")
  const texts = blocks.length === 0 ? [''] : blocks.map(({ text }) => text)
  const choices = texts.map((text, index) => ({ text, index, logprobs: null, finish_reason: writeFinish(finish) }))
  const answer = { ...writeHead({ id, model, createdAtMs }, options), choices, usage: usage && writeUsage(usage) }
  return { text: JSON.stringify(present(answer)), warnings: [] }
}

export class CompletionWriter implements StreamWriter {
  readonly warnings: readonly Warning[] = []
  private readonly options: WriteAnswerOptions
  private head: JsonObject = {}
  private usage: Usage | undefined
  private blocks = 0

  constructor(options: WriteAnswerOptions) {
    this.options = options
  }

  push(event: InferenceEvent): string {
    if (event.type === 'response-start') this.head = writeHead(event, this.options)
    if (event.type === 'block-start') this.blocks += 1
    if (event.type === 'block-delta') return this.write([choiceOf(event.index, event.text, null)])
    if (event.type === 'usage') this.usage = mergeUsage(this.usage, event.usage)
    if (event.type === 'error') return writeStreamError(event.error, '')
    return event.type === 'response-end' ? this.end(event.finish) : ''
  }

  private end(finish: Finish): string {
    const word = writeFinish(finish)
    const endings = Array.from({ length: Math.max(1, this.blocks) }, (_, index) => choiceOf(index, '', word))
    const usage = this.options.wantsUsage && this.usage ? this.write([], { usage: writeUsage(this.usage) }) : ''
    return `${this.write(endings)}${usage}data: [DONE]\n\n`
  }

  private write(choices: readonly JsonObject[], more: JsonObject = {}): string {
    return `data: ${JSON.stringify({ ...this.head, choices, ...more })}\n\n`
  }
}

function choiceOf(index: number, text: string, finish: string | null): JsonObject {
  return { text, index, logprobs: null, finish_reason: finish }
}
