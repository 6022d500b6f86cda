/** When a policy's next instant is, in UTC, whatever the day, and what a rotated key looks like. */
import { describe, expect, it } from 'vitest'
import { nextRotation, nextRotationAtMs } from './rotation.ts'

const at = (text: string) => Date.parse(text)
const next = (policy: Record<string, unknown>, after: string, anchor = after) =>
  new Date(nextRotation(policy, at(anchor), at(after)) ?? Number.NaN).toISOString()

describe('the next rotation', () => {
  it.each([
    ['2026-01-14T10:00:00Z', '2026-01-19'],
    ['2026-01-18T23:59:59.999Z', '2026-01-19'],
    ['2026-01-19T00:00:00Z', '2026-01-26'],
    ['2026-12-29T12:00:00Z', '2027-01-04'],
  ])('of a weekly policy after %s is Monday %s', (after, day) => {
    expect(next({ rotation_period: 'weekly' }, after)).toBe(`${day}T00:00:00.000Z`)
  })

  it.each([
    ['2026-01-31T23:59:59Z', '2026-02-01'],
    ['2026-02-01T00:00:00Z', '2026-03-01'],
    ['2026-12-15T00:00:00Z', '2027-01-01'],
  ])('of a monthly policy after %s is %s', (after, day) => {
    expect(next({ rotation_period: 'monthly' }, after)).toBe(`${day}T00:00:00.000Z`)
  })

  it('of a policy of N days keeps to its days, however late it is asked for', () => {
    const policy = { rotation_period_days: 10 }
    expect(next(policy, '2026-01-14T10:00:00Z')).toBe('2026-01-24T00:00:00.000Z')
    expect(next(policy, '2026-01-24T00:00:00Z', '2026-01-14T00:00:00Z')).toBe('2026-02-03T00:00:00.000Z')
    expect(next(policy, '2026-02-20T07:00:00Z', '2026-01-24T00:00:00Z')).toBe('2026-02-23T00:00:00.000Z')
  })

  it('of a policy with nothing but a date is none', () => {
    expect(nextRotation({ next_rotation_at: '2026-05-01' }, 0, 0)).toBeUndefined()
  })

  it('that was asked for is moved to the midnight that follows, never before', () => {
    expect(nextRotationAtMs({ next_rotation_at: '2026-05-01T15:00:00+02:00' })).toBe(at('2026-05-02T00:00:00Z'))
    expect(nextRotationAtMs({ next_rotation_at: '2026-05-01' })).toBe(at('2026-05-01T00:00:00Z'))
    expect(nextRotationAtMs({ rotation_period: 'weekly', next_rotation_at: null })).toBeUndefined()
  })
})
