import { describe, expect, it } from 'vitest'
import { sampleCatalog } from '../../test/support/sample-catalog.ts'
import { cachedCatalog, cachedConfigs, cachedKeys, cacheLoader } from './cached.ts'

function setUp(answer: (key: string, load: number) => Promise<string | undefined>, size?: number) {
  const clock = { nowMs: 0, now: () => clock.nowMs }
  const loads: string[] = []
  const load = cacheLoader<string>(
    (key) => {
      loads.push(key)
      return answer(key, loads.length)
    },
    clock,
    size,
  )
  return { clock, loads, load }
}

describe('what is remembered', () => {
  it('is loaded once for everybody who waits', async () => {
    const { load, loads } = setUp(async (key) => key)
    expect(await Promise.all([load('a'), load('a'), load('b')])).toEqual(['a', 'a', 'b'])
    expect(loads).toEqual(['a', 'b'])
  })

  it('is loaded again after 30 seconds', async () => {
    const { load, loads, clock } = setUp(async (_, count) => `load ${count}`)
    expect(await load('a')).toBe('load 1')
    clock.nowMs = 29_999
    expect(await load('a')).toBe('load 1')
    clock.nowMs = 30_000
    expect(await load('a')).toBe('load 2')
    expect(loads).toHaveLength(2)
  })

  it('forgets what was not found after 2 seconds', async () => {
    const { load, clock } = setUp(async (_, count) => (count === 1 ? undefined : 'made since'))
    expect(await load('a')).toBeUndefined()
    clock.nowMs = 1_999
    expect(await load('a')).toBeUndefined()
    clock.nowMs = 2_000
    expect(await load('a')).toBe('made since')
  })

  it('does not include a failure', async () => {
    const { load } = setUp(async (_, count) => {
      if (count === 1) throw new Error('no database')
      return 'back'
    })
    await expect(load('a')).rejects.toThrow('no database')
    expect(await load('a')).toBe('back')
  })

  it('is bounded: the oldest goes first', async () => {
    const { load, loads } = setUp(async (key) => key, 2)
    for (const key of ['a', 'b', 'c', 'c', 'b', 'a']) await load(key)
    expect(loads).toEqual(['a', 'b', 'c', 'a'])
  })
})

describe('the cached stores', () => {
  it('answer like the stores behind them', async () => {
    const clock = { now: () => 0 }
    const catalog = sampleCatalog()
    expect(await cachedCatalog({ loadWorkspace: async () => catalog }, clock).loadWorkspace('w-1')).toBe(catalog)
    expect(await cachedKeys({ findByHash: async () => undefined }, clock).findByHash('x')).toBeUndefined()
  })

  it('shows a changed config within 30 seconds, of its own workspace only', async () => {
    const clock = { nowMs: 0, now: () => clock.nowMs }
    let versionId = 'v-1'
    const configs = cachedConfigs(
      {
        find: async (workspaceId, idOrSlug) =>
          workspaceId === 'w-1' ? { id: 'c-1', slug: idOrSlug, versionId, config: {} } : undefined,
      },
      clock,
    )
    expect((await configs.find('w-1', 'pc-a'))?.versionId).toBe('v-1')
    versionId = 'v-2'
    clock.nowMs = 29_999
    expect((await configs.find('w-1', 'pc-a'))?.versionId).toBe('v-1')
    clock.nowMs = 30_000
    expect((await configs.find('w-1', 'pc-a'))?.versionId).toBe('v-2')
    expect(await configs.find('w-2', 'pc-a')).toBeUndefined()
  })
})
