import { describe, expect, it } from 'vitest'
import { UsageWatch } from './usage-watch.ts'

function watched(contentType: string, text: string, cut = text.length): UsageWatch {
  const watch = new UsageWatch(contentType, '')
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += cut) watch.push(bytes.subarray(at, at + cut))
  watch.end()
  return watch
}

describe('usage in an answer that is passed on', () => {
  it.each([
    ['chat', { model: 'm', usage: { prompt_tokens: 9, completion_tokens: 4 } }, { inputUncached: 9, output: 4 }],
    [
      'responses, cached tokens inside the input',
      { object: 'response', usage: { input_tokens: 9, input_tokens_details: { cached_tokens: 5 }, output_tokens: 4 } },
      { inputUncached: 4, inputCacheRead: 5, output: 4 },
    ],
    [
      'messages, cached tokens beside the input',
      { type: 'message', usage: { input_tokens: 9, cache_read_input_tokens: 5, output_tokens: 4 } },
      { inputUncached: 9, inputCacheRead: 5, output: 4 },
    ],
    ['Gemini', { usageMetadata: { promptTokenCount: 9, candidatesTokenCount: 4 } }, { inputUncached: 9, output: 4 }],
    ['Converse', { usage: { inputTokens: 9, outputTokens: 4, totalTokens: 13 } }, { inputUncached: 9, output: 4 }],
  ])('of %s is read', (_, body, usage) => {
    expect(watched('application/json; charset=utf-8', JSON.stringify(body)).usage).toMatchObject(usage)
  })

  it('is read from streams of every family, however they are cut', () => {
    const messages = [
      { type: 'message_start', message: { model: 'claude', usage: { input_tokens: 9, output_tokens: 1 } } },
      { type: 'message_delta', usage: { output_tokens: 4 } },
    ]
    const text = messages.map((each) => `event: ${each.type}\ndata: ${JSON.stringify(each)}\n\n`).join('')
    for (const cut of [1, 7, text.length]) {
      const watch = watched('text/event-stream', text, cut)
      expect(watch.usage).toMatchObject({ inputUncached: 9, output: 4 })
      expect(watch.model).toBe('claude')
    }
    const chat = 'data: {"choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4}}\n\ndata: [DONE]\n\n'
    expect(watched('text/event-stream', chat).usage).toMatchObject({ inputUncached: 9, output: 4 })
  })

  it.each([
    ['application/json', '{"usage":'],
    ['application/json', '{"usage":"much"}'],
    ['application/json', '[{"usage":{"prompt_tokens":9}}]'],
    ['application/json', '{"usage":{"characters":9}}'],
    ['application/octet-stream', '{"usage":{"prompt_tokens":9}}'],
    ['application/jsonl', '{"usage":{"prompt_tokens":9}}'],
  ])('is unknown for %s %s', (contentType, text) => {
    expect(watched(contentType, text).usage).toBeUndefined()
  })

  it('is not looked for in megabytes of JSON', () => {
    const text = JSON.stringify({ usage: { prompt_tokens: 9 }, data: 'x'.repeat(5 * 1024 * 1024) })
    expect(watched('application/json', text, 1024 * 1024).usage).toBeUndefined()
  })
})
