import { describe, expect, it } from 'vitest'
import { estimateInputTokens, estimateTextTokens } from './estimate.ts'

function estimate(
  content: unknown,
  extras: Record<string, unknown> = {},
): { readonly tokens: number; readonly bytes: number } {
  const body = { model: 'm', messages: [{ role: 'user', content }], ...extras }
  const bytes = Buffer.byteLength(JSON.stringify(body))
  return { tokens: estimateInputTokens(body, bytes), bytes }
}

const base64 = Buffer.alloc(300_000, 7).toString('base64')

describe('the upper bound of input tokens', () => {
  it('counts text by its bytes, so that no tokenizer gives more', () => {
    const { tokens, bytes } = estimate('𓀀'.repeat(50))
    expect(tokens).toBeGreaterThanOrEqual(bytes)
    expect(tokens).toBeLessThan(bytes + 100)
  })

  it('adds the prompt that providers put before tools', () => {
    const plain = estimate('hi')
    const withTools = estimate('hi', { tools: [{ type: 'function' }] })
    expect(withTools.tokens - withTools.bytes - (plain.tokens - plain.bytes)).toBe(1_000)
  })

  it.each([
    ['image_url', { type: 'image_url', image_url: { url: `data:image/png;base64,${base64}` } }, 10_000],
    ['image', { type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64 } }, 10_000],
    ['input_audio', { type: 'input_audio', input_audio: { data: base64, format: 'mp3' } }, 300_000 / 16],
    ['document', { type: 'document', source: { type: 'base64', data: base64 } }, 600_000],
    ['file', { type: 'file', file: { file_data: `data:application/pdf;base64,${base64}` } }, 600_000],
    ['input_image', { type: 'input_image', image_url: `data:image/png;base64,${base64}` }, 10_000],
    ['input_file', { type: 'input_file', file_data: `data:application/pdf;base64,${base64}` }, 600_000],
  ])('counts an inline %s by its kind, not by its bytes', (_, part, mediaTokens) => {
    const { tokens, bytes } = estimate([part])
    expect(tokens).toBe(bytes - base64.length + mediaTokens + 64)
  })

  it.each([
    ['image', { type: 'image_url', image_url: { url: 'https://a.example/b.png' } }, 10_000],
    ['image', { type: 'image_url', image_url: 'https://a.example/b.png' }, 10_000],
    ['recording', { type: 'input_audio', input_audio: { id: 'audio-1' } }, 1_000_000],
    ['document', { type: 'document', source: { type: 'url', url: 'https://a.example/b.pdf' } }, 1_000_000],
    ['file', { type: 'file', file: { file_id: 'file-1' } }, 1_000_000],
    ['input_image', { type: 'input_image', image_url: 'https://a.example/b.png' }, 10_000],
    ['input_file', { type: 'input_file', file_url: 'https://a.example/b.pdf' }, 1_000_000],
  ])('bounds a %s that is only named', (_, part, mediaTokens) => {
    const { tokens, bytes } = estimate([part])
    expect(tokens).toBe(bytes + mediaTokens + 64)
  })

  it('knows that gpt-4o-mini counts pictures higher', () => {
    const part = { type: 'image_url', image_url: { url: 'https://a.example/b.png' } }
    const { tokens } = estimate([part], { model: '@openai/gpt-4o-mini-2024-07-18' })
    expect(tokens).toBeGreaterThan(48_169)
  })

  it('finds pictures in the items of an input, results among them', () => {
    const image = { type: 'input_image', image_url: `data:image/png;base64,${base64}` }
    const input = [
      { type: 'message', role: 'user', content: [image] },
      { type: 'function_call_output', call_id: 'call_1', output: [image] },
    ]
    const { tokens, bytes } = estimate('hi', { input })
    expect(tokens).toBe(bytes - 2 * base64.length + 20_000 + 64)
  })

  it.each([
    { previous_response_id: 'resp_1' },
    { conversation: 'conv_1' },
    { prompt: { id: 'pmpt_1' } },
    { input: [{ type: 'item_reference', id: 'msg_1' }] },
    { input: [{ type: 'compaction', encrypted_content: 'x' }] },
  ])('adds a whole context where the provider has stored a part of the conversation: %j', (stored) => {
    const { tokens, bytes } = estimate('hi', stored)
    expect(tokens).toBe(bytes + 1_000_000 + 64)
  })

  it('finds pictures inside tool results', () => {
    const image = { type: 'image', source: { type: 'base64', data: base64 } }
    const { tokens, bytes } = estimate([{ type: 'tool_result', content: [image] }])
    expect(tokens).toBe(bytes - base64.length + 10_000 + 64)
  })

  it.each([
    ['a text part', { type: 'text', text: `data:image/png;base64,${base64}` }],
    ['a text document', { type: 'document', source: { type: 'text', data: base64 } }],
    ['what is no base64', { type: 'image', source: { type: 'base64', data: 'long text '.repeat(30_000) } }],
    [
      'a deep nest',
      [1, 2, 3, 4, 5].reduce<unknown>((inner) => ({ content: [inner] }), { type: 'image', source: { data: base64 } }),
    ],
  ])('counts %s as text, so that nothing is hidden in it', (_, part) => {
    const { tokens, bytes } = estimate([part])
    expect(tokens).toBeGreaterThanOrEqual(bytes)
  })

  it.each([null, 7, 'text', [null, 'x', 7]])('survives content %j', (content) => {
    expect(estimate(content).tokens).toBeGreaterThan(0)
  })

  it('counts a reranker’s query with every document, and a text prompt as no stored one', () => {
    const query = 'q'.repeat(100)
    const documents = Array.from({ length: 50 }, () => 'd')
    expect(estimateInputTokens({ query, documents }, 1_000)).toBeGreaterThanOrEqual(50 * 100)
    expect(estimateInputTokens({ prompt: 'a' }, 20)).toBeLessThan(1_000)
    expect(estimateInputTokens({ prompt: ['a', 'b'] }, 20)).toBeLessThan(1_000)
    expect(estimateInputTokens({ prompt: { id: 'pmpt_1' } }, 20)).toBeGreaterThan(1_000_000)
  })
})

describe('parts of Google’s wire', () => {
  const inline = (mimeType: string) => ({ inlineData: { mimeType, data: base64 } })

  function google(part: unknown, more: object = {}): number {
    const body = { contents: [{ role: 'user', parts: [part] }], ...more }
    return estimateInputTokens(body, Buffer.byteLength(JSON.stringify(body)))
  }

  it('count as media, in either spelling, also in what a function gave back', () => {
    expect(google(inline('image/png'))).toBeLessThan(11_000)
    expect(google({ inline_data: { mime_type: 'image/png', data: base64 } })).toBeLessThan(11_000)
    expect(google(inline('audio/wav'))).toBeLessThan(20_000)
    expect(google(inline('application/pdf'))).toBeGreaterThanOrEqual(600_000)
    expect(google({ functionResponse: { parts: [inline('image/png')] } })).toBeLessThan(11_000)
  })

  it('count as all that a model takes where their size is not seen', () => {
    expect(google({ fileData: { fileUri: 'https://example.com/film' } })).toBeGreaterThanOrEqual(1_000_000)
    expect(google({ functionResponse: { parts: [{ file_data: {} }] } })).toBeGreaterThanOrEqual(1_000_000)
    const system = { systemInstruction: { parts: [{ fileData: { fileUri: 'gs://bucket/paper' } }] } }
    expect(google({ text: 'hi' }, system)).toBeGreaterThanOrEqual(1_000_000)
    const film = { messages: [{ content: [{ type: 'video_url', video_url: { url: 'https://example.com/film' } }] }] }
    expect(estimateInputTokens(film, 100)).toBeGreaterThanOrEqual(1_000_000)
    expect(google({ text: 'hi' }, { cachedContent: 'cachedContents/1' })).toBeGreaterThanOrEqual(1_000_000)
  })

  it('count as text where they are no encoding', () => {
    const text = 'not base64, but words '.repeat(500)
    expect(google({ inlineData: { mimeType: 'image/png', data: text } })).toBeGreaterThanOrEqual(text.length)
  })
})

describe('the likely count', () => {
  it('is a quarter of the characters, rounded up', () => {
    expect([0, 1, 4, 5].map(estimateTextTokens)).toEqual([0, 1, 1, 2])
  })
})
