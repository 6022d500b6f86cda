import { calcPrice } from '@pydantic/genai-prices'
import { describe, expect, it } from 'vitest'
import { createPriceList } from './list.ts'
import type { PriceQuery } from './price.ts'

const list = createPriceList()
const november2026 = Date.parse('2026-11-01T12:00:00Z')

function find(priceListId: string, model: string, extras: Partial<PriceQuery> = {}) {
  return list.find({ priceListId, model, atMs: november2026, ...extras })
}

describe('the price list', () => {
  it.each([
    ['openai', 'gpt-4o', 2_500],
    ['openai', 'gpt-4o-2024-08-06', 2_500],
    ['anthropic', 'claude-sonnet-4-5-20250929', 3_000],
    ['openrouter', 'anthropic/claude-sonnet-4.5', 3_000],
    ['google', 'gemini-2.5-pro', 1_250],
    ['google', 'models/gemini-2.5-pro', 1_250],
  ])('prices an input token of %s %s at %i nano-dollars', async (id, model, nanos) => {
    expect((await find(id, model))?.costNanos({ inputUncached: 1 })).toBe(nanos)
  })

  it.each([
    ['openai', 'omni-moderation-latest', 0],
    ['openrouter', 'deepseek/deepseek-r1:free', 0],
    ['openrouter', 'google/lyria-3-pro-preview', undefined],
  ])('takes an empty sheet of %s %s as %s, by its name', async (id, model, nanos) => {
    expect((await find(id, model))?.costNanos({ inputUncached: 1_000 })).toBe(nanos)
  })

  it('has no price for a model or a provider it does not know', async () => {
    expect(await find('openai', 'no-such-model')).toBeUndefined()
    expect(await find('self-hosted', 'gpt-4o')).toBeUndefined()
  })

  it('prices a call by its instant', async () => {
    const usage = { inputUncached: 250_000 }
    const before = await find('anthropic', 'claude-sonnet-4-6', { atMs: Date.parse('2026-03-12T23:59:59Z') })
    const after = await find('anthropic', 'claude-sonnet-4-6', { atMs: Date.parse('2026-03-13T00:00:00Z') })
    expect(before?.costNanos(usage)).toBe(250_000 * 6_000)
    expect(after?.costNanos(usage)).toBe(250_000 * 3_000)
  })

  it('charges the fee per request where a model has one', async () => {
    expect((await find('perplexity', 'sonar'))?.costNanos({})).toBe(12_000_000)
  })

  it('lets the price of the integration win without loading the library', async () => {
    const broken = createPriceList(() => Promise.reject(new Error('not to be loaded')))
    const pricingConfig = {
      type: 'static',
      pay_as_you_go: { request_token: { price: 0.0001 }, response_token: { price: 0.0002 } },
    }
    const price = await broken.find({ priceListId: 'openai', model: 'gpt-4o', pricingConfig, atMs: november2026 })
    expect(price?.costNanos({ inputUncached: 3, output: 2 })).toBe(3 * 1_000 + 2 * 2_000)
  })

  it('tries again after the library could not be loaded', async () => {
    let loads = 0
    const flaky = createPriceList(async () => {
      loads += 1
      if (loads === 1) throw new Error('disk')
      return import('@pydantic/genai-prices')
    })
    await expect(flaky.models('openai')).rejects.toThrow('disk')
    expect((await flaky.models('openai')).length).toBeGreaterThan(10)
  })

  it('multiplies by the adjustments of the integration', async () => {
    const price = await find('openai', 'gpt-4o', { adjustments: { multiplier: { default: 0.8, response_token: 1.2 } } })
    expect(price?.costNanos({ inputUncached: 1, output: 1 })).toBe(2_000 + 12_000)
  })

  it('knows the most that tokens can cost: the dearest tier, no discount', async () => {
    const price = await find('anthropic', 'claude-sonnet-4-5-20250929')
    // 6 dollars a million above 200,000 tokens, 12 where they are kept in the cache for an hour.
    expect(price?.worstNanos({ input: 250_000, output: 100 })).toBe(250_000 * 12_000 + 100 * 22_500)
  })

  it('asks the library once in a minute for each model, and keeps no more than a thousand in mind', async () => {
    let asked = 0
    const { findProvider, ...library } = await import('@pydantic/genai-prices')
    const counting = createPriceList(async () => ({
      ...library,
      findProvider,
      calcPrice: (...query: Parameters<typeof calcPrice>) => {
        asked += 1
        return calcPrice(...query)
      },
    }))
    const ask = (model: string, atMs: number) => counting.find({ priceListId: 'openai', model, atMs })
    await ask('gpt-4o', november2026)
    await ask('gpt-4o', november2026 + 59_999)
    expect(asked).toBe(1)
    await ask('gpt-4o', november2026 + 60_000)
    expect(asked).toBe(2)
    for (let index = 0; index < 1_000; index++) await ask(`no-such-model-${index}`, november2026)
    await ask('gpt-4o', november2026)
    expect(asked).toBe(2 + 1_000 + 1)
  })

  it('lists models with what is known of them', async () => {
    const models = await list.models('anthropic')
    expect(models).toContainEqual({ id: 'claude-sonnet-5', name: 'Claude Sonnet 5', contextWindow: 1_000_000 })
    expect(await list.models('demo')).toEqual([])
  })

  it.each(['openai', 'anthropic', 'google', 'mistral', 'openrouter', 'x-ai', 'deepseek', 'groq'])(
    'agrees with the library on every model of %s to the nano-dollar',
    async (providerId) => {
      const models = await list.models(providerId)
      const tokens = {
        input_tokens: 250_000,
        cache_read_tokens: 50_000,
        cache_write_tokens: 10_000,
        output_tokens: 3_000,
      }
      for (const { id } of models) {
        const price = await find(providerId, id)
        const theirs = calcPrice(tokens, id, { providerId, timestamp: new Date(november2026) })?.total_price
        const ours = price?.costNanos({
          inputUncached: 190_000,
          inputCacheRead: 50_000,
          inputCacheWrite5m: 10_000,
          output: 3_000,
        })
        if (ours === undefined) expect(theirs ?? 0, id).toBe(0)
        else expect(Math.abs(ours - (theirs ?? 0) * 1e9), id).toBeLessThan(1)
      }
    },
  )
})
