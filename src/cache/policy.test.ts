import { describe, expect, it } from 'vitest'
import { readCachePolicy } from './policy.ts'

const weekMs = 7 * 86_400_000

describe('how long an answer is kept', () => {
  it.each([
    ['a week when nothing is said', {}, {}, weekMs],
    ['as the config says', { max_age: 600 }, { 'cache-control': 'max-age=90' }, 600_000],
    ['as the request says where the config does not', {}, { 'cache-control': 'no-transform, max-age=90' }, 90_000],
    ['for a minute at least', { max_age: 60 }, {}, 60_000],
    ['for 90 days at most', { max_age: 7_776_000 }, {}, 7_776_000_000],
  ])('is %s', (_, setting, headers, maxAgeMs) => {
    expect(readCachePolicy({ mode: 'simple', ...setting }, headers)).toMatchObject({ maxAgeMs, warnings: [] })
  })

  it.each([59, 7_776_001, 0, -1, '600'])('is a week, with a warning, for %s', (seconds) => {
    const policy = readCachePolicy({ mode: 'simple', max_age: seconds }, {})
    expect(policy).toMatchObject({ maxAgeMs: weekMs, warnings: [{ type: 'changed', field: 'cache.max_age' }] })
  })
})

describe('the mode semantic', () => {
  it('matches identical requests only where no embedding model is named, and says so', () => {
    const { semantic, warnings } = readCachePolicy({ mode: 'semantic' }, {})
    expect(semantic).toBeUndefined()
    expect(warnings).toMatchObject([{ field: 'cache.mode', reason: expect.stringContaining('cache.embedding_model') }])
  })

  it('takes the model of the workspace where the config names none, and a threshold of 0.95', () => {
    const policy = readCachePolicy({ mode: 'semantic' }, {}, { embeddingModel: '@a/small' })
    expect(policy).toMatchObject({ semantic: { embeddingModel: '@a/small', threshold: 0.95 }, warnings: [] })
  })

  it('takes the config before the workspace, in either casing', () => {
    const setting = { mode: 'semantic', embeddingModel: '@b/large', similarity_threshold: 0.9 }
    const { semantic } = readCachePolicy(setting, {}, { embeddingModel: '@a/small' })
    expect(semantic).toEqual({ embeddingModel: '@b/large', threshold: 0.9 })
  })

  it('needs to be asked for', () => {
    expect(readCachePolicy({ mode: 'simple', embedding_model: '@a/small' }, {}).semantic).toBeUndefined()
  })
})

describe("the organisation's longest time", () => {
  it('shortens what is longer and leaves what is shorter', () => {
    const most = { maxAgeMs: 3_600_000 }
    expect(readCachePolicy({ mode: 'simple', max_age: 86_400 }, {}, most).maxAgeMs).toBe(3_600_000)
    expect(readCachePolicy({ mode: 'simple' }, {}, most).maxAgeMs).toBe(3_600_000)
    expect(readCachePolicy({ mode: 'simple', max_age: 600 }, {}, most).maxAgeMs).toBe(600_000)
  })
})

describe('the headers', () => {
  it('force a refresh with true in any case, and with nothing else', () => {
    const isRefresh = (value: string) => readCachePolicy({}, { 'x-portkey-cache-force-refresh': value }).isRefresh
    expect(['true', 'TRUE', ' True '].map(isRefresh)).toEqual([true, true, true])
    expect(['1', 'yes', 'false', ''].map(isRefresh)).toEqual([false, false, false, false])
  })

  it('name a namespace; an empty one is none', () => {
    expect(readCachePolicy({}, { 'x-portkey-cache-namespace': 'eu' }).namespace).toBe('eu')
    expect(readCachePolicy({}, { 'x-portkey-cache-namespace': '' }).namespace).toBeUndefined()
  })
})
