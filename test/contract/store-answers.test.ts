/** The cache table, as the gateway uses it. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CacheEntry } from '../../src/cache/entry.ts'
import { createAnswerCache } from '../../src/store/answer-cache.ts'
import type { LargeObjects } from '../../src/store/large-objects.ts'
import { startTestEngine, type TestEngine } from '../support/engine.ts'
import { manualAmbient } from '../support/manual-ambient.ts'

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine?.stop())

const entry: CacheEntry = {
  events: [
    { type: 'response-start', id: 'a', model: 'm' },
    { type: 'response-end', finish: { reason: 'stop' } },
  ],
  body: '{"text":"größer ✓"}',
  storedAtMs: 1_000,
  tookMs: 20,
}

function inMemory(): LargeObjects & { readonly kept: Map<string, Uint8Array> } {
  const kept = new Map<string, Uint8Array>()
  return { kept, put: async (name, bytes) => void kept.set(name, bytes), read: async (name) => kept.get(name) }
}

function open() {
  const ambient = manualAmbient()
  const table = engine.environment.cacheTable ?? ''
  const largeObjects = inMemory()
  const answers = createAnswerCache({ client: engine.client, table, ambient, largeObjects })
  return { ambient, largeObjects, answers }
}

describe('an answer in the cache table', () => {
  it('is absent until it is put, and comes back as it was', async () => {
    const { answers, ambient } = open()
    expect(await answers.read('put')).toBeUndefined()
    expect(await answers.put('put', entry, ambient.now() + 60_000)).toBe(true)
    expect(await answers.read('put')).toEqual(entry)
  })

  it('gives way to a later one', async () => {
    const { answers, ambient } = open()
    await answers.put('again', entry, ambient.now() + 60_000)
    await answers.put('again', { ...entry, tookMs: 7 }, ambient.now() + 60_000)
    expect((await answers.read('again'))?.tookMs).toBe(7)
  })

  it('is gone when its time is over, although the engine still has it', async () => {
    const { answers, ambient } = open()
    await answers.put('old', entry, ambient.now() + 60_000)
    ambient.advance(61_000)
    expect(await answers.read('old')).toBeUndefined()
  })

  it('may be megabytes of text', async () => {
    const { answers, ambient, largeObjects } = open()
    const long = { ...entry, body: 'All work and no play. '.repeat(100_000) }
    expect(await answers.put('long', long, ambient.now() + 60_000)).toBe(true)
    expect(await answers.read('long')).toEqual(long)
    expect(largeObjects.kept.size).toBe(0)
  })

  it('that no item holds is kept beside the table, under the last day of its life', async () => {
    const { answers, ambient, largeObjects } = open()
    const dense = { ...entry, body: randomBytes(600_000).toString('base64') }
    expect(await answers.put('dense', dense, ambient.now() + 60_000)).toBe(true)
    expect(await answers.read('dense')).toEqual(dense)
    const day = new Date(ambient.now() + 60_000).toISOString().slice(0, 10)
    expect([...largeObjects.kept.keys()]).toEqual([`cache/${day}/dense`])
    largeObjects.kept.clear()
    expect(await answers.read('dense')).toBeUndefined()
  })

  it('is refused when it is too large to be worth it', async () => {
    const { answers, ambient, largeObjects } = open()
    const huge = { ...entry, body: randomBytes(9_000_000).toString('base64') }
    expect(await answers.put('huge', huge, ambient.now() + 60_000)).toBe(false)
    expect(largeObjects.kept.size).toBe(0)
    expect(await answers.read('huge')).toBeUndefined()
  })
})
