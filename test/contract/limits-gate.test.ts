/** The gate as a request meets it: what is admitted, shortened or refused, and in which words. */
import { describe, expect, it } from 'vitest'
import type { LimitPolicy } from '../../src/limits/setting.ts'
import { Bench, estimate, start, subject } from '../simulate/gate-sample.ts'

const dollars = (credit_limit: number) => subject({ usageLimits: [{ credit_limit, periodic_reset: 'monthly' }] })
/** The dearest this request can be: 100 × 1,000 + 50 × 4,000 nano-dollars. */
const worst = 0.0003

const policy = (more: Partial<LimitPolicy>): LimitPolicy => ({
  id: 'p1',
  name: 'per user',
  conditions: [{ key: 'metadata._user', value: '*' }],
  groupBy: [{ key: 'metadata._user' }],
  epoch: 0,
  entityEpochs: {},
  startedAtMs: start,
  ...more,
})

describe('a request that nothing limits', () => {
  it('passes without an estimate or a write', async () => {
    const bench = new Bench()
    const outcome = await bench.hold({ estimate: () => Promise.reject(new Error('not asked for')) })
    expect(outcome).toEqual({ type: 'held', holds: [], headers: {}, warnings: [] })
    expect(bench.gate.isLimited({ subjects: [subject({})], policies: [], dimensions: {} })).toBe(false)
    expect(bench.gate.isLimited({ subjects: [dollars(1)], policies: [], dimensions: {} })).toBe(true)
  })
})

describe('a cost limit', () => {
  it('holds the worst case and tells the holds before the first write', async () => {
    const bench = new Bench()
    const planned: unknown[] = []
    const holds = await bench.held({ subjects: [dollars(1)], onPlanned: (all) => planned.push(all) })
    expect(holds).toMatchObject([{ resource: 'cost', amount: 300_000 }])
    expect(planned).toEqual([holds])
  })
  it('is exact to the nano-dollar', async () => {
    const bench = new Bench()
    await bench.held({ subjects: [dollars(worst)] })
    await bench.refused({ subjects: [dollars(worst)] })
  })
  it('refuses for good when it is spent, and says all that one needs to know', async () => {
    const bench = new Bench()
    const holds = await bench.held({ subjects: [dollars(worst)] })
    await bench.close(holds, { costNanos: 250_000 })
    const { error } = await bench.refused({ subjects: [dollars(worst)] })
    expect(error).toMatchObject({
      code: 'usage_limit_exceeded',
      status: 412,
      wireCode: '04',
      type: 'workspace_exhaust_error',
    })
    expect(error.facts).toMatchObject({ isRetryable: false, spent: 250_000, held: 0, limitAmount: 300_000 })
    expect(error.message).toBe(
      'cost limit of workspace acme has too little left: spent $0.00025, held $0.00 of $0.0003 in the window until 2026-12-01T00:00:00Z; this request needs at least $0.000164',
    )
  })
  it('refuses for a moment when others hold the room', async () => {
    const bench = new Bench()
    await bench.held({ subjects: [dollars(worst)] })
    const { error } = await bench.refused({ subjects: [dollars(worst)] })
    expect(error).toMatchObject({ code: 'limit_busy', status: 429 })
    expect(error.facts.retryAfterMs).toBe(1_000)
    expect(error.facts.isRetryable).toBeUndefined()
  })
  it('shortens the answer to what the room buys, and says so', async () => {
    const bench = new Bench()
    await bench.held({ subjects: [dollars(0.0005)] })
    const outcome = await bench.hold({ subjects: [dollars(0.0005)] })
    // 200,000 are left: 100,000 for the input, 25 tokens of output.
    expect(outcome).toMatchObject({
      type: 'held',
      maxOutputTokens: 25,
      holds: [{ amount: 200_000 }],
      warnings: [{ type: 'clamped', field: 'max_tokens' }],
    })
  })
  it('does not sell an answer that is too short to be useful', async () => {
    const bench = new Bench()
    await bench.held({ subjects: [dollars(0.00046)] })
    expect((await bench.refused({ subjects: [dollars(0.00046)] })).error.code).toBe('limit_busy')
  })
  it('sells a short answer to who asks for a short one', async () => {
    const bench = new Bench()
    const holds = await bench.held({
      subjects: [dollars(0.000104)],
      estimate: async () => ({ ...estimate, maxOutputTokens: 1 }),
    })
    expect(holds).toMatchObject([{ amount: 104_000 }])
  })
  it('does not shorten an answer that is made whole or not at all', async () => {
    const bench = new Bench()
    const fixed = async () => ({ ...estimate, isOutputFixed: true })
    await bench.held({ subjects: [dollars(0.0005)], estimate: fixed })
    expect((await bench.refused({ subjects: [dollars(0.0005)], estimate: fixed })).error.code).toBe('limit_busy')
  })
  it('always caps an answer for which nobody names a maximum', async () => {
    const { maxOutputTokens: _, ...open } = estimate
    const outcome = await new Bench().hold({ subjects: [dollars(1)], estimate: async () => open })
    expect(outcome).toMatchObject({ type: 'held', maxOutputTokens: 16_384 })
  })
  it('refuses a model without a price and names the way out', async () => {
    const { error } = await new Bench().refused({
      subjects: [dollars(1)],
      dimensions: { model: 'odd-1' },
      estimate: async () => ({ ...estimate, priceNanos: () => undefined }),
    })
    expect(error).toMatchObject({ code: 'model_unpriced', status: 412 })
    expect(error.message).toContain("model 'odd-1' has no known price")
    expect(error.message).toContain('pricing_config')
    const unnamed = { subjects: [dollars(1)], estimate: async () => ({ ...estimate, priceNanos: () => undefined }) }
    expect((await new Bench().refused(unnamed)).error.message).toContain('the model has no known price')
  })
  it('admits exactly as many as fit when many come at once to several instances', async () => {
    const bench = new Bench()
    const outcomes = await Promise.all(Array.from({ length: 40 }, () => bench.hold({ subjects: [dollars(worst * 5)] })))
    const held = outcomes.flatMap((outcome) => (outcome.type === 'held' ? outcome.holds : []))
    expect(held.reduce((sum, hold) => sum + hold.amount, 0)).toBeLessThanOrEqual(1_500_000)
    expect(held.length).toBe(5)
  })
  it('re-opens at once when it is raised', async () => {
    const bench = new Bench()
    await bench.close(await bench.held({ subjects: [dollars(worst)] }), { costNanos: 300_000 })
    await bench.refused({ subjects: [dollars(worst)] })
    await bench.held({ subjects: [dollars(worst * 2)] })
  })
  it('starts anew at the exact instant of the next window, whatever ran', async () => {
    const bench = new Bench()
    const subjects = [dollars(worst)]
    await bench.close(await bench.held({ subjects }), { costNanos: 300_000 })
    bench.nowMs = Date.parse('2026-11-30T23:59:59.999Z')
    await bench.refused({ subjects })
    bench.nowMs = Date.parse('2026-12-01T00:00:00.000Z')
    await bench.held({ subjects })
  })
  it('starts anew with a reset', async () => {
    const bench = new Bench()
    await bench.held({ subjects: [dollars(worst)] })
    await bench.held({ subjects: [{ ...dollars(worst), epoch: 1 }] })
  })
  it('holds the likely cost when it is a standard one', async () => {
    const setting = { credit_limit: 1, enforcement: 'standard' as const }
    const outcome = await new Bench().hold({ subjects: [subject({ usageLimits: [setting] })] })
    expect(outcome).toMatchObject({ holds: [{ amount: 180_000 }] })
    expect(outcome).not.toHaveProperty('maxOutputTokens')
  })
})

describe('several limits at once', () => {
  const token = (credit_limit: number) =>
    subject({ kind: 'provider', id: 'v1', label: 'open-ai', usageLimits: [{ type: 'tokens', credit_limit }] })

  it('take nothing from one when another refuses', async () => {
    const bench = new Bench()
    await bench.refused({ subjects: [dollars(1), token(90)] })
    for await (const counter of bench.counters.list('')) expect([counter.used, counter.spent]).toEqual([0, 0])
  })
  it('name the one that is gone rather than the one that is busy', async () => {
    const bench = new Bench()
    await bench.held({ subjects: [dollars(worst)] })
    const { error } = await bench.refused({ subjects: [dollars(worst), token(90)] })
    expect(error).toMatchObject({ code: 'usage_limit_exceeded', type: 'virtual_key_exhaust_error' })
  })
  it('shorten to the smallest room and hold no more than that anywhere', async () => {
    const bench = new Bench()
    const outcome = await bench.hold({ subjects: [dollars(1), token(130)] })
    expect(outcome).toMatchObject({ maxOutputTokens: 30, holds: [{ amount: 220_000 }, { amount: 130 }] })
    for await (const counter of bench.counters.list('')) expect([220_000, 130]).toContain(counter.used)
  })
  it('give everything back when the call does not happen', async () => {
    const bench = new Bench()
    await bench.gate.release(await bench.held({ subjects: [dollars(1), token(500)] }), bench.nowMs)
    for await (const counter of bench.counters.list('')) expect(counter.used).toBe(0)
  })
})

describe('a request rate', () => {
  const rate = (value: number) => subject({ rateLimits: [{ type: 'requests', unit: 'rpm', value }] })

  it('shows limit, remaining and reset', async () => {
    const outcome = await new Bench().hold({ subjects: [rate(5)] })
    expect(outcome.headers).toEqual({
      'x-ratelimit-limit-requests': '5',
      'x-ratelimit-remaining-requests': '4',
      'x-ratelimit-reset-requests': '60s',
    })
  })
  it('shows the one of several with the least room, for requests and tokens each', async () => {
    const rateLimits = [
      { type: 'requests', unit: 'rpd', value: 900 },
      { type: 'requests', unit: 'rpm', value: 7 },
      { type: 'requests', unit: 'rph', value: 50 },
      { type: 'tokens', unit: 'rph', value: 300 },
    ] as const
    const outcome = await new Bench().hold({ subjects: [subject({ rateLimits })] })
    expect(outcome.headers).toEqual({
      'x-ratelimit-limit-requests': '7',
      'x-ratelimit-remaining-requests': '6',
      'x-ratelimit-reset-requests': '60s',
      'x-ratelimit-limit-tokens': '300',
      'x-ratelimit-remaining-tokens': '180',
      'x-ratelimit-reset-tokens': '3600s',
    })
  })
  it('refuses until the instant of relief, and a refusal counts for nothing', async () => {
    const bench = new Bench()
    const subjects = [rate(2)]
    await bench.held({ subjects })
    await bench.held({ subjects })
    const { error } = await bench.refused({ subjects })
    expect(error).toMatchObject({ code: 'rate_limit_exceeded', status: 429, type: 'workspace_rate_limit_error' })
    const relief = bench.nowMs + (error.facts.retryAfterMs ?? 0)
    bench.nowMs = relief - 2_500
    await bench.refused({ subjects })
    bench.nowMs = relief
    await bench.held({ subjects })
  })
  it('slides: a full minute just before still weighs', async () => {
    const bench = new Bench()
    bench.nowMs = start + 59_000
    const subjects = [rate(10)]
    for (let count = 0; count < 10; count++) await bench.held({ subjects })
    bench.nowMs = start + 75_000
    // Three quarters of the 10 still count: 7.
    for (let count = 0; count < 3; count++) await bench.held({ subjects })
    await bench.refused({ subjects })
  })
  it('of nothing lets nothing through', async () => {
    expect((await new Bench().refused({ subjects: [rate(0)] })).error.code).toBe('rate_limit_exceeded')
  })
  it('counts a request once however many targets are tried', async () => {
    const bench = new Bench()
    await bench.held({ subjects: [rate(1)] })
    expect(await bench.held({ subjects: [rate(1)], attempt: 2 })).toEqual([])
  })
  it('stays counted when the call fails, so that a fallback is not free and not double', async () => {
    const bench = new Bench()
    const subjects = [rate(1)]
    await bench.gate.release(await bench.held({ subjects }), bench.nowMs)
    await bench.held({ subjects, attempt: 2 })
    await bench.refused({ subjects })
  })
  it('on tokens holds the likely ones and settles to the true ones', async () => {
    const bench = new Bench()
    const subjects = [subject({ rateLimits: [{ type: 'tokens', unit: 'rph', value: 200 }] })]
    const holds = await bench.held({ subjects })
    expect(holds).toMatchObject([{ resource: 'tokens', amount: 120 }])
    await bench.close(holds, { usage: { inputUncached: 30, output: 10 } })
    expect((await bench.hold({ subjects })).headers['x-ratelimit-remaining-tokens']).toBe('40')
  })
})

describe('a policy', () => {
  const usage = { type: 'requests' as const, credit_limit: 1 }

  it('counts each group by itself', async () => {
    const bench = new Bench()
    const policies = [policy({ usage })]
    await bench.close(await bench.held({ policies, dimensions: { 'metadata._user': 'ann' } }))
    await bench.held({ policies, dimensions: { 'metadata._user': 'bob' } })
    const { error } = await bench.refused({ policies, dimensions: { 'metadata._user': 'ann' } })
    expect(error).toMatchObject({ type: 'usage_limits_policy_exhaust_error', wireCode: '06' })
    expect(error.message).toContain('policy per user for metadata._user:ann')
  })
  it('does not apply without a value to group by', async () => {
    const bench = new Bench()
    const policies = [policy({ usage, conditions: [] })]
    expect(await bench.held({ policies })).toEqual([])
  })
  it('starts anew for the one group that was reset', async () => {
    const bench = new Bench()
    const dimensions = { 'metadata._user': 'ann' }
    await bench.held({ policies: [policy({ usage })], dimensions })
    await bench.held({ policies: [policy({ usage, entityEpochs: { 'metadata._user:ann': 1 } })], dimensions })
  })
})

describe('a store that does not answer for sure', () => {
  it('lets nothing through, and what else was taken is given back', async () => {
    const bench = new Bench()
    const flaky = new Bench({
      ...bench.counters,
      take: async (take) =>
        take.key.startsWith('workspace') ? { type: 'unknown', cause: new Error('timeout') } : bench.counters.take(take),
    })
    const key = subject({ kind: 'api_key', id: 'k1', usageLimits: [{ credit_limit: 1 }] })
    const { error } = await flaky.refused({ subjects: [key, dollars(1)] })
    expect(error).toMatchObject({ code: 'limit_busy', status: 503 })
    for await (const counter of bench.counters.list('')) expect(counter.used).toBe(0)
  })
  it('lets nothing through when it cannot be read', async () => {
    const { counters } = new Bench()
    const deaf = new Bench({ ...counters, read: () => Promise.reject(new Error('timeout')) })
    const rated = subject({ rateLimits: [{ type: 'requests', unit: 'rpm', value: 5 }] })
    const { error } = await deaf.refused({ subjects: [dollars(1), rated] })
    expect(error).toMatchObject({ code: 'limit_busy', status: 503, type: 'limit_unavailable' })
    for await (const counter of counters.list('')) expect(counter.used).toBe(0)
  })
  it('lets nothing through after the deadline', async () => {
    const bench = new Bench()
    const { error } = await bench.refused({ subjects: [dollars(1)], deadlineAtMs: bench.nowMs })
    expect(error.code).toBe('request_timeout')
  })
})
