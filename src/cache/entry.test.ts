import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import type { FinishReason, InferenceEvent } from '../inference/index.ts'
import { toCacheEntry } from './entry.ts'

const times = { storedAtMs: 1_000, tookMs: 20 }
const start: InferenceEvent = { type: 'response-start', id: 'a', model: 'm' }
const end = (reason: FinishReason): InferenceEvent => ({ type: 'response-end', finish: { reason } })
const keep = (events: readonly InferenceEvent[], isClamped = false) => toCacheEntry({ events, isClamped }, times)

describe('an answer', () => {
  it.each<FinishReason>(['stop', 'stop-sequence', 'length', 'tool-calls'])('that ended with %s is kept', (reason) => {
    expect(keep([start, end(reason)])).toEqual({ events: [start, end(reason)], ...times })
  })

  it.each<FinishReason>(['content-filter', 'refusal', 'pause', 'other'])('that ended with %s is not kept', (reason) => {
    expect(keep([start, end(reason)])).toBeUndefined()
  })

  it('without an ending, or with an error, is not kept', () => {
    expect(keep([start])).toBeUndefined()
    expect(keep([start, { type: 'error', error: new GatewayError('internal', 'x') }])).toBeUndefined()
  })

  it('that the limits cut short is not kept, and is when it ended by itself', () => {
    expect(keep([start, end('length')], true)).toBeUndefined()
    expect(keep([start, end('stop')], true)).toBeDefined()
  })

  it.each([
    ['{"a":1}', true],
    ['', true],
    ['{"a":', false],
  ])('that calls a tool with %j: kept = %s', (text, isKept) => {
    const call: readonly InferenceEvent[] = [
      { type: 'block-start', index: 0, block: { type: 'tool-call', id: 'c', name: 'f' } },
      { type: 'block-delta', index: 0, text },
      { type: 'block-end', index: 0 },
    ]
    expect(keep([start, ...call, end('tool-calls')]) !== undefined).toBe(isKept)
  })

  it('tells all the usage that is known, also what its wire did not show', () => {
    const entry = toCacheEntry({ events: [start, end('stop')], isClamped: false, usage: { output: 3 } }, times)
    expect(entry?.events).toEqual([start, { type: 'usage', usage: { output: 3 } }, end('stop')])
  })
})
