/** What a person reads of an alert is a sentence in dollars. */
import { describe, expect, it } from 'vitest'
import type { Alert } from '../limits/alerts.ts'
import { alertText } from './alert-text.ts'

const alert: Alert = {
  type: 'exhausted',
  counter: 'key/k1',
  about: {
    owner: { kind: 'api_key', id: 'k1', label: 'sk*****abc' },
    nature: 'usage',
    resource: 'cost',
    amount: 10_000_000_000,
    startMs: Date.UTC(2026, 10, 1),
    endMs: Date.UTC(2026, 11, 1),
  },
  spent: 10_020_000_000,
  atMs: Date.UTC(2026, 10, 20),
}

describe('the text of an alert', () => {
  it('says who spent how much of what, in dollars, and what follows', () => {
    expect(alertText(alert)).toBe(
      'The usage limit of api key sk*****abc is used up: $10.02 of $10.00 used. Requests are refused with status 412 until the limit resets or is raised. It counts since 2026-11-01T00:00:00Z. It resets at 2026-12-01T00:00:00Z.',
    )
  })

  it('says of a threshold that requests are still served, and of a limit without a period that it never resets', () => {
    const { endMs: _, ...about } = alert.about
    const text = alertText({ ...alert, type: 'threshold', about, spent: 8_000_000_000 })
    expect(text).toContain('has reached its alert threshold: $8.00 of $10.00 used. Requests are still served.')
    expect(text).toContain('It never resets by itself.')
  })

  it('counts tokens as tokens, and names the group of a policy', () => {
    const owner = { kind: 'policy', id: 'p1', label: 'per user', valueKey: 'metadata._user:ann' } as const
    const about = { ...alert.about, owner, resource: 'tokens', amount: 1_000 } as const
    const text = alertText({ ...alert, type: 'reset', about, spent: 0 })
    expect(text).toContain('per user for metadata._user:ann has been reset: 0 tokens of 1000 tokens used')
  })
})
