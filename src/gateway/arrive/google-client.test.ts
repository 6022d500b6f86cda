import { describe, expect, it } from 'vitest'
import type { Call } from '../ports.ts'
import { isModelListOfGoogle, withoutQueryKey } from './google-client.ts'

function callOf(rawTarget: string, headers: Record<string, string> = {}): Call {
  const [path = '', query = ''] = rawTarget.split('?')
  return {
    method: 'POST',
    path,
    query: Object.fromEntries(new URLSearchParams(query)),
    rawTarget,
    headers,
    body: new Uint8Array(0),
    receivedAtMs: 0,
    deadlineAtMs: 1,
    clientGone: new AbortController().signal,
  }
}

describe('a key in the query', () => {
  it.each([
    ['/v1beta/models/m:generateContent?key=secret&alt=sse', '/v1beta/models/m:generateContent?alt=sse'],
    ['/v1/models/m:countTokens?key=secret', '/v1/models/m:countTokens'],
    ['/v1beta/files?pageSize=2&key=secret', '/v1beta/files?pageSize=2'],
    ['/v1/models?k%65y=secret', '/v1/models'],
  ])('of %s becomes a header', (given, rawTarget) => {
    const call = withoutQueryKey(callOf(given))
    expect(call).toMatchObject({ rawTarget, headers: { 'x-goog-api-key': 'secret' } })
    expect(JSON.stringify([call.rawTarget, call.query])).not.toContain('secret')
  })

  it('gives way to a header', () => {
    const call = withoutQueryKey(callOf('/v1beta/models?key=secret', { 'x-goog-api-key': 'mine' }))
    expect(call.headers).toEqual({ 'x-goog-api-key': 'mine' })
    expect(call.rawTarget).toBe('/v1beta/models')
  })

  it('means something else on other paths', () => {
    const call = callOf('/v1/threads?key=cursor')
    expect(withoutQueryKey(call)).toBe(call)
  })
})

describe('the model list', () => {
  it('is Google’s for Google’s clients', () => {
    const google = callOf('/v1/models', { 'x-goog-api-key': 'k' })
    expect(isModelListOfGoogle(google, { type: 'models' })).toBe(true)
    expect(isModelListOfGoogle(google, { type: 'health' })).toBe(false)
    expect(isModelListOfGoogle(callOf('/v1/models'), { type: 'models' })).toBe(false)
  })
})
