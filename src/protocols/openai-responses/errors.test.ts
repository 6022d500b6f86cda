import { describe, expect, it } from 'vitest'
import { GatewayError } from '../../errors.ts'
import { readErrorBody, writeFailure, writeStreamError } from './errors.ts'

describe('an error in a stream of responses', () => {
  it.each([
    [new GatewayError('upstream_interrupted', 'cut'), 'server_error'],
    [new GatewayError('internal', 'oops'), 'server_error'],
    [new GatewayError('rate_limit_exceeded', 'slow'), 'rate_limit_exceeded'],
    [new GatewayError('upstream_rejected', 'x', { status: 429, wireCode: 'insufficient_quota' }), 'insufficient_quota'],
    [new GatewayError('upstream_rejected', 'x', { status: 400, wireCode: 'invalid_prompt' }), 'invalid_prompt'],
    [new GatewayError('invalid_request', 'x'), 'invalid_request_error'],
  ])('%s has a code that says whether to try again: %s', (error, code) => {
    expect(writeFailure(error)).toEqual({ code, message: error.message })
  })

  it('has its members at the top and inside, for both kinds of clients', () => {
    const frame = writeStreamError(new GatewayError('internal', 'oops', { param: 'x' }), 'trace-1', 7)
    expect(frame).toMatch(/^event: error\ndata: \{.*\}\n\n$/)
    expect(JSON.parse(frame.slice(frame.indexOf('{')))).toEqual({
      type: 'error',
      sequence_number: 7,
      code: 'server_error',
      message: 'oops',
      param: 'x',
      error: { type: 'internal_error', code: 'server_error', message: 'oops', param: 'x' },
      trace_id: 'trace-1',
    })
  })
})

describe('an error of a provider under status 200', () => {
  it.each([
    ['server_error', 500],
    ['rate_limit_exceeded', 429],
    ['invalid_base64_image', 400],
    ['image_content_policy_violation', 400],
    ['bio_policy', 400],
    ['something_new', 502],
  ])('%s stands for status %i', (code, status) => {
    expect(readErrorBody({ error: { code, message: 'm' } })).toMatchObject({ status, message: 'm' })
  })
})
