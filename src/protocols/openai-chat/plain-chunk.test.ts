import { describe, expect, it } from 'vitest'
import { PlainChunks } from './plain-chunk.ts'
import { ChatStreamReader } from './stream.ts'

const chunk = (content: string, extra: object = {}, delta: object = {}) =>
  JSON.stringify({ id: 'x', choices: [{ index: 0, delta: { content, ...delta }, finish_reason: null }], ...extra })

function taught(data: string, text: string): PlainChunks {
  const chunks = new PlainChunks()
  chunks.learn(data, text)
  return chunks
}

describe('plain chunks', () => {
  it('reads the text of a chunk like the one it learnt', () => {
    const chunks = taught(chunk('a'), 'a')
    expect(chunks.read(chunk(' hello é🙂'))).toBe(' hello é🙂')
    expect(chunks.read(chunk(''))).toBe('')
  })

  it('looks past random padding', () => {
    const chunks = taught(chunk('a', { usage: null, obfuscation: 'Xy' }), 'a')
    expect(chunks.read(chunk('b', { usage: null, obfuscation: '' }))).toBe('b')
    expect(chunks.read(chunk('b', { usage: null, obfuscation: 'a\\"' }))).toBeUndefined()
    expect(chunks.read(chunk('b', { usage: null, obfuscation: 'a', more: 1 }))).toBeUndefined()
    expect(chunks.read(chunk('b', { usage: null }))).toBeUndefined()
  })

  it.each([
    ['escapes', chunk('a"b')],
    ['line ends', chunk('a\n')],
    ['another id', chunk('a').replace('"x"', '"y"')],
    ['a finish', chunk('a').replace('null', '"stop"')],
    ['usage', chunk('a', { usage: { prompt_tokens: 1 } })],
    ['another member', chunk('a', {}, { refusal: 'no' })],
    ['half a chunk', chunk('a').slice(0, -5)],
    ['half a text', chunk('aaaaaaaaa').slice(0, 40)],
    ['an error', '{"error":"x"}'],
  ])('leaves %s to the parser', (_, data) => {
    expect(taught(chunk('a'), 'a').read(data)).toBeUndefined()
  })

  it('does not take another place for the text', () => {
    const twice = '{"x":{"content":"a"},"choices":[{"delta":{"content": "a"}}]}'
    expect(taught(twice, 'a').read(twice)).toBeUndefined()
    const spaced = '{"choices":[{"delta":{"content": "a"}}]}'
    expect(taught(spaced, 'a').read(spaced)).toBeUndefined()
    const inner = '{"choices":[{"delta":{"content":"a"},"x":{"obfuscation":"b"}}]}'
    expect(taught(inner, 'a').read(inner)).toBeUndefined()
    const broken = '{"content":"a"'
    expect(taught(broken, 'a').read(broken)).toBeUndefined()
  })

  it('says what the parser says, for random texts and paddings', () => {
    const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
    let state = seed
    const random = (below: number) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return Math.floor((state / 2 ** 32) * below)
    }
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
    for (let run = 0; run < 1_000; run++) {
      const reader = new ChatStreamReader()
      let said = ''
      let expected = ''
      for (let at = 0; at < 8; at++) {
        const text = texts[random(texts.length)]! + texts[random(texts.length)]!
        const data = chunk(text, random(4) > 0 ? { obfuscation: texts[random(texts.length)] } : {})
        for (const event of reader.push({ data })) if (event.type === 'block-delta') said += event.text
        expected += text
      }
      expect(said, `seed ${seed} run ${run}`).toBe(expected)
    }
  })
})
