import { describe, expect, it } from 'vitest'
import { type CachePurges, purgedAtMs, withPurge } from './purge.ts'

const blank: CachePurges = { id: 'purges' }
const day = 86_400_000

describe('what was purged', () => {
  it('as a whole counts for every request', () => {
    const purges = [withPurge(blank, undefined, 5_000)]
    expect(purgedAtMs(purges, {})).toBe(5_000)
    expect(purgedAtMs(purges, { namespace: 'eu', config: 'pc-a' })).toBe(5_000)
  })

  it('by namespace or config counts for those who name it', () => {
    const purges = [withPurge(withPurge(blank, { namespace: 'eu' }, 5_000), { config: 'pc-a' }, 6_000)]
    expect(purgedAtMs(purges, {})).toBe(0)
    expect(purgedAtMs(purges, { namespace: 'eu' })).toBe(5_000)
    expect(purgedAtMs(purges, { namespace: 'us', config: 'pc-a' })).toBe(6_000)
  })

  it('counts from the latest of organisation and workspace', () => {
    expect(purgedAtMs([withPurge(blank, undefined, 5_000), withPurge(blank, undefined, 7_000)], {})).toBe(7_000)
  })

  it('is not found under a name that every object has', () => {
    expect(purgedAtMs([withPurge(blank, { namespace: 'eu' }, 5_000)], { namespace: 'constructor' })).toBe(0)
  })
})

describe('a purge', () => {
  it('of everything makes those before it needless', () => {
    expect(withPurge(withPurge(blank, { namespace: 'eu' }, 5_000), undefined, 6_000)).toEqual({
      id: 'purges',
      allAtMs: 6_000,
    })
  })

  it('forgets those that no kept answer can be older than', () => {
    const purges = withPurge(withPurge(blank, { namespace: 'old' }, 1), { namespace: 'new' }, 91 * day)
    expect(purges.namespaces).toEqual({ new: 91 * day })
  })
})
