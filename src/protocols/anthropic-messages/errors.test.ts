import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import { readError, writeError, writeStreamError } from './errors.ts'

function fixture(name: string): { readonly status: number; readonly body: string } {
  const folder = new URL(`../../../test/fixtures/anthropic-messages/${name}/`, import.meta.url)
  const { status } = JSON.parse(readFileSync(new URL('meta.json', folder), 'utf8')) as { status: number }
  const file = readdirSync(folder).find((entry) => entry.startsWith('error.'))!
  return { status, body: readFileSync(new URL(file, folder), 'utf8') }
}

describe("a provider's error", () => {
  it.each([
    ['status-400', 'invalid_request_error', false],
    ['status-401', 'authentication_error', false],
    ['status-429', 'rate_limit_error', true],
    ['status-529', 'overloaded_error', true],
  ])('is read from %s with its word, message and raw body', (name, type, isRetryable) => {
    const { status, body } = fixture(name)
    const error = readError(status, body)
    expect(error).toMatchObject({ code: 'upstream_rejected', status, type, facts: { rawBody: body, isRetryable } })
    expect(error.message).toBe((JSON.parse(body) as { error: { message: string } }).error.message)
  })

  it.each([
    ['status-502-html', "the provider answered 502 with a page titled '502 Bad Gateway'"],
    ['status-503-empty', 'the provider answered 503 without a body'],
  ])('has a readable message for %s', (name, message) => {
    const { status, body } = fixture(name)
    expect(readError(status, body)).toMatchObject({ status, message })
  })

  it.each([
    ['<html></html>', 'with a page that is not JSON'],
    ['upstream connect error', "with text that is not JSON: 'upstream connect error'"],
    ['[]', "with text that is not JSON: '[]'"],
    ['{}', 'the provider answered 500 without a message'],
    ['{"error":"no"}', 'no'],
    ['{"message":"no","code":"x"}', 'no'],
    ['{"detail":"no"}', 'no'],
  ])('is readable for the body %s', (body, message) => {
    expect(readError(500, body).message).toContain(message)
  })
})

describe('an error for the client', () => {
  it("has this wire's shape with the family's fields alongside", () => {
    const error = new GatewayError('usage_limit_exceeded', 'the budget is used up', { param: 'model' })
    expect(JSON.parse(writeError(error, 'trace-1'))).toEqual({
      type: 'error',
      error: {
        type: 'invalid_request_error',
        message: 'the budget is used up',
        code: '04',
        param: 'model',
        details: { error_code: 'usage_limit_exceeded' },
      },
      request_id: 'trace-1',
      status: 'failure',
      message: 'the budget is used up',
    })
  })

  it.each([
    ['invalid_request', {}, 'invalid_request_error'],
    ['authentication_failed', {}, 'authentication_error'],
    ['permission_denied', {}, 'permission_error'],
    ['not_found', {}, 'not_found_error'],
    ['request_too_large', {}, 'request_too_large'],
    ['rate_limit_exceeded', {}, 'rate_limit_error'],
    ['request_timeout', {}, 'timeout_error'],
    ['guardrail_denied', {}, 'invalid_request_error'],
    ['upstream_unavailable', {}, 'api_error'],
    ['upstream_rejected', { status: 529 }, 'overloaded_error'],
    ['upstream_rejected', { status: 402 }, 'billing_error'],
    ['upstream_rejected', { status: 400, type: 'server_error' }, 'invalid_request_error'],
    ['internal', {}, 'api_error'],
  ] as const)('calls %s %j %s', (code, facts, word) => {
    const body = JSON.parse(writeError(new GatewayError(code, 'x', facts), 't')) as { error: { type: string } }
    expect(body.error.type).toBe(word)
  })

  it('is one frame in a stream', () => {
    const text = writeStreamError(new GatewayError('upstream_interrupted', 'it\nbroke'), 'trace-1')
    expect(text.startsWith('event: error\ndata: {"type":"error","error":{')).toBe(true)
    expect(text.trimEnd().split('\n')).toHaveLength(2)
    expect(text.endsWith('}\n\n')).toBe(true)
  })
})
