/** Windows turn at the exact instant, in UTC. */
import { describe, expect, it } from 'vitest'
import { endOf, previousWindow, ruleTag, type WindowRule, windowAt } from './window.ts'

const at = (text: string) => Date.parse(text)
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString())

const cases: [WindowRule, string, string, string][] = [
  [{ type: 'second' }, '2026-11-20T10:11:12.999Z', '2026-11-20T10:11:12.000Z', '2026-11-20T10:11:13.000Z'],
  [{ type: 'minute' }, '2026-11-20T10:11:00.000Z', '2026-11-20T10:11:00.000Z', '2026-11-20T10:12:00.000Z'],
  [{ type: 'hour' }, '2026-11-20T10:59:59.999Z', '2026-11-20T10:00:00.000Z', '2026-11-20T11:00:00.000Z'],
  [{ type: 'day' }, '2026-12-31T23:59:59.999Z', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  // 2026-11-22 is a Sunday.
  [{ type: 'week', startsOn: 0 }, '2026-11-21T23:59:59.999Z', '2026-11-15T00:00:00.000Z', '2026-11-22T00:00:00.000Z'],
  [{ type: 'week', startsOn: 0 }, '2026-11-22T00:00:00.000Z', '2026-11-22T00:00:00.000Z', '2026-11-29T00:00:00.000Z'],
  [{ type: 'week', startsOn: 1 }, '2026-11-22T00:00:00.000Z', '2026-11-16T00:00:00.000Z', '2026-11-23T00:00:00.000Z'],
  [{ type: 'month' }, '2028-02-29T12:00:00.000Z', '2028-02-01T00:00:00.000Z', '2028-03-01T00:00:00.000Z'],
  [{ type: 'month' }, '2026-12-31T23:59:59.999Z', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  [
    { type: 'month', anchorMs: at('2026-01-31T06:00:00Z') },
    '2027-02-28T05:59:59.999Z',
    '2027-01-31T06:00:00.000Z',
    '2027-02-28T06:00:00.000Z',
  ],
  [
    { type: 'month', anchorMs: at('2026-01-15T06:00:00Z') },
    '2026-11-15T06:00:00.000Z',
    '2026-11-15T06:00:00.000Z',
    '2026-12-15T06:00:00.000Z',
  ],
  [
    { type: 'days', days: 10, anchorMs: at('2026-11-20T00:00:00Z') },
    '2026-11-19T23:59:59.999Z',
    '2026-11-10T00:00:00.000Z',
    '2026-11-20T00:00:00.000Z',
  ],
  [
    { type: 'days', days: 10, anchorMs: at('2026-11-20T00:00:00Z') },
    '2026-11-30T00:00:00.000Z',
    '2026-11-30T00:00:00.000Z',
    '2026-12-10T00:00:00.000Z',
  ],
]

describe('a window', () => {
  it.each(cases)('%j holds %s', (rule, now, start, end) => {
    const window = windowAt(rule, at(now))
    expect([iso(window.startMs), iso(window.endMs)]).toEqual([start, end])
  })
  it('without a period never ends', () => {
    expect(windowAt({ type: 'none' }, at('2026-11-20T00:00:00Z'))).toEqual({ startMs: 0 })
    expect(previousWindow({ type: 'none' }, { startMs: 0 })).toBeUndefined()
  })
  it('follows its predecessor without a gap, at any instant', () => {
    for (const [rule, now] of cases) {
      const window = windowAt(rule, at(now))
      expect(previousWindow(rule, window)?.endMs).toBe(window.startMs)
      expect(windowAt(rule, window.endMs! - 1)).toEqual(window)
      expect(windowAt(rule, window.endMs!).startMs).toBe(window.endMs)
    }
  })
  it('names its rule by phase, so that a moved anchor of the same phase keeps its counter', () => {
    const tag = (anchor: string) => ruleTag({ type: 'days', days: 7, anchorMs: at(anchor) })
    expect(tag('2026-11-01T00:00:00Z')).toBe(tag('2026-11-08T00:00:00Z'))
    expect(tag('2026-11-01T00:00:00Z')).not.toBe(tag('2026-11-02T00:00:00Z'))
    expect(ruleTag({ type: 'week', startsOn: 0 })).not.toBe(ruleTag({ type: 'week', startsOn: 1 }))
  })
})

describe('the end of a window', () => {
  it('is the start of the next one, or never', () => {
    expect(endOf(windowAt({ type: 'minute' }, 61_000))).toBe(120_000)
    expect(endOf(windowAt({ type: 'none' }, 61_000))).toBe(Number.POSITIVE_INFINITY)
  })
})
