import { describe, expect, it } from 'vitest'
import type { Ambient } from '../../ambient.ts'
import { newLogId, readTrace } from './trace.ts'

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
