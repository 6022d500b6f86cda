import { describe, expect, it } from 'vitest'
import { GatewayError } from '../errors.ts'
import { decideRetry, RetryBudget, type Tried } from './retry.ts'

const rejected = (status: number, facts: object = {}) =>
  new GatewayError('upstream_rejected', 'no', { status, ...facts })

const tried = (more: Partial<Tried> = {}): Tried => ({
  error: rejected(503),
  setting: { attempts: 5, usesRetryAfter: false },
  retries: 0,
  waitedMs: 0,
  leftMs: 600_000,
  chance: 0.999999,
  ...more,
})

describe('a retry', () => {
  it.each([429, 500, 502, 503, 504, 529])('is made for %i', (status) => {
    expect(decideRetry(tried({ error: rejected(status) })).type).toBe('retry')
  })

  it.each([400, 401, 404, 408, 422, 501])('is not made for %i unless listed', (status) => {
    expect(decideRetry(tried({ error: rejected(status) }))).toEqual({ type: 'stop', because: 'never' })
    const setting = { attempts: 1, usesRetryAfter: false, onStatusCodes: [status] }
    expect(decideRetry(tried({ error: rejected(status), setting })).type).toBe('retry')
  })

  it('is not made where the provider says that it would not help', () => {
    expect(decideRetry(tried({ error: rejected(429, { isRetryable: false }) }))).toEqual({
      type: 'stop',
      because: 'never',
    })
  })

  it('is made when nobody answered, whatever the list says', () => {
    const error = new GatewayError('upstream_unavailable', 'connection refused')
    expect(
      decideRetry(tried({ error, setting: { attempts: 1, usesRetryAfter: false, onStatusCodes: [429] } })).type,
    ).toBe('retry')
  })

  it.each(['rate_limit_exceeded', 'usage_limit_exceeded', 'client_closed', 'invalid_request', 'internal'] as const)(
    'is not made for our own %s',
    (code) => {
      const setting = { attempts: 5, usesRetryAfter: true, onStatusCodes: [400, 412, 429, 499, 500] }
      expect(decideRetry(tried({ error: new GatewayError(code, 'no'), setting })).type).toBe('stop')
    },
  )

  it.each<[string, object, readonly number[] | undefined, string]>([
    ['an answer that was denied', { deniedHook: 'output', isRetryable: false }, [446], 'retry'],
    ['an answer that was denied, not listed', { deniedHook: 'output' }, [429], 'stop'],
    ['an answer that was denied, without a list', { deniedHook: 'output' }, undefined, 'stop'],
    ['a request that was denied', { deniedHook: 'input' }, [446], 'stop'],
    ['an answer whose checks failed', { deniedHook: 'output', status: 246 }, [246], 'retry'],
    ['an answer whose checks failed, not listed', { deniedHook: 'output', status: 246 }, [446], 'stop'],
    ['a request whose checks failed', { status: 246 }, [246], 'stop'],
  ])('for %s follows the list', (_, about, onStatusCodes, type) => {
    const error = new GatewayError('guardrail_denied', 'no', { ...about })
    const setting = { attempts: 1, usesRetryAfter: false, ...(onStatusCodes === undefined ? {} : { onStatusCodes }) }
    expect(decideRetry(tried({ error, setting })).type).toBe(type)
  })

  it('waits a random part of 1, 2, 4, 8, 16 and again 16 seconds', () => {
    const waits = [0, 1, 2, 3, 4].map((retries) => decideRetry(tried({ retries })))
    expect(waits).toEqual([999, 1_999, 3_999, 7_999, 15_999].map((waitMs) => ({ type: 'retry', waitMs })))
    expect(decideRetry(tried({ chance: 0 }))).toEqual({ type: 'retry', waitMs: 0 })
    expect(decideRetry(tried({ retries: 7, setting: { attempts: 9, usesRetryAfter: false } }))).toEqual({
      type: 'retry',
      waitMs: 15_999,
    })
  })

  it('waits as long as the provider says, when asked to heed it', () => {
    const error = rejected(429, { retryAfterMs: 7_000 })
    expect(decideRetry(tried({ error, setting: { attempts: 1, usesRetryAfter: true } }))).toEqual({
      type: 'retry',
      waitMs: 7_000,
    })
    expect(decideRetry(tried({ error, chance: 0 }))).toEqual({ type: 'retry', waitMs: 0 })
  })

  it('is given up rather than waiting more than a minute, at once or in sum, or past the deadline', () => {
    const setting = { attempts: 5, usesRetryAfter: true }
    const error = rejected(429, { retryAfterMs: 30_000 })
    const stop = { type: 'stop', because: 'wait' }
    expect(decideRetry(tried({ error: rejected(429, { retryAfterMs: 60_001 }), setting }))).toEqual(stop)
    expect(decideRetry(tried({ error, setting, waitedMs: 30_001 }))).toEqual(stop)
    expect(decideRetry(tried({ error, setting, leftMs: 30_000 }))).toEqual(stop)
    expect(decideRetry(tried({ error, setting, waitedMs: 30_000 })).type).toBe('retry')
  })

  it('ends with the attempts', () => {
    expect(decideRetry(tried({ retries: 5 }))).toEqual({ type: 'stop', because: 'attempts' })
  })
})

describe('the retry budget', () => {
  const spent = () => {
    const budget = new RetryBudget()
    while (budget.withdraw('t'));
    return budget
  }

  it('adds at most a fifth of the requests once its savings are spent', () => {
    const budget = spent()
    let retries = 0
    for (let request = 0; request < 1_000; request++) {
      budget.noteRequest('t')
      for (let again = 0; again < 5; again++) if (budget.withdraw('t')) retries += 1
    }
    expect(retries).toBe(200)
  })

  it('has ten to begin with, for each target', () => {
    const budget = new RetryBudget()
    let count = 0
    while (budget.withdraw('t')) count += 1
    expect(count).toBe(10)
    expect(budget.withdraw('other')).toBe(true)
  })

  it('forgets rather than grow: after thousands of other targets each begins anew', () => {
    const budget = spent()
    for (let target = 0; target < 5_000; target++) budget.noteRequest(`other-${target}`)
    expect(budget.withdraw('t')).toBe(true)
  })

  it('earns one with each good answer, and never saves more than ten', () => {
    const budget = spent()
    for (let answer = 0; answer < 50; answer++) budget.noteAnswer('t')
    let count = 0
    while (budget.withdraw('t')) count += 1
    expect(count).toBe(10)
  })
})
