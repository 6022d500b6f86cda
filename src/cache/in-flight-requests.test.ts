import { describe, expect, it } from 'vitest'
import type { CacheEntry } from './entry.ts'
import { InFlightRequests } from './in-flight-requests.ts'

const entry: CacheEntry = { events: [], storedAtMs: 1, tookMs: 1 }

describe('identical requests', () => {
  it('wait for the first, and get what it got, also between its answer and its storing', async () => {
    const requests = new InFlightRequests()
    const leader = requests.start('a')
    const early = requests.find('a')
    leader.share(entry)
    expect(await early).toBe(entry)
    expect(await requests.find('a')).toBe(entry)
    leader.release()
    expect(requests.find('a')).toBeUndefined()
  })

  it('go on by themselves when it got nothing, or left', async () => {
    const requests = new InFlightRequests()
    for (const fail of ['share', 'release'] as const) {
      const leader = requests.start('a')
      const waiting = requests.find('a')
      leader[fail](undefined)
      expect(await waiting).toBeUndefined()
      expect(requests.find('a')).toBeUndefined()
    }
  })

  it('of another key do not wait, and an older leader does not end a younger one', () => {
    const requests = new InFlightRequests()
    const older = requests.start('a')
    expect(requests.find('b')).toBeUndefined()
    requests.start('a')
    older.release()
    expect(requests.find('a')).toBeDefined()
  })
})
