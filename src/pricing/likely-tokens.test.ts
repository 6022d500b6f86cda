import { describe, expect, it } from 'vitest'
import { likelyInputTokens, textTokens } from './likely-tokens.ts'

const user = (content: unknown) => ({ messages: [{ role: 'user', content }] })

const weather = {
  name: 'get_weather',
  description: 'Get the current weather in a given location',
  input_schema: {
    type: 'object',
    properties: { location: { type: 'string', description: 'The city and state, e.g. San Francisco, CA' } },
    required: ['location'],
  },
}

describe('a likely count', () => {
  // platform.claude.com/docs/en/build-with-claude/token-counting, its own examples and answers
  it.each([
    ['a greeting with a system prompt', { system: 'You are a scientist', ...user('Hello, Claude') }, 14],
    ['a tool', { tools: [weather], ...user("What's the weather like in San Francisco?") }, 403],
    [
      'a picture',
      user([
        { type: 'image', source: { type: 'base64', data: 'AAAA' } },
        { type: 'text', text: 'Describe this image' },
      ]),
      1551,
    ],
  ])('of %s is within 15 % of the published one', (_, body, published) => {
    const likely = likelyInputTokens(body)
    expect(Math.abs(likely - published) / published, `${likely} for ${published}`).toBeLessThanOrEqual(0.15)
  })

  // ai.google.dev/gemini-api/docs/tokens; developers.openai.com/cookbook "How to count tokens with tiktoken"
  it.each([
    ['The quick brown fox jumps over the lazy dog.', 10],
    ['antidisestablishmentarianism', 6],
    ['2 + 2 = 4', 7],
    ['お誕生日おめでとう', 9],
  ])('of %j is near %d', (text, published) => {
    expect(Math.abs(textTokens(text) - published)).toBeLessThanOrEqual(2)
  })

  it('counts what tools were asked and answered, thinking and documents', () => {
    const bare = likelyInputTokens(user('hi'))
    const parts = [
      { type: 'tool_use', id: 'toolu_1', name: 'find', input: { what: 'a needle in the haystack' } },
      { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'text', text: 'it was found there' }] },
      { type: 'thinking', thinking: 'where could it be', signature: 'x'.repeat(400) },
      { type: 'document', source: { type: 'text', data: 'a document of plain text' } },
    ]
    for (const part of parts) {
      const more = likelyInputTokens(user([{ type: 'text', text: 'hi' }, part])) - bare
      expect(more, part.type).toBeGreaterThan(3)
      expect(more, part.type).toBeLessThan(60)
    }
    const pdf = { type: 'document', source: { type: 'base64', data: 'A'.repeat(200_000) } }
    expect(likelyInputTokens(user([pdf]))).toBeGreaterThan(4_000)
  })

  it('counts a document that is only named as a page, and one of parts by its parts', () => {
    const one = (source: object) =>
      likelyInputTokens(user([{ type: 'document', source }])) - likelyInputTokens(user([]))
    expect(one({ type: 'url', url: 'https://a.example/b.pdf' })).toBe(2_000)
    const parts = [
      { type: 'text', text: 'a few words of it' },
      { type: 'image', source: {} },
    ]
    expect(one({ type: 'content', content: parts })).toBe(textTokens('a few words of it') + 1_500)
  })

  it('counts each half of what is neither word nor mark', () => {
    expect(textTokens('🌍🌍')).toBe(4)
    expect(textTokens('\u0001')).toBe(1)
  })

  it.each([null, 7, 'text', [null, 'x', 7, []]])('survives content %j', (content) => {
    expect(likelyInputTokens(user(content))).toBeGreaterThan(0)
  })

  it('is ready for a body of megabytes', () => {
    expect(textTokens(' word and'.repeat(300_000))).toBe(600_000)
  })
})
