import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import { replaceTexts, requestTexts } from '../text-slots.ts'
import { googleGeminiClient } from './client.ts'

const { client, upstream } = googleGeminiClient
const contents = [{ role: 'user', parts: [{ text: 'hi' }] }]
const body = (more: object = {}) => ({ model: 'gemini-2.5-flash', contents, ...more })

describe('a request of Google’s client', () => {
  it.each([
    ['camel case', { generationConfig: { maxOutputTokens: 90, candidateCount: 2 } }],
    ['snake case', { generation_config: { max_output_tokens: 90, candidate_count: 2 } }],
    ['numbers as text', { generationConfig: { maxOutputTokens: '90', candidateCount: '2' } }],
  ])('says its cap and its answers in %s', (_, more) => {
    expect(client.peek(body(more))).toMatchObject({ maxOutputTokens: 90, answers: 2, isStream: false, hasTools: false })
  })

  it('has no cap and one answer where it says nothing', () => {
    const peek = client.peek(body({ stream: true, tools: [{ googleSearch: {} }] }))
    expect(peek).toEqual({
      model: 'gemini-2.5-flash',
      answers: 1,
      isStream: true,
      wantsUsage: true,
      hasTools: true,
    })
  })

  it.each([
    [{ contents: [] }, /contents/],
    [{ contents: 'hi' }, /contents/],
    [{ model: '' }, /model/],
    [{ generationConfig: 7 }, /generationConfig/],
    [{ generationConfig: { maxOutputTokens: 1.5 } }, /maxOutputTokens/],
    [{ generationConfig: { candidateCount: 0 } }, /candidateCount/],
    [{ generationConfig: { maxOutputTokens: 5, max_output_tokens: 50_000 } }, /max_output_tokens.*left out beside/],
    [{ generationConfig: {}, generation_config: { max_output_tokens: 50_000 } }, /generation_config.*left out beside/],
  ])('is refused for %j', (more, message) => {
    expect(() => client.peek(body(more))).toThrow(message)
  })

  it('is capped where this wire says it, whatever its spelling', () => {
    const capped = { generationConfig: { temperature: 1, maxOutputTokens: 40 }, generation_config: undefined }
    expect(upstream.capOutput?.(body({ generationConfig: { temperature: 1, maxOutputTokens: 90 } }), 40)).toEqual(
      capped,
    )
    expect(upstream.capOutput?.(body({ generation_config: { temperature: 1, max_output_tokens: 90 } }), 40)).toEqual(
      capped,
    )
    expect(upstream.capOutput?.(body(), 40)).toMatchObject({ generationConfig: { maxOutputTokens: 40 } })
  })

  it('is passed on, never translated', () => {
    expect(() => client.readRequest(body())).toThrow('passed on only')
    expect(upstream.askForUsage(body())).toEqual({ model: undefined, stream: undefined })
  })
})

describe('an error', () => {
  it.each([
    ['invalid_request', 400, 'INVALID_ARGUMENT'],
    ['authentication_failed', 401, 'UNAUTHENTICATED'],
    ['permission_denied', 403, 'PERMISSION_DENIED'],
    ['usage_limit_exceeded', 412, 'FAILED_PRECONDITION'],
    ['rate_limit_exceeded', 429, 'RESOURCE_EXHAUSTED'],
    ['guardrail_denied', 446, 'FAILED_PRECONDITION'],
    ['internal', 500, 'INTERNAL'],
    ['upstream_unavailable', 502, 'UNAVAILABLE'],
  ] as const)('%s is %d %s', (code, status, word) => {
    const error = new GatewayError(code, 'what was wrong')
    const written = JSON.parse(client.writeError(error, 'trace-1'))
    expect(written.error).toMatchObject({ code: status, status: word, message: 'what was wrong' })
    expect(written.error.details[0].metadata).toMatchObject({ traceId: 'trace-1' })
    expect(client.writeStreamError(error, '')).toMatch(/^data: \{"error":.*\}\n\n$/)
  })
})

describe('the texts of a request', () => {
  const conversation = {
    systemInstruction: { parts: [{ text: 'be brief' }] },
    contents: [
      { role: 'user', parts: [{ text: 'first' }, { inlineData: { mimeType: 'image/png', data: 'AAAA' } }] },
      { role: 'model', parts: [{ text: 'hm', thought: true }, { functionCall: { name: 'f', args: { a: 'b' } } }] },
      { role: 'user', parts: [{ functionResponse: { name: 'f', response: { found: ['x', { deep: 'y' }] } } }] },
    ],
  }

  it('are found in their places, what functions gave back among them', () => {
    expect(requestTexts(conversation).map(({ role, text, isLast }) => [role, text, isLast])).toEqual([
      ['system', 'be brief', false],
      ['user', 'first', false],
      ['assistant', 'hm', false],
      ['assistant', '{"a":"b"}', false],
      ['tool', 'x', true],
      ['tool', 'y', true],
    ])
  })

  it('are replaced in their places', () => {
    const slots = requestTexts(conversation)
    const changed = replaceTexts(
      conversation,
      slots,
      new Map([
        [1, '***'],
        [3, '{"a":"*"}'],
        [5, '*'],
      ]),
    )
    expect(JSON.parse(JSON.stringify(changed))).toMatchObject({
      contents: [
        { parts: [{ text: '***' }, { inlineData: { data: 'AAAA' } }] },
        { parts: [{ text: 'hm' }, { functionCall: { args: { a: '*' } } }] },
        { parts: [{ functionResponse: { response: { found: ['x', { deep: '*' }] } } }] },
      ],
    })
  })
})
