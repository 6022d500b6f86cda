import { describe, expect, it } from 'vitest'
import { namedHeaders, passedHeaders } from './client-headers.ts'

describe('the client’s headers', () => {
  it.each([
    'content-type',
    'content-encoding',
    'accept',
    'user-agent',
    'openai-beta',
    'anthropic-version',
    'idempotency-key',
    'range',
    'x-stainless-lang',
    'x-amzn-bedrock-guardrailidentifier',
  ])('keep %s', (name) => {
    expect(passedHeaders({ [name]: 'value' })).toEqual({ [name]: 'value' })
  })

  it.each([
    'authorization',
    'x-api-key',
    'api-key',
    'x-goog-api-key',
    'x-amz-security-token',
    'x-amz-date',
    'x-amz-target',
    'x-amz-security-token',
    'metadata',
    'x-http-method-override',
    'cookie',
    'host',
    'connection',
    'content-length',
    'transfer-encoding',
    'expect',
    'x-portkey-config',
    'x-portkey-metadata',
    'x-forwarded-for',
    'forwarded',
    'cf-connecting-ip',
    'cloudfront-viewer-country',
    'x-amzn-trace-id',
    'sec-fetch-mode',
    'origin',
    'traceparent',
    'baggage',
  ])('lose %s', (name) => {
    expect(passedHeaders({ [name]: 'value' })).toEqual({})
  })

  it('lose whatever holds a secret', () => {
    const headers = { 'x-portkey-api-key': 'secret-1', 'x-own': 'Key secret-1', 'x-other': 'fine' }
    expect(passedHeaders(headers)).toEqual({ 'x-other': 'fine' })
  })
})

describe('headers that are forwarded by name', () => {
  it.each(['x-team', 'traceparent', 'x-forwarded-for', 'origin', 'idempotency-key', 'x-my-token'])(
    'may be %s',
    (name) => {
      expect(namedHeaders([name.toUpperCase()], { [name]: 'value' })).toEqual({
        forwarded: { [name]: 'value' },
        refused: [],
      })
    },
  )

  it.each([
    'authorization',
    'x-api-key',
    'cookie',
    'host',
    'connection',
    'transfer-encoding',
    'content-type',
    'content-length',
    'proxy-authorization',
    'x-portkey-config',
    'x-amz-target',
    'x-amz-date',
    'x-amz-content-sha256',
    'x-amzn-trace-id',
    'x-aws-ec2-metadata-token',
    'metadata-flavor',
  ])('are never %s', (name) => {
    expect(namedHeaders([name], { [name]: 'value' })).toEqual({ forwarded: {}, refused: [name] })
  })

  it('are not told about where they did not come', () => {
    expect(namedHeaders(['authorization', 'x-none'], {})).toEqual({ forwarded: {}, refused: [] })
  })
})
