import { describe, expect, it } from 'vitest'
import { hashSecret, isSameHash, makeSecret, maskSecret } from './secret.ts'

describe('secret of an api key', () => {
  it('has a prefix and at least 32 random url-safe characters', () => {
    const secret = makeSecret()
    expect(secret).toMatch(/^sk-sluice-[A-Za-z0-9_-]{32,}$/)
    expect(makeSecret()).not.toBe(secret)
  })

  it('is masked to its first 2 and last 3 characters, a short one wholly', () => {
    expect(maskSecret('q7abcdefghijx2P')).toBe('q7*****x2P')
    expect(maskSecret('short')).toBe('*****')
  })

  it('is compared by its hash', () => {
    expect(hashSecret('a')).toMatch(/^[0-9a-f]{64}$/)
    expect(isSameHash(hashSecret('a'), hashSecret('a'))).toBe(true)
    expect(isSameHash(hashSecret('a'), hashSecret('b'))).toBe(false)
    expect(isSameHash('', hashSecret('b'))).toBe(false)
  })
})
