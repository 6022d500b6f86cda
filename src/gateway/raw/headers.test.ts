import { describe, expect, it } from 'vitest'
import { passedHeaders } from './headers.ts'

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
    expect(passedHeaders({ [name]: 'value' }, ['secret'])).toEqual({ [name]: 'value' })
  })

  it.each([
    'authorization',
    'x-api-key',
    'api-key',
    'x-goog-api-key',
    'x-amz-security-token',
    'x-amz-date',
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
    expect(passedHeaders({ [name]: 'value' }, ['secret'])).toEqual({})
  })

  it('lose whatever holds a secret', () => {
    expect(passedHeaders({ 'x-own': 'Key secret-1', 'x-other': 'fine' }, ['secret-1'])).toEqual({ 'x-other': 'fine' })
  })
})
