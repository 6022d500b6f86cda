import { describe, expect, it } from 'vitest'
import type { CacheEntry } from './entry.ts'
import { Flights } from './flights.ts'

const entry: CacheEntry = { events: [], storedAtMs: 1, tookMs: 1 }

describe('identical requests', () => {
  it('wait for the first, and get what it got, also between its answer and its storing', async () => {
    const flights = new Flights()
    const lead = flights.lead('a')
    const early = flights.underWay('a')
    lead.land(entry)
    expect(await early).toBe(entry)
    expect(await flights.underWay('a')).toBe(entry)
    lead.leave()
    expect(flights.underWay('a')).toBeUndefined()
  })

  it('go on by themselves when it got nothing, or left', async () => {
    const flights = new Flights()
    for (const fail of ['land', 'leave'] as const) {
      const lead = flights.lead('a')
      const waiting = flights.underWay('a')
      lead[fail](undefined)
      expect(await waiting).toBeUndefined()
      expect(flights.underWay('a')).toBeUndefined()
    }
  })

  it('of another key do not wait, and an older lead does not end a younger one', () => {
    const flights = new Flights()
    const older = flights.lead('a')
    expect(flights.underWay('b')).toBeUndefined()
    flights.lead('a')
    older.leave()
    expect(flights.underWay('a')).toBeDefined()
  })
})
