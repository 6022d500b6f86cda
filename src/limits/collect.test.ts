/** Settings, subjects and policies become one list of limits. */
import { describe, expect, it } from 'vitest'
import { collectLimits, limitsOfSubject } from './collect.ts'
import { counterKey, isEndless } from './limit.ts'
import type { LimitPolicy, LimitSubject } from './setting.ts'
import { windowAt } from './window.ts'

const startedAtMs = Date.parse('2026-11-03T15:00:00Z')
const now = Date.parse('2026-11-20T10:00:00Z')
const subject = (more: Partial<LimitSubject>): LimitSubject => ({
  kind: 'api_key',
  id: 'k/1',
  label: 'ab***xyz',
  usageLimits: [],
  rateLimits: [],
  epoch: 2,
  startedAtMs,
  ...more,
})
const keyOf = (more: Partial<LimitSubject>) => {
  const [limit] = limitsOfSubject(subject(more))
  if (!limit) throw new Error('no limit')
  return counterKey(limit, windowAt(limit.rule, now))
}
const seconds = (text: string) => Date.parse(text) / 1000

describe('the counters of a subject', () => {
  it.each<[Partial<LimitSubject>, string]>([
    [{ usageLimits: [{ credit_limit: 5 }] }, 'api_key/k%2F1/2/usage-cost/none/all'],
    [
      { usageLimits: [{ type: 'tokens', credit_limit: 5, periodic_reset: 'monthly' }] },
      `api_key/k%2F1/2/usage-tokens/month/${seconds('2026-11-01T00:00:00Z')}`,
    ],
    [
      { usageLimits: [{ credit_limit: 5, periodic_reset: 'weekly' }] },
      `api_key/k%2F1/2/usage-cost/week/${seconds('2026-11-15T00:00:00Z')}`,
    ],
    [
      { usageLimits: [{ credit_limit: 5, periodic_reset_days: 10 }] },
      `api_key/k%2F1/2/usage-cost/days-10-${seconds('2026-11-03T00:00:00Z') % 864_000}/${seconds('2026-11-13T00:00:00Z')}`,
    ],
    [
      { usageLimits: [{ credit_limit: 5, periodic_reset: 'monthly', next_usage_reset_at: '2026-12-15T06:00:00Z' }] },
      `api_key/k%2F1/2/usage-cost/month-15-21600/${seconds('2026-11-15T06:00:00Z')}`,
    ],
    [
      { usageLimits: [{ credit_limit: 5, periodic_reset: 'weekly', next_usage_reset_at: '2026-12-01T06:00:00Z' }] },
      `api_key/k%2F1/2/usage-cost/days-7-${seconds('2026-12-01T06:00:00Z') % 604_800}/${seconds('2026-11-17T06:00:00Z')}`,
    ],
    [
      { rateLimits: [{ type: 'requests', unit: 'rpw', value: 5 }] },
      `api_key/k%2F1/2/rate-requests/week/${seconds('2026-11-15T00:00:00Z')}`,
    ],
    [
      { rateLimits: [{ type: 'tokens', unit: 'rph', value: 5 }] },
      `api_key/k%2F1/2/rate-tokens/hour/${seconds('2026-11-20T10:00:00Z')}`,
    ],
  ])('%j', (settings, key) => {
    expect(keyOf(settings)).toBe(key)
  })
  it('never end only where nothing resets', () => {
    expect(isEndless(keyOf({ usageLimits: [{ credit_limit: 5 }] }))).toBe(true)
    expect(isEndless(keyOf({ usageLimits: [{ credit_limit: 5, periodic_reset: 'weekly' }] }))).toBe(false)
  })
  it('hold money as whole nano-dollars', () => {
    const [limit] = limitsOfSubject(subject({ usageLimits: [{ credit_limit: 0.29, alert_threshold: 0.1 }] }))
    expect(limit).toMatchObject({ amount: 290_000_000, alertAt: 100_000_000, enforcement: 'strict' })
  })
})

describe('two settings of one counter', () => {
  it('count once, with the lower amount and the stricter enforcement', () => {
    const limits = collectLimits({
      subjects: [
        subject({
          usageLimits: [
            { credit_limit: 5, enforcement: 'strict' },
            { credit_limit: 3, enforcement: 'standard' },
          ],
        }),
      ],
      policies: [],
      dimensions: {},
    })
    expect(limits).toMatchObject([{ amount: 3e9, enforcement: 'strict' }])
  })
  it.each([
    [{ credit_limit: 3 }, { credit_limit: 5 }, 'strict'],
    [{ credit_limit: 3, enforcement: 'standard' }, { credit_limit: 5 }, 'strict'],
    [{ credit_limit: 3, enforcement: 'standard' }, { credit_limit: 5, enforcement: 'standard' }, 'standard'],
  ] as const)('%j and %j are %s, in either order', (one, other, enforcement) => {
    for (const usageLimits of [
      [one, other],
      [other, one],
    ])
      expect(collectLimits({ subjects: [subject({ usageLimits })], policies: [], dimensions: {} })).toMatchObject([
        { amount: 3e9, enforcement },
      ])
  })
})

describe('a policy', () => {
  const policy: LimitPolicy = {
    id: 'p1',
    name: 'per user and key',
    conditions: [{ key: 'workspace_id', value: 'w1' }],
    groupBy: [{ key: 'metadata._user' }, { key: 'api_key' }],
    usage: { credit_limit: 5, periodic_reset: 'weekly' },
    rate: { type: 'requests', unit: 'rpw', value: 9 },
    epoch: 1,
    entityEpochs: { 'metadata._user:ann/1-api_key:k1': 4 },
    startedAtMs,
  }
  const dimensions = { workspace_id: 'w1', 'metadata._user': 'ann/1', api_key: 'k1' }
  it('makes one counter per tuple of group values, its weeks starting on Monday', () => {
    const limits = collectLimits({ subjects: [], policies: [policy], dimensions })
    expect(limits.map((limit) => limit.counterId)).toEqual([
      'policy/p1/1/4/ann%2F1&k1/usage-cost/week-monday',
      'policy/p1/1/4/ann%2F1&k1/rate-requests/week-monday',
    ])
    expect(limits[0]?.owner.valueKey).toBe('metadata._user:ann/1-api_key:k1')
  })
  it('counts by its rate alone when it has no usage limit', () => {
    const { usage: _, ...rated } = policy
    const limits = collectLimits({ subjects: [], policies: [rated], dimensions })
    expect(limits.map((limit) => limit.nature)).toEqual(['rate'])
  })
  it('keeps groups with long values apart, in keys that the store can hold', () => {
    const counterOf = (user: string) =>
      collectLimits({ subjects: [], policies: [policy], dimensions: { ...dimensions, 'metadata._user': user } })[0]
        ?.counterId ?? ''
    const [one, other] = [counterOf(`${'é'.repeat(2_000)}1`), counterOf(`${'é'.repeat(2_000)}2`)]
    expect(one).not.toBe(other)
    expect(one.length).toBeLessThan(200)
    expect(counterOf(`${'é'.repeat(2_000)}1`)).toBe(one)
  })
  it('is left out when a condition fails or a group value is missing', () => {
    const limitsFor = (values: Record<string, string>) =>
      collectLimits({ subjects: [], policies: [policy], dimensions: values })
    expect(limitsFor({ ...dimensions, workspace_id: 'w2' })).toEqual([])
    expect(limitsFor({ workspace_id: 'w1', api_key: 'k1' })).toEqual([])
  })
})
