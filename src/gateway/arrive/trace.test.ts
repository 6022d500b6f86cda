import { describe, expect, it } from 'vitest'
import type { Ambient } from '../../ambient.ts'
import { newLogId, readMetadata, readTrace } from './trace.ts'

const ambient: Ambient = {
  now: () => 1_700_000_000_000,
  random: () => 0.5,
  newId: () => '11111111-2222-4333-8444-555555555555',
  schedule: () => () => {},
  log: () => {},
}

describe('trace', () => {
  it('takes the client’s own trace id first', () => {
    const trace = readTrace(
      { 'x-portkey-trace-id': 'mine', traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` },
      'n',
      ambient,
    )
    expect(trace.traceId).toBe('mine')
    expect(trace.parentSpanId).toBe('b'.repeat(16))
  })

  it('takes the W3C trace when there is no own id', () => {
    expect(readTrace({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` }, 'n', ambient).traceId).toBe(
      'a'.repeat(32),
    )
  })

  it('replaces an id that could not travel in a header', () => {
    expect(readTrace({ 'x-portkey-trace-id': 'two words' }, 'n', ambient).traceId).toBe(
      '11111111-2222-4333-8444-555555555555',
    )
  })

  it('makes log ids that sort by time and are version 7 UUIDs', () => {
    const later = newLogId({ ...ambient, now: () => 1_700_000_000_001 })
    expect(newLogId(ambient)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(newLogId(ambient) < later).toBe(true)
  })
})

describe('metadata', () => {
  it('lets the workspace win over the key, the key over the header, the header over baggage', () => {
    const headers = { baggage: 'a=0,b=0,c=0,d=sp%C3%A4t', 'x-portkey-metadata': '{"a":"1","b":"1","c":"1"}' }
    const metadata = readMetadata(headers, { apiKey: { a: '2', b: '2' }, workspace: { a: '3' } })
    expect(metadata).toEqual({ a: '3', b: '2', c: '1', d: 'spät' })
  })

  it('fills the user from the body only when nobody named one', () => {
    expect(readMetadata({}, { user: 'ann' })).toEqual({ _user: 'ann' })
    expect(readMetadata({ 'x-portkey-metadata': '{"_user":"bob"}' }, { user: 'ann' })).toEqual({ _user: 'bob' })
  })

  it.each(['[1]', '"text"', '{', 'null'])('refuses a header that is not an object: %s', (header) => {
    expect(() => readMetadata({ 'x-portkey-metadata': header }, {})).toThrow('must be a JSON object')
  })

  it('leaves out baggage that cannot be decoded', () => {
    expect(readMetadata({ baggage: 'a=%zz,b=1;ttl=3,=x,c' }, {})).toEqual({ b: '1' })
  })
})
