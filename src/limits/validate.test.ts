/** A setting that would lose a limit is refused with what was meant. */
import { describe, expect, it } from 'vitest'
import { readRateLimit, readUsageLimit } from './validate.ts'

describe('a usage limit from an administrator', () => {
  it('comes back field for field', () => {
    const sent = { credit_limit: 0.25, alert_threshold: 0.2, periodic_reset: 'monthly', next_usage_reset_at: null }
    expect(readUsageLimit(sent, 'usage_limits')).toEqual(sent)
    const full = { type: 'tokens', credit_limit: 100, periodic_reset_days: 7, enforcement: 'standard' }
    expect(readUsageLimit(full, 'usage_limits')).toEqual(full)
  })
  it('may carry the state of an earlier answer, which is left out', () => {
    expect(readUsageLimit({ credit_limit: 5, current_usage: 3.1, status: 'active' }, 'u')).toEqual({ credit_limit: 5 })
  })
  it.each([
    [{ credit_limits: 5 }, "did you mean 'credit_limit'"],
    [{ credit_limit: -1 }, 'above 0'],
    [{ credit_limit: 0 }, 'above 0'],
    [{ credit_limit: '5' }, '"5"'],
    [{ credit_limit: 1e-10 }, 'above 0'],
    [{}, 'credit_limit is missing; give US dollars'],
    [{ type: 'requests' }, 'credit_limit is missing; give a whole number of requests'],
    [{ zebra_crossing_ahead: 5 }, 'allowed are type, credit_limit,'],
    [{ type: 7, credit_limit: 1 }, "type is 7; allowed are 'cost', 'tokens', 'requests'"],
    [{ credit_limit: 'a very long word '.repeat(9) }, /is "a very long word .{1,60}\.\.\.; it must/],
    [undefined, 'usage_limits is missing; it must be an object'],
    [{ type: 'tokens', credit_limit: 1.5 }, 'whole number of tokens'],
    [{ type: 'tokens', credit_limit: 0 }, '1 or more'],
    [{ type: 'tokens', credit_limit: '9' }, 'whole number of tokens'],
    [{ type: 'requests', credit_limit: 1e16 }, 'whole number of requests'],
    [{ type: 'token', credit_limit: 1 }, "did you mean 'tokens'"],
    [{ credit_limit: 5, periodic_reset: 'month' }, "did you mean 'monthly'"],
    [{ credit_limit: 5, periodic_reset: 'yearly' }, 'periodic_reset_days'],
    [{ credit_limit: 5, periodic_reset: 'weekly', periodic_reset_days: 3 }, 'only one is allowed'],
    [{ credit_limit: 5, periodic_reset_days: 0 }, '1 to 365'],
    [{ credit_limit: 5, alert_threshold: 6 }, 'never be reached'],
    [{ credit_limit: 5, periodic_reset_days: 3, next_usage_reset_at: 'soon' }, 'instant such as'],
    [{ credit_limit: 5, next_usage_reset_at: '2027-01-01T00:00:00Z' }, 'nothing resets'],
    [{ credit_limit: 5, enforcement: 'hard' }, "'strict', 'standard'"],
    [[], 'must be an object'],
    [null, 'must be an object'],
  ])('refuses %j', (sent, message) => {
    expect(() => readUsageLimit(sent, 'usage_limits')).toThrow(message)
  })
})

describe('a rate limit from an administrator', () => {
  it('comes back field for field', () => {
    expect(readRateLimit({ type: 'tokens', unit: 'rpw', value: 0 }, 'r')).toEqual({
      type: 'tokens',
      unit: 'rpw',
      value: 0,
    })
  })
  it.each([
    [{ type: 'requests', unit: 'rpmm', value: 1 }, "did you mean 'rpm'"],
    [{ type: 'requests', value: 1 }, 'unit is missing'],
    [{ unit: 'rpm', value: 1 }, 'type is missing'],
    [{ type: 'requests', unit: 'rpm', value: -1 }, '0 or more'],
    [{ type: 'requests', unit: 'rpm', value: 1.5 }, 'whole number'],
    [{ type: 'requests', unit: 'rpm' }, 'value is missing'],
    [{ type: 'requests', unit: 'rpm', values: 1 }, "did you mean 'value'"],
  ])('refuses %j', (sent, message) => {
    expect(() => readRateLimit(sent, 'rate_limits[0]')).toThrow(message)
  })
})
