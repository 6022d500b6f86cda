/** Folds an answer's events into one whole: for logs, for writers of whole answers, for tests. */
import type { GatewayError } from '../errors.ts'
import type { Carry } from './carry.ts'
import type { Block, Citation, InferenceEvent, TokenLogprob } from './event.ts'
import type { Finish } from './finish.ts'
import { mergeUsage, type Usage } from './usage.ts'

export interface CollectedBlock {
  readonly block: Block
  readonly text: string
  readonly signature?: string
  readonly carry?: Carry
  readonly citations?: readonly Citation[]
}

export interface CollectedAnswer {
  readonly id?: string
  readonly model?: string
  readonly createdAtMs?: number
  /** In the order they started. */
  readonly blocks: readonly CollectedBlock[]
  /** All text blocks, joined. */
  readonly text: string
  readonly reasoning: string
  readonly refusal: string
  /** `arguments` is the JSON text as the model wrote it. */
  readonly toolCalls: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
  readonly usage?: Usage
  /** Absent = the answer has no ending: it broke. */
  readonly finish?: Finish
  readonly carry?: Carry
  readonly logprobs?: readonly TokenLogprob[]
  readonly error?: GatewayError
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

/** `collect(events).text` is what the model said. */
export function collect(events: Iterable<InferenceEvent>): CollectedAnswer {
  const blocks = new Map<number, Writable<CollectedBlock>>()
  const answer: Writable<Omit<CollectedAnswer, 'blocks' | 'text' | 'reasoning' | 'refusal' | 'toolCalls'>> = {}
  for (const event of events) {
    if (event.type === 'block-start') {
      blocks.set(event.index, { block: event.block, text: '' })
    } else if (event.type === 'block-delta' || event.type === 'block-end') {
      const block = blocks.get(event.index)
      if (!block) continue
      if (event.type === 'block-delta') block.text += event.text
      else if (event.signature !== undefined) block.signature = event.signature
      if (event.type === 'block-end' && event.carry) block.carry = event.carry
      if (event.type === 'block-end' && event.citations) block.citations = event.citations
    } else if (event.type === 'response-start') {
      answer.id = event.id
      answer.model = event.model
      if (event.createdAtMs !== undefined) answer.createdAtMs = event.createdAtMs
    } else if (event.type === 'usage') {
      answer.usage = mergeUsage(answer.usage, event.usage)
    } else if (event.type === 'response-end') {
      answer.finish = event.finish
      if (event.carry) answer.carry = event.carry
      if (event.logprobs) answer.logprobs = event.logprobs
    } else {
      answer.error = event.error
    }
  }
  return { ...answer, ...summarise([...blocks.values()]) }
}

function summarise(blocks: readonly CollectedBlock[]) {
  const join = (type: Block['type']) =>
    blocks
      .filter(({ block }) => block.type === type)
      .map(({ text }) => text)
      .join('')
  return {
    blocks,
    text: join('text'),
    reasoning: join('reasoning'),
    refusal: join('refusal'),
    toolCalls: blocks.flatMap(({ block, text }) =>
      block.type === 'tool-call' ? [{ id: block.id, name: block.name, arguments: text }] : [],
    ),
  }
}

/** What is wrong with the order of these events; [] when nothing is. Every reader of every wire must pass. */
export function eventOrderProblems(events: readonly InferenceEvent[]): readonly string[] {
  const problems: string[] = []
  const open = new Set<number>()
  let started = 0
  for (const [at, event] of events.entries()) {
    const say = (problem: string) => problems.push(`event ${at} (${event.type}): ${problem}`)
    if ((at === 0) !== (event.type === 'response-start') && event.type !== 'error')
      say('response-start comes first, once')
    if (at < events.length - 1 && (event.type === 'response-end' || event.type === 'error')) say('nothing may follow')
    if (event.type === 'block-start') {
      if (event.index !== started++) say(`index ${event.index} is not the next one`)
      open.add(event.index)
    } else if (event.type === 'block-delta' || event.type === 'block-end') {
      if (!open.has(event.index)) say(`block ${event.index} is not open`)
      if (event.type === 'block-end') open.delete(event.index)
    } else if (event.type === 'response-end' && open.size > 0) {
      say(`blocks ${[...open].join(', ')} are still open`)
    }
  }
  const last = events.at(-1)?.type
  if (last !== 'response-end' && last !== 'error') problems.push('neither response-end nor error is last')
  return problems
}
