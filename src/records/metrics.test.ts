/** A closed record becomes metric points. */
import { describe, expect, it } from 'vitest'
import type { ClosedLog } from './log.ts'
import { metricsOf } from './metrics.ts'

const closed: ClosedLog = {
  id: 'log_1',
  traceId: 't',
  spanId: 's',
  spanName: 'n',
  metadata: {},
  method: 'POST',
  path: '/v1/chat/completions',
  operation: 'chat',
  clientWire: 'openai-chat',
  isStream: true,
  startedAtMs: 0,
  deadlineAtMs: 900_000,
  holds: [],
  aiProviderId: 'acme',
  model: 'acme-large',
  outcome: 'completed',
  status: 200,
  usage: { inputUncached: 10, inputCacheRead: 5, output: 7 },
  costNanos: 2_500_000,
  isPriced: true,
  isEstimated: false,
  cacheStatus: 'DISABLED',
  endedAtMs: 900,
  firstByteMs: 120,
  totalMs: 900,
  upstreamMs: 890,
  gatewayMs: 10,
  attempts: [],
  warnings: [],
  hasPayload: true,
}

function values(log: ClosedLog, dimensions: Record<string, string>): Record<string, number> {
  const same = (other: object) => JSON.stringify(other) === JSON.stringify(dimensions)
  return Object.fromEntries(
    metricsOf(log).flatMap((point) => (same(point.dimensions) ? [[point.name, point.value]] : [])),
  )
}

describe('the metrics of a closed record', () => {
  it('count it once in the totals, with tokens, times and dollars', () => {
    expect(values(closed, {})).toEqual({
      Requests: 1,
      FirstByteTime: 120,
      GatewayTime: 10,
      InputTokens: 15,
      OutputTokens: 7,
      Cost: 0.0025,
    })
  })

  it('count a call that cost more than was held for it, for the alarm', () => {
    const warnings = [{ type: 'under-held', field: 'acme-large', reason: 'it cost 2 and 1 was held' }] as const
    expect(values({ ...closed, warnings }, { kind: 'under_held' })).toEqual({ Errors: 1 })
    expect(values(closed, { kind: 'under_held' })).toEqual({})
  })

  it('count it once for its provider and model', () => {
    expect(values(closed, { provider: 'acme', model: 'acme-large' })).toMatchObject({ Requests: 1, Cost: 0.0025 })
  })

  it('name an error by its code, and an end without a code by its outcome', () => {
    expect(
      values({ ...closed, outcome: 'refused', errorCode: 'rate_limit_exceeded' }, { kind: 'rate_limit_exceeded' }),
    ).toEqual({ Errors: 1 })
    expect(values({ ...closed, outcome: 'interrupted' }, { kind: 'interrupted' })).toEqual({ Errors: 1 })
    expect(metricsOf(closed).map((point) => point.name)).not.toContain('Errors')
  })

  it('never carry a model name that only a client has said', () => {
    const invented = { ...closed, model: 'no-such-model-93274' }
    for (const log of [
      { ...invented, outcome: 'failed' as const },
      { ...invented, isPriced: false },
    ])
      expect(JSON.stringify(metricsOf(log))).not.toContain('93274')
  })

  it('leave out what is not known instead of counting it as 0', () => {
    const { usage: _, costNanos: __, firstByteMs: ___, ...unknown } = closed
    expect(values(unknown, {})).toEqual({ Requests: 1, GatewayTime: 10 })
  })

  it('belong to no provider when none was chosen', () => {
    const { aiProviderId: _, ...refused } = closed
    expect(metricsOf(refused).every((point) => !('provider' in point.dimensions))).toBe(true)
  })
})
