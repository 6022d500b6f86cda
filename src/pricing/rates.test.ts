import { describe, expect, it } from 'vitest'
import type { Usage } from '../inference/index.ts'
import { costNanos, coversUse, dollarsPer, maxCostNanos, type Rates } from './rates.ts'
import { adjustRates, ratesOfConfig, ratesOfList } from './sheet.ts'

const listed = (sheet: Parameters<typeof ratesOfList>[0]) => ratesOfList(sheet) as Rates

describe('cost of a usage', () => {
  const rates = listed({
    input_mtok: 3,
    output_mtok: 15,
    cache_read_mtok: 0.3,
    cache_write_mtok: 3.75,
    input_audio_mtok: 40,
    output_audio_mtok: 80,
    input_image_mtok: 10,
    output_image_mtok: 40,
    output_reasoning_mtok: 20,
  })

  it.each<[string, Usage, number]>([
    ['nothing known', {}, 0],
    ['uncached input', { inputUncached: 10 }, 30_000],
    ['cache reads', { inputCacheRead: 10 }, 3_000],
    ['5-minute cache writes', { inputCacheWrite5m: 10 }, 37_500],
    ['1-hour cache writes at twice the input', { inputCacheWrite1h: 10 }, 60_000],
    ['audio as a part of the input', { inputUncached: 10, inputAudio: 4 }, 6 * 3_000 + 4 * 40_000],
    ['images as a part of the input', { inputUncached: 10, inputImage: 4 }, 6 * 3_000 + 4 * 10_000],
    ['output', { output: 10 }, 150_000],
    ['reasoning as a part of the output', { output: 10, outputReasoning: 4 }, 6 * 15_000 + 4 * 20_000],
    ['audio as a part of the output', { output: 10, outputAudio: 10 }, 800_000],
    ['images as a part of the output', { output: 10, outputImage: 10 }, 400_000],
    ['parts that exceed the whole', { inputUncached: 1, inputAudio: 4 }, 160_000],
    ['figures that make no sense', { inputUncached: Number.NaN, output: -5 }, 0],
  ])('counts %s', (_, usage, nanos) => {
    expect(costNanos(rates, usage)).toBe(nanos)
  })

  it('counts reasoning as output where it has no price of its own', () => {
    expect(costNanos(listed({ input_mtok: 1, output_mtok: 2 }), { output: 10, outputReasoning: 7 })).toBe(20_000)
  })

  it('counts cache traffic as input where it has no price of its own', () => {
    const plain = listed({ input_mtok: 1, output_mtok: 2 })
    expect(costNanos(plain, { inputCacheRead: 1, inputCacheWrite5m: 1, inputCacheWrite1h: 1 })).toBe(3_000)
  })

  it('rounds up once, after the sum', () => {
    const cheap = listed({ input_mtok: 0.0004, output_mtok: 0.0004 })
    expect(costNanos(cheap, { inputUncached: 1 })).toBe(1)
    expect(costNanos(cheap, { inputUncached: 1, output: 1 })).toBe(1)
    expect(costNanos(cheap, { inputUncached: 2, output: 1 })).toBe(2)
  })

  it('is exact where floating point is not', () => {
    const odd = listed({ input_mtok: 0.1, output_mtok: 0.2 })
    expect(costNanos(odd, { inputUncached: 30_000_000, output: 1 })).toBe(3_000_000_200)
  })

  it('rounds up what is finer than it counts', () => {
    expect([1e-24, 1e-25, 1.01e-24].map((dollars) => dollarsPer(1, dollars))).toEqual([1n, 1n, 2n])
  })

  it('takes the tier that the whole input reaches, for the whole call', () => {
    const tiered = listed({
      input_mtok: {
        base: 1,
        tiers: [
          { start: 500, price: 4 },
          { start: 100, price: 2 },
        ],
      },
      output_mtok: { base: 10, tiers: [{ start: 100, price: 20 }] },
    })
    expect(costNanos(tiered, { inputUncached: 100, output: 1 })).toBe(100_000 + 10_000)
    expect(costNanos(tiered, { inputUncached: 101, output: 1 })).toBe(202_000 + 20_000)
    expect(costNanos(tiered, { inputUncached: 1, inputCacheRead: 500, output: 1 })).toBe(4_000 + 500 * 4_000 + 20_000)
  })
})

describe('the most that tokens can cost', () => {
  it('is never less than any usage of so many tokens', () => {
    const seed = Math.floor(Math.random() * 2 ** 31)
    let state = seed
    const next = (below: number) => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      return state % below
    }
    for (let run = 0; run < 2_000; run++) {
      const price = () => (next(3) === 0 ? undefined : next(1_000) / 7)
      const tiers = () => ({ base: next(100), tiers: [{ start: next(300), price: next(200) }] })
      const sheet = {
        input_mtok: tiers(),
        output_mtok: tiers(),
        cache_read_mtok: price(),
        cache_write_mtok: price(),
        input_audio_mtok: price(),
        output_audio_mtok: price(),
        requests_kcount: price(),
      }
      const rates = adjustRates(listed(sheet), {
        multiplier: { default: next(30) / 10, cache_read_input_token: next(5) },
      })
      const uncached = next(100)
      const usage = {
        inputUncached: uncached,
        inputAudio: next(uncached + 1),
        inputCacheRead: next(100),
        inputCacheWrite5m: next(100),
        inputCacheWrite1h: next(100),
        output: 50,
        outputAudio: next(51),
        outputReasoning: 0,
      }
      const input = uncached + usage.inputCacheRead + usage.inputCacheWrite5m + usage.inputCacheWrite1h
      const worst = maxCostNanos(rates, { input: input + next(50), output: 50 + next(50) })
      expect(worst, `seed ${seed}, run ${run}`).toBeGreaterThanOrEqual(costNanos(rates, usage))
    }
  })

  it('includes the surcharge of cache writes and the fee per call', () => {
    const rates = listed({ input_mtok: 3, output_mtok: 15, cache_write_mtok: 3.75, requests_kcount: 5 })
    expect(maxCostNanos(rates, { input: 10, output: 10 })).toBe(60_000 + 150_000 + 5_000_000)
  })

  it('leaves out tiers that so little input cannot reach', () => {
    const rates = listed({ input_mtok: { base: 1, tiers: [{ start: 100, price: 2 }] }, output_mtok: 1 })
    expect(maxCostNanos(rates, { input: 100, output: 0 })).toBe(100_000)
    expect(maxCostNanos(rates, { input: 101, output: 0 })).toBe(202_000)
  })
})

describe("an administrator's own price", () => {
  it('is in cents per token, cache and audio and thinking included', () => {
    const rates = ratesOfConfig({
      type: 'static',
      pay_as_you_go: {
        request_token: { price: 0.0003 },
        response_token: { price: 0.0015 },
        cache_read_input_token: { price: 0.00003 },
        cache_write_input_token: { price: 0.000375 },
        request_audio_token: { price: 0.004 },
        additional_units: { thinking_token: { price: 0.002 } },
      },
    }) as Rates
    const usage = { inputUncached: 2, inputAudio: 1, inputCacheRead: 1, inputCacheWrite5m: 1, inputCacheWrite1h: 1 }
    expect(costNanos(rates, usage)).toBe(3_000 + 40_000 + 300 + 3_750 + 6_000)
    expect(costNanos(rates, { output: 3, outputReasoning: 1 })).toBe(2 * 15_000 + 20_000)
  })

  it('of zero is a price', () => {
    const rates = ratesOfConfig({ pay_as_you_go: { request_token: { price: 0 }, response_token: { price: 0 } } })
    expect(rates && costNanos(rates, { inputUncached: 1_000, output: 1_000 })).toBe(0)
  })

  it.each([null, undefined, {}, { pay_as_you_go: null }, { pay_as_you_go: { request_token: { price: '1' } } }])(
    'is none when it is %j',
    (config) => {
      expect(ratesOfConfig(config)).toBeUndefined()
    },
  )
})

describe('pricing adjustments', () => {
  const rates = listed({ input_mtok: 10, output_mtok: 10, cache_read_mtok: 1 })
  const usage = { inputUncached: 1, inputCacheRead: 1, output: 2, outputReasoning: 1 }

  it.each<[string, Readonly<Record<string, unknown>> | undefined, number]>([
    ['none', undefined, 31_000],
    ['an empty object', {}, 31_000],
    ['a default for all', { multiplier: { default: 0.5 } }, 15_500],
    ['null as absent', { multiplier: { default: 0.5, request_token: null } }, 15_500],
    ['zero as free', { multiplier: { default: 0 } }, 0],
    ['one kind only', { multiplier: { cache_read_input_token: 3 } }, 33_000],
    ['a kind over the default', { multiplier: { default: 2, request_token: 1 } }, 10_000 + 2_000 + 40_000],
    ['reasoning apart from output', { multiplier: { reasoning_token: 3 } }, 10_000 + 1_000 + 10_000 + 30_000],
  ])('take %s', (_, adjustments, nanos) => {
    expect(costNanos(adjustRates(rates, adjustments), usage)).toBe(nanos)
  })
})

describe('what a price says something of', () => {
  const seconds = listed({ input_audio_hours: 0.36 })
  const tokens = listed({ input_mtok: 1, output_mtok: 2 })
  const free = ratesOfConfig({ pay_as_you_go: { request_token: { price: 0 }, response_token: { price: 0 } } }) as Rates

  it.each([
    ['tokens by tokens', tokens, { input: 1, output: 1 }, true],
    ['seconds by seconds', seconds, { input: 0, output: 0, units: { audioSeconds: 9 } }, true],
    ['tokens by seconds', seconds, { input: 9, output: 9 }, false],
    ['seconds by tokens', tokens, { input: 0, output: 0, units: { audioSeconds: 9 } }, false],
    ['nothing by anything', seconds, { input: 0, output: 0 }, true],
    ['anything where all is free', free, { input: 9, output: 9, units: { audioSeconds: 9 } }, true],
  ])('%s', (_, rates, used, expected) => {
    expect(coversUse(rates, used)).toBe(expected)
  })
})
