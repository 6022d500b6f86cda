/** Prices of tokens that a provider publishes and the price library lacks, as a call of the model is charged by them. */
import { describe, expect, it } from 'vitest'
import { createPriceList } from '../../src/pricing/list.ts'
import { fireworksAi } from '../../src/providers/fireworks-ai.ts'

const list = createPriceList()
const atMs = Date.parse('2026-11-01T12:00:00Z')
const priceListId = fireworksAi.priceListId ?? fireworksAi.id

describe('a price that the library lacks', () => {
  it.each([
    ['accounts/fireworks/models/glm-5', 1_000, 200, 3_200],
    ['glm-5', 1_000, 200, 3_200],
    ['accounts/fireworks/models/minimax-m2p5', 300, 30, 1_200],
    ['accounts/fireworks/models/qwen3-vl-30b-a3b-instruct', 150, 75, 600],
    ['accounts/fireworks/routers/kimi-k2p6-turbo', 2_000, 300, 8_000],
    ['accounts/fireworks/models/qwen3-embedding-8b', 100, 100, 0],
  ])('is the published one for %s: %i, %i and %i nano-dollars a token', async (model, input, cached, output) => {
    const listed = fireworksAi.listedPrices?.find((each) => each.model.test(model))
    expect(await list.find({ priceListId, model, atMs })).toBeUndefined()
    const price = await list.find({ priceListId, model, atMs, ...(listed && { listedConfig: listed.config }) })
    expect(price?.costNanos({ inputUncached: 1 })).toBe(input)
    expect(price?.costNanos({ inputCacheRead: 1 })).toBe(cached)
    expect(price?.costNanos({ output: 1 })).toBe(output)
  })

  it('is not given to a neighbour that only begins alike', () => {
    const priced = (model: string) => fireworksAi.listedPrices?.some((each) => each.model.test(model))
    expect(priced('accounts/fireworks/models/glm-5p3')).toBe(false)
    expect(priced('accounts/fireworks/models/glm-5-air')).toBe(false)
  })
})
