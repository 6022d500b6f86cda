import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../test/support/seeded-random.ts'
import type { InferenceEvent } from '../inference/index.ts'
import { findProtocol } from './index.ts'
import { PlainDeltas } from './plain-deltas.ts'
import type { Frame, ProtocolId } from './protocol.ts'

const frameOf = (data: string, event?: string): Frame => ({
  data,
  bytes: Buffer.from(`${event === undefined ? '' : `event: ${event}\n`}data: ${data}\n\n`),
  ...(event === undefined ? {} : { event }),
})
const chunk = (delta: string, extra: object = {}) =>
  frameOf(JSON.stringify({ type: 'd', item: { id: 'x' }, delta, finish: null, ...extra }))
const said = (text: string): readonly InferenceEvent[] => [{ type: 'block-delta', index: 3, text }]

function taught(frame: Frame, text: string): PlainDeltas {
  const deltas = new PlainDeltas('delta', ({ delta }) => delta)
  deltas.learn(frame, said(text))
  return deltas
}

describe('plain deltas', () => {
  it('are read like the one that was learnt', () => {
    const deltas = taught(chunk('a'), 'a')
    expect(deltas.read(chunk(' hello é🙂'))).toEqual(said(' hello é🙂'))
    expect(deltas.read(chunk('he said "no"\n\\'))).toEqual(said('he said "no"\n\\'))
    expect(deltas.read(chunk(''))).toEqual([])
  })

  it('may carry padding and a running number', () => {
    const deltas = taught(chunk('a', { sequence_number: 9, obfuscation: 'Xy' }), 'a')
    expect(deltas.read(chunk('b', { sequence_number: 10, obfuscation: '' }))).toEqual(said('b'))
    expect(deltas.read(chunk('b', { sequence_number: 10, obfuscation: 'a\\"' }))).toEqual(said('b'))
    expect(deltas.read(chunk('b', { sequence_number: -1, obfuscation: 'a' }))).toBeUndefined()
    expect(deltas.read(chunk('b', { sequence_number: 10, obfuscation: 'a', more: 1 }))).toBeUndefined()
    expect(deltas.read(chunk('b', { sequence_number: 10 }))).toBeUndefined()
  })

  it('are forgotten when something begins or ends', () => {
    const deltas = taught(chunk('a'), 'a')
    deltas.learn(chunk('b'), [])
    expect(deltas.read(chunk('c'))).toEqual(said('c'))
    deltas.learn(frameOf('{}'), [{ type: 'block-end', index: 3 }])
    expect(deltas.read(chunk('c'))).toBeUndefined()
  })

  it.each([
    ['another id', JSON.stringify({ type: 'd', item: { id: 'y' }, delta: 'a', finish: null })],
    ['a finish', '{"type":"d","item":{"id":"x"},"delta":"a","finish":"stop"}'],
    ['another member', '{"type":"d","item":{"id":"x"},"delta":"a","finish":null,"refusal":"no"}'],
    ['half a frame', '{"type":"d","item":{"id":"x"},"delta":"a","fin'],
    ['half a text', '{"type":"d","item":{"id":"x"},"delta":"a'],
    ['an escape that is none', '{"type":"d","item":{"id":"x"},"delta":"\\x","finish":null}'],
    ['a raw line break', '{"type":"d","item":{"id":"x"},"delta":"\u0001","finish":null}'],
    ['an error', '{"error":"x"}'],
  ])('leave %s to the parser', (_, data) => {
    expect(taught(chunk('a'), 'a').read(frameOf(data))).toBeUndefined()
  })

  it.each([
    ['{"x":{"delta":"a"},"delta": "a"}'],
    ['{"delta": "a"}'],
    ['{"delta":"a","x":{"obfuscation":"b"}}'],
    ['{"delta":"a","x":{"sequence_number":1}}'],
    ['{"delta":"a"'],
  ])('are not learnt from %s', (data) => {
    expect(taught(frameOf(data), 'a').read(frameOf(data))).toBeUndefined()
  })
})

const texts = [
  '',
  'a',
  ' the',
  '"',
  '\\',
  '\n',
  'é',
  '"}',
  '","finish_reason":"stop"',
  '🙂',
  '\u2028',
  'x"obfuscation":"y',
]

/** A stream of text deltas as each wire writes them, with now and then something else in between. */
const streams: Readonly<Record<string, (text: string, at: number, filler: string | undefined) => Frame>> = {
  'openai-chat': (content, _, obfuscation) =>
    frameOf(JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { content }, finish_reason: null }], obfuscation })),
  'anthropic-messages': (text, at) => {
    const body = { type: 'content_block_delta', index: at > 8 ? 1 : 0, delta: { type: 'text_delta', text } }
    return frameOf(JSON.stringify(body), 'content_block_delta')
  },
  'openai-responses': (delta, at, obfuscation) => {
    const type = 'response.output_text.delta'
    const body = { type, item_id: 'm', output_index: at > 8 ? 1 : 0, content_index: 0, delta, sequence_number: at }
    return frameOf(JSON.stringify({ ...body, obfuscation }), type)
  },
}

describe.each(Object.entries(streams))('a stream of %s', (wire, write) => {
  it('says the same with and without its bytes at hand', () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
    const random = seededRandom(seed)
    const any = (count: number) => Math.floor(random() * count)
    for (let run = 0; run < 1_000; run++) {
      const { upstream } = findProtocol(wire as ProtocolId)
      const [fast, plain] = [upstream.openStream(), upstream.openStream()]
      for (let at = 0; at < 14; at++) {
        const text = `${texts[any(texts.length)]}${texts[any(texts.length)]}`
        const frame = write(text, at, any(4) > 0 ? texts[any(texts.length)] : undefined)
        const { bytes: _, ...withoutBytes } = frame
        expect(fast.push(frame), `seed ${seed} run ${run} at ${at}`).toEqual(plain.push(withoutBytes))
      }
      expect(fast.end()).toEqual(plain.end())
    }
  })
})
