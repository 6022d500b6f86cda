/** Writes neutral events as answers of this wire, for answers from the cache and texts that a guardrail has changed. */
import {
  type Block,
  collect,
  type Finish,
  type InferenceEvent,
  mergeUsage,
  type Usage,
  type Warning,
} from '../../inference/index.ts'
import { isObject, parseObject, present } from '../fields.ts'
import type { JsonObject, StreamWriter, WriteAnswerOptions } from '../protocol.ts'
import { readMarkedSignature } from '../signature.ts'
import { interrupted } from './errors.ts'
import { ownFields, wireId } from './wire.ts'

interface Head {
  readonly id?: string
  readonly model?: string
}

/** Throws the error that the events end with, and `upstream_interrupted` when they have no ending. */
export function writeAnswer(
  events: readonly InferenceEvent[],
  options: WriteAnswerOptions,
): { readonly text: string; readonly warnings: readonly Warning[] } {
  const { id, model, blocks, finish, usage, carry, error } = collect(events)
  if (error) throw error
  if (!finish) throw interrupted("the provider's answer has no ending; it is not whole")
  const pen = new PartPen()
  const parts = blocks.flatMap(({ block, text, signature }) => pen.write(block, text, signature))
  const head = present({ id, model: model || options.model })
  return { text: JSON.stringify(chunkOf(head, parts, { finish, usage, side: ownFields(carry) })), warnings: [] }
}

export class GeminiWriter implements StreamWriter {
  readonly warnings: readonly Warning[] = []
  private head: Head
  private usage: Usage | undefined
  private readonly pen = new PartPen()
  private readonly open = new Map<number, { readonly block: Block; text: string }>()

  constructor({ model }: WriteAnswerOptions) {
    this.head = { model }
  }

  push(event: InferenceEvent): string {
    if (event.type === 'response-start') this.head = present({ id: event.id, model: event.model || this.head.model })
    if (event.type === 'usage') this.usage = mergeUsage(this.usage, event.usage)
    if (event.type === 'block-start') this.open.set(event.index, { block: event.block, text: '' })
    if (event.type === 'block-delta') return this.tell(event.index, event.text)
    if (event.type === 'block-end') return this.close(event.index, event.signature)
    if (event.type !== 'response-end') return ''
    return frameOf(chunkOf(this.head, [], { finish: event.finish, usage: this.usage, side: ownFields(event.carry) }))
  }

  /** Text goes out at once; a call of this wire comes whole. */
  private tell(index: number, text: string): string {
    const open = this.open.get(index)
    if (open === undefined) return ''
    if (open.block.type === 'tool-call') {
      open.text += text
      return ''
    }
    return this.frame(this.pen.write(open.block, text))
  }

  private close(index: number, signature: string | undefined): string {
    const open = this.open.get(index)
    this.open.delete(index)
    return open === undefined ? '' : this.frame(this.pen.write(open.block, open.text, signature))
  }

  private frame(parts: readonly JsonObject[]): string {
    return parts.length === 0 ? '' : frameOf(chunkOf(this.head, parts, {}))
  }
}

/** Signatures stand where their wire put them: that of a call is kept until the call. */
class PartPen {
  private ofCall: string | undefined

  write(block: Block, text: string, signature?: string): readonly JsonObject[] {
    if (block.type === 'other') return [ownFields(block.carry) ?? []].flat()
    if (block.type === 'tool-call') {
      const part = {
        functionCall: { id: block.id, name: block.name, args: parseObject(text) ?? {} },
        ...signed(this.ofCall),
      }
      this.ofCall = undefined
      return [part]
    }
    const isThought = block.type === 'reasoning'
    const said = text === '' ? [] : [{ text, ...(isThought ? { thought: true } : {}) }]
    const mark = readMarkedSignature(wireId, signature)
    if (mark?.place === 'call') this.ofCall = mark.signature
    const isOwn = mark !== undefined && mark.place !== 'call'
    const thought = mark?.place === 'thought' ? { thought: true } : {}
    return isOwn ? [...said, { text: '', ...thought, ...signed(mark.signature) }] : said
  }
}

function signed(signature: string | undefined): JsonObject {
  return signature === undefined ? {} : { thoughtSignature: signature }
}

interface Ending {
  readonly finish?: Finish
  readonly usage?: Usage | undefined
  /** What the candidate said beside its content. */
  readonly side?: JsonObject | undefined
}

function chunkOf({ id, model }: Head, parts: readonly JsonObject[], { finish, usage, side = {} }: Ending): JsonObject {
  const { promptFeedback, ...fields } = side
  const candidate = present({
    content: parts.length === 0 && promptFeedback !== undefined ? undefined : { role: 'model', parts },
    finishReason: finish && writeFinish(finish),
    index: 0,
    ...fields,
  })
  return present({
    candidates: [candidate],
    promptFeedback,
    usageMetadata: usage && writeUsage(usage),
    modelVersion: model || undefined,
    responseId: id || undefined,
  })
}

function frameOf(chunk: JsonObject): string {
  return `data: ${JSON.stringify(chunk)}\n\n`
}

const words: Readonly<Partial<Record<Finish['reason'], string>>> = {
  length: 'MAX_TOKENS',
  'content-filter': 'SAFETY',
  refusal: 'SAFETY',
  other: 'OTHER',
}

/** Its own word where the provider said one. */
function writeFinish({ reason, raw }: Finish): string {
  return raw !== undefined && /^[A-Z_]+$/.test(raw) ? raw : (words[reason] ?? 'STOP')
}

/** The provider's own object: only its own answers are written in this wire. */
function writeUsage({ raw }: Usage): JsonObject | undefined {
  return isObject(raw) ? raw : undefined
}
