import { countTokens } from 'gpt-tokenizer/encoding/o200k_base'
import { describe, expect, it } from 'vitest'
import { likelyTokensOf } from './likely-input.ts'

const prose =
  'A limit is a promise: this key never spends more than this. Before a call, its worst case is held; after the call, what it really cost takes its place. '
const code = `export function sum(values: readonly number[]): number {\n  return values.reduce((total, value) => total + value, 0)\n}\n`
const json = JSON.stringify({ id: 'chatcmpl-1', usage: { prompt_tokens: 14_007, total: 14_008 }, ok: true })

const user = (content: unknown) => ({ model: 'm', messages: [{ role: 'user', content }] })

describe('the likely size of a request', () => {
  it.each([
    ['prose', prose.repeat(20)],
    ['long prose, counted by a part of it', prose.repeat(3_000)],
    ['code', code.repeat(30)],
    ['JSON', json.repeat(30)],
    ['one word again and again', 'word '.repeat(14_000)],
    ['Japanese', 'この関数は、呼び出しの前に最悪の場合の金額を保持します。'.repeat(40)],
    ['German', 'Die Grenze gilt für alle Anfragen, die gleichzeitig unterwegs sind. '.repeat(40)],
  ])('is within 30 %% of what o200k counts for %s', (_, text) => {
    const counted = countTokens(text.slice(0, 200_000)) * (text.length / Math.min(text.length, 200_000))
    const likely = likelyTokensOf(user(text))
    expect(likely / counted).toBeGreaterThan(0.7)
    expect(likely / counted).toBeLessThan(1.3)
  })

  it('is the same for the same text in every wire', () => {
    const text = prose.repeat(10)
    const chat = likelyTokensOf(user(text))
    for (const body of [
      { model: 'm', input: text },
      { model: 'm', messages: [{ role: 'user', content: [{ type: 'text', text }] }] },
      { contents: [{ role: 'user', parts: [{ text }] }] },
      { model: 'm', prompt: text },
    ])
      expect(Math.abs(likelyTokensOf(body) - chat)).toBeLessThan(20)
  })

  it('counts media by their kind, tools by their schema and token ids one by one', () => {
    const bare = likelyTokensOf(user('hi'))
    const data = 'A'.repeat(40_000)
    const parts = (part: object) => likelyTokensOf(user([{ type: 'text', text: 'hi' }, part])) - bare
    expect(parts({ type: 'image_url', image_url: { url: `data:image/png;base64,${data}` } })).toBeLessThan(1_500)
    expect(parts({ type: 'input_audio', input_audio: { data, format: 'mp3' } })).toBeLessThan(300)
    expect(parts({ type: 'file', file: { file_data: `data:application/pdf;base64,${data}` } })).toBeLessThan(2_100)
    const tools = [
      { type: 'function', function: { name: 'look_up', parameters: { properties: { city: {}, day: {} } } } },
    ]
    expect(likelyTokensOf({ ...user('hi'), tools }) - bare).toBeGreaterThan(5)
    expect(likelyTokensOf({ model: 'm', input: [1, 2, 3, 4, 5] })).toBeGreaterThanOrEqual(8)
  })
})
