/** Answers as neutral events: random ones from a seed, and what is left of them when order and cuts are forgotten. */
import type { Block, FinishReason, InferenceEvent, Usage } from '../../src/inference/index.ts'
import { mergeUsage } from '../../src/inference/index.ts'

/** Numbers in [0, 1) from a seed (mulberry32), so that a failure can be repeated. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const words = ['Grüße', ' 🌍', '\n\n', 'data: x', '"', '\\', ' and', '日本', '\r\n', '</think>', '\u2028', ' ']
const reasons: readonly FinishReason[] = ['stop', 'length', 'content-filter']

interface Script {
  readonly block: Block
  readonly pieces: string[]
  readonly signature?: string
}

/** What an answer may be made of, as far as a wire can say it. */
export interface Abilities {
  readonly hasReasoning: boolean
  readonly hasSignatures: boolean
}

/** A random answer: reasoning, text, tool calls whose deltas are interleaved as parallel calls are. */
export function randomAnswer(random: () => number, abilities: Abilities): readonly InferenceEvent[] {
  const pick = (count: number) => Math.floor(random() * count)
  const someWords = () => Array.from({ length: 1 + pick(4) }, () => words[pick(words.length)] as string)
  const first: Script[] = []
  if (abilities.hasReasoning && random() < 0.4) {
    const signature = abilities.hasSignatures ? { signature: `sig+/${pick(1000)}=` } : {}
    first.push({ block: { type: 'reasoning' }, pieces: someWords(), ...signature })
  }
  if (random() < 0.7) first.push({ block: { type: 'text' }, pieces: someWords() })
  const calls = Array.from({ length: pick(4) }, (_, at): Script => {
    const text = JSON.stringify({ text: someWords().join(''), at })
    const cut = pick(text.length)
    const block: Block = { type: 'tool-call', id: `call_${at}_${pick(1000)}`, name: `tool_${at}` }
    return { block, pieces: [text.slice(0, cut), text.slice(cut)] }
  })
  const usage: Usage = { inputUncached: pick(1000), inputCacheRead: pick(50), output: pick(500) }
  const reason = calls.length > 0 ? 'tool-calls' : (reasons[pick(reasons.length)] as FinishReason)
  return [
    { type: 'response-start', id: `id_${pick(1000)}`, model: 'some-model' },
    ...first.flatMap((script, index) => play(script, index)),
    ...interleave(calls, first.length, random),
    { type: 'usage', usage },
    { type: 'response-end', finish: { reason } },
  ]
}

function play(script: Script, index: number): InferenceEvent[] {
  const { block, pieces, signature } = script
  return [
    { type: 'block-start', index, block },
    ...pieces.map((text): InferenceEvent => ({ type: 'block-delta', index, text })),
    { type: 'block-end', index, ...(signature === undefined ? {} : { signature }) },
  ]
}

/** Mixes the events of several blocks, each block's own in order, starts in order of their index. */
function interleave(scripts: readonly Script[], offset: number, random: () => number): InferenceEvent[] {
  const queues = scripts.map((script, at) => play(script, offset + at))
  const mixed: InferenceEvent[] = queues.flatMap((queue) => queue.splice(0, 1))
  while (queues.some((queue) => queue.length > 0)) {
    const open = queues.filter((queue) => queue.length > 0)
    mixed.push(...(open[Math.floor(random() * open.length)] as InferenceEvent[]).splice(0, 1))
  }
  return mixed
}

export interface Said {
  readonly id: string
  readonly model: string
  readonly content: readonly string[]
  readonly usage: Usage
  readonly finish: string
}

/** No wire has words for both. */
const alike: Readonly<Partial<Record<FinishReason, string>>> = { refusal: 'content-filter' }

/** What was said, as plain values. Empty arguments and the empty object are the same call. */
export function whatWasSaid(events: readonly InferenceEvent[]): Said {
  let id = ''
  let model = ''
  let usage: Usage = {}
  let finish = 'none'
  const blocks = new Map<number, { block: Block; text: string; signature: string }>()
  for (const event of events) {
    if (event.type === 'response-start') ({ id, model } = event)
    if (event.type === 'block-start') blocks.set(event.index, { block: event.block, text: '', signature: '' })
    const open = 'index' in event ? blocks.get(event.index) : undefined
    if (event.type === 'block-delta' && open) open.text += event.text
    if (event.type === 'block-end' && open && event.signature) open.signature = event.signature
    if (event.type === 'usage') usage = mergeUsage(usage, event.usage)
    if (event.type === 'response-end') finish = alike[event.finish.reason] ?? event.finish.reason
    if (event.type === 'error') finish = `error: ${event.error.message}`
  }
  const content = [...blocks.values()].map(({ block, text, signature }) => {
    const name = block.type === 'tool-call' ? ` ${block.id} ${block.name}` : ''
    const said = block.type === 'tool-call' && text === '' ? '{}' : text
    return `${block.type}${name}: ${said}${signature === '' ? '' : ` [${signature}]`}`
  })
  const { inputUncached, inputCacheRead, output } = usage
  return { id, model, content, usage: { inputUncached, inputCacheRead, output } as Usage, finish }
}
