import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import { readError, readErrorBody, writeError, writeStreamError } from './errors.ts'
import { openaiChat } from './index.ts'

const fixtures = new URL('../../../test/fixtures/openai-chat/', import.meta.url)

function fixture(name: string): GatewayError {
  const folder = new URL(`${name}/`, fixtures)
  const file = readdirSync(folder).find((entry) => entry.startsWith('error.'))!
  const meta = JSON.parse(readFileSync(new URL('meta.json', folder), 'utf8')) as { status: number }
  return readError(meta.status, readFileSync(new URL(file, folder), 'utf8'))
}

describe('errors of the chat wire', () => {
  it('are written in all shapes that clients look for', () => {
    const error = new GatewayError('rate_limit_exceeded', 'too fast', { param: 'p' })
    const body = {
      status: 'failure',
      message: 'too fast',
      error: { message: 'too fast', type: 'rate_limit_error', param: 'p', code: '05' },
      trace_id: 't',
    }
    expect(JSON.parse(writeError(error, 't'))).toEqual(body)
    expect(writeStreamError(error, 't')).toBe(`data: ${JSON.stringify(body)}\n\n`)
    expect(JSON.parse(writeError(new GatewayError('internal', 'x'), ''))).toEqual({
      status: 'failure',
      message: 'x',
      error: { message: 'x', type: 'internal_error', param: null, code: null },
    })
  })

  it.each<[string, string, object]>([
    [
      'status-400',
      "Unsupported value: 'temperature'",
      { status: 400, param: 'temperature', wireCode: 'unsupported_value', isRetryable: false },
    ],
    ['status-401', 'Incorrect API key', { status: 401, wireCode: 'invalid_api_key' }],
    ['status-429', 'You exceeded your current quota', { status: 429, type: 'insufficient_quota', isRetryable: true }],
    ['status-400-string', 'Model not found: grok-9', { status: 400 }],
    ['status-422-detail', 'body.messages: Field required', { status: 422 }],
    ['status-400-array', 'API key not valid', { status: 400, wireCode: '400' }],
    [
      'status-502-html',
      'the provider answered 502 with a web page: 502 Bad Gateway',
      { status: 502, isRetryable: true },
    ],
    ['status-503-empty', 'the provider answered 503 with an empty body', { status: 503, rawBody: '' }],
    ['status-500-text', 'the provider answered 500 with text instead of JSON: upstream connect error', { status: 500 }],
  ])('say what the provider said in %s', (name, message, facts) => {
    const error = fixture(name)
    expect(error.code).toBe('upstream_rejected')
    expect(error.message).toContain(message)
    expect(error.facts).toMatchObject({ ...facts, rawBody: expect.any(String) })
  })

  it.each([
    ['{}', 'the provider answered 400 without a message'],
    ['"just text"', 'just text'],
    ['{"detail":"Not Found"}', 'Not Found'],
    ['{"detail":[{"x":1}]}', '{"x":1}'],
    ['{"error":{"message":""},"message":"outer"}', 'outer'],
    ['7', 'the provider answered 400 with text instead of JSON: 7'],
    ['<p>no', 'the provider answered 400 with a web page instead of JSON'],
  ])('find the words in %s', (body, message) => {
    expect(readError(400, body).message).toBe(message)
  })

  it.each<[object, number]>([
    [{ error: { code: 'rate_limit_exceeded' } }, 429],
    [{ error: { type: 'invalid_request_error' } }, 400],
    [{ error: { code: 529 } }, 529],
    [{ error: { code: 7 } }, 502],
    [{ error: 'x' }, 502],
  ])('know the status of %j', (body, status) => {
    expect(readErrorBody(body as Record<string, unknown>).status).toBe(status)
  })
})

describe('passthrough of the chat wire', () => {
  const { upstream } = openaiChat

  it('asks for usage in streams alone, keeping the other options', () => {
    expect(upstream.askForUsage({})).toEqual({})
    expect(upstream.askForUsage({ stream: true })).toEqual({ stream_options: { include_usage: true } })
    expect(upstream.askForUsage({ stream: true, stream_options: { a: 1, include_usage: false } })).toEqual({
      stream_options: { a: 1, include_usage: true },
    })
    expect(upstream.askForUsage({ stream: true, stream_options: { include_usage: true } })).toEqual({})
  })

  it.each<[string | undefined, boolean]>([
    ['{"choices":[],"usage":{"prompt_tokens":1}}', true],
    ['{"choices": [ ],"usage":null,"prompt_filter_results":[]}', false],
    ['{"choices":[{"delta":{"content":"\\"choices\\":[]"}}],"usage":{}}', false],
    ['{"choices":[{"delta":{},"x":{"choices":[]}}],"usage":{}}', false],
    ['{"choices":[]', false],
    ['[DONE]', false],
    [undefined, false],
  ])('tells whether %s is only there for usage', (data, expected) => {
    expect(upstream.isUsageOnly(data === undefined ? {} : { data })).toBe(expected)
  })

  it('caps the output under the key that the client used', () => {
    expect(upstream.maxOutputKey({ max_tokens: 5 })).toBe('max_tokens')
    expect(upstream.maxOutputKey({ max_tokens: 5, max_completion_tokens: 5 })).toBe('max_completion_tokens')
    expect(upstream.maxOutputKey({})).toBe('max_completion_tokens')
  })

  it('may fail over until there is content', () => {
    expect(upstream.isPreamble({ type: 'response-start', id: '', model: '' })).toBe(true)
    expect(upstream.isPreamble({ type: 'usage', usage: {} })).toBe(true)
    expect(upstream.isPreamble({ type: 'block-start', index: 0, block: { type: 'text' } })).toBe(false)
  })
})

describe('the details of a refusal', () => {
  it.each([
    [{ detail: [{ msg: 'field required', loc: ['body', 'messages', 0] }] }, 'body.messages.0: field required'],
    [{ detail: [{ msg: 'field required' }, { msg: 'too long', loc: [] }] }, 'field required; too long'],
    [{ detail: [{ code: 7 }, 'x'] }, '{"code":7}; "x"'],
  ])('%j are told as text', (sent, message) => {
    expect(readError(422, JSON.stringify(sent)).message).toBe(message)
  })
})

describe('a cap on the output', () => {
  it.each([
    [{}, { max_completion_tokens: 9 }],
    [{ max_tokens: 50 }, { max_tokens: 9 }],
    [{ max_completion_tokens: 50 }, { max_completion_tokens: 9 }],
    [
      { max_tokens: 50, max_completion_tokens: 60 },
      { max_tokens: 9, max_completion_tokens: 9 },
    ],
  ])('stands in every place where %j had one', (body, edits) => {
    expect(openaiChat.upstream.capOutput?.(body, 9)).toEqual(edits)
  })
})
