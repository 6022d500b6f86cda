import { describe, expect, it } from 'vitest'
import { openaiUnitPrices } from '../providers/unit-prices.ts'
import { costNanos, coversUse, maxCostNanos, type Rates } from './rates.ts'
import { adjustRates, ratesOfConfig, ratesOfList, withToolPrices } from './sheet.ts'

const configOf = (model: string) => openaiUnitPrices.find((row) => row.model.test(model))?.config
const ratesOf = (model: string) => ratesOfConfig(configOf(model)) as Rates
const cent = 10_000_000

describe('the cost of pictures', () => {
  it.each([
    ['dall-e-3', {}, 4],
    ['dall-e-3', { size: '1024x1024', quality: 'standard' }, 4],
    ['dall-e-3', { size: '1792x1024' }, 8],
    ['dall-e-3', { size: '1024x1792', quality: 'hd' }, 12],
    ['dall-e-3', { quality: 'hd' }, 8],
    ['dall-e-2', { size: '256x256' }, 1.6],
    ['dall-e-2', {}, 2],
  ])('of %s with %j is %f cents each', (model, asked, cents) => {
    expect(costNanos(ratesOf(model), { images: { count: 3, ...asked } })).toBe(Math.round(3 * cents * cent))
    expect(maxCostNanos(ratesOf(model), { input: 9, output: 9, units: { images: { count: 3, ...asked } } })).toBe(
      Math.round(3 * cents * cent),
    )
  })

  it('takes the dearest listed for a quality or size that is not', () => {
    const rates = ratesOfConfig({
      pay_as_you_go: { image: { low: { small: { price: 1 } }, high: { small: { price: 2 }, large: { price: 3 } } } },
    }) as Rates
    const costs = (asked: object) => costNanos(rates, { images: { count: 1, ...asked } }) / cent
    expect([costs({}), costs({ quality: 'low' }), costs({ quality: 'other', size: 'small' })]).toEqual([3, 1, 2])
  })
})

describe('pictures whose client asks in odd words', () => {
  const rates = ratesOfConfig({
    pay_as_you_go: { image: { high: { large: { price: 3 }, small: { price: 2 } }, low: { small: { price: 1 } } } },
  }) as Rates

  it.each([
    ['quality', 'constructor', 'small', 2],
    ['quality', '__proto__', 'large', 3],
    ['size', 'low', 'toString', 1],
    ['size', 'high', '__proto__', 3],
    ['nothing', 'high', 'hasOwnProperty', 3],
  ])('cost as much as the dearest they could be (%s: %s, %s)', (_, quality, size, cents) => {
    const images = { count: 1, quality, size }
    expect(costNanos(rates, { images })).toBe(cents * cent)
    expect(maxCostNanos(rates, { input: 0, output: 0, units: { images } })).toBe(cents * cent)
  })

  it('are not taken for pictures without a size because they say so', () => {
    const cheap = ratesOfConfig({
      pay_as_you_go: { image: { default: { unset: { price: 1 }, default: { price: 5 } } } },
    }) as Rates
    const cents = (size?: string) => costNanos(cheap, { images: { count: 1, ...(size && { size }) } }) / cent
    expect([cents(), cents('unset'), cents('1x1')]).toEqual([1, 5, 5])
  })

  it('are covered by a price of their own, also one of zero, and by no other', () => {
    const used = { input: 0, output: 0, units: { images: { count: 1 } } }
    const priced = (price: number) => ratesOfConfig({ pay_as_you_go: { image: { default: { default: { price } } } } })
    const covers = [priced(0), priced(1), ratesOf('tts-1')].map((each) => coversUse(each as Rates, used))
    expect(covers).toEqual([true, true, false])
  })

  it('cost nothing here where the model has prices of other units only', () => {
    expect(costNanos(ratesOf('tts-1'), { images: { count: 3 }, characters: 2 })).toBe(30_000)
  })
})

describe('the cost of sound', () => {
  it('of spoken characters is exact', () => {
    expect(costNanos(ratesOf('tts-1'), { characters: 1_001 })).toBe(15_015_000)
    expect(costNanos(ratesOf('tts-1-hd'), { characters: 1 })).toBe(30_000)
  })

  it('of heard seconds follows the price of an hour, fractions included', () => {
    const whisper = ratesOfList({ audio_hours: 0.36, input_audio_hours: 0.36 }) as Rates
    expect(costNanos(whisper, { audioSeconds: 3_600 })).toBe(360_000_000)
    expect(costNanos(whisper, { audioSeconds: 0.5 })).toBe(50_000)
    expect(costNanos(whisper, { inputUncached: 100 })).toBe(0)
  })
})

describe("an administrator's own unit prices", () => {
  const config = {
    pay_as_you_go: {
      additional_units: { audio_second: { price: 0.01 }, search_unit: { price: 0.2 }, character: { price: 0.001 } },
    },
  }

  it('count seconds, searches and characters', () => {
    const rates = ratesOfConfig(config) as Rates
    expect(costNanos(rates, { audioSeconds: 2, searches: 3, characters: 5 })).toBe(200_000 + 6_000_000 + 50_000)
  })

  it('of pictures are read where there is a number, and multiplied by their own factor', () => {
    const pictures = ratesOfConfig({
      pay_as_you_go: {
        image: {
          low: { small: { price: 1 }, large: { price: 'two' } },
          none: { small: {} },
          high: { small: { price: 3 } },
        },
      },
    }) as Rates
    const cents = (rates: Rates, quality: string, size: string) =>
      costNanos(rates, { images: { count: 1, quality, size } }) / cent
    const asked = [
      ['low', 'small'],
      ['low', 'large'],
      ['none', 'small'],
    ] as const
    expect(asked.map(([quality, size]) => cents(pictures, quality, size))).toEqual([1, 1, 3])
    const adjusted = adjustRates(pictures, { multiplier: { default: 0.5, image: { default: 2 } } })
    expect(asked.map(([quality, size]) => cents(adjusted, quality, size))).toEqual([2, 2, 6])
    const general = adjustRates(pictures, { multiplier: { default: 0.5 } })
    expect(cents(general, 'high', 'small')).toBe(1.5)
  })

  it('follow the multipliers of their kind, else the general one', () => {
    const adjusted = adjustRates(ratesOfConfig(config) as Rates, {
      multiplier: { default: 0.5, additional_units: { search_unit: 2 } },
    })
    expect(costNanos(adjusted, { searches: 1 })).toBe(4_000_000)
    expect(costNanos(adjusted, { characters: 2 })).toBe(10_000)
  })
})

describe('a size that is not given', () => {
  it('costs what the provider makes by itself, where that is known', () => {
    const rates = ratesOfConfig({
      pay_as_you_go: { image: { default: { default: { price: 6 }, unset: { price: 4 }, small: { price: 4 } } } },
    }) as Rates
    const costs = (asked: object) => costNanos(rates, { images: { count: 1, ...asked } }) / cent
    expect([costs({}), costs({ size: 'small' }), costs({ size: 'huge' })]).toEqual([4, 4, 6])
  })
})

describe('the price of searches that a provider makes itself', () => {
  const half = { web_search: { price: 0.5 } }

  it('is the list’s by the thousand', () => {
    const rates = ratesOfList({ input_mtok: 1, output_mtok: 1, web_searches_kcount: 10 }) as Rates
    expect(costNanos(rates, { webSearches: 3 })).toBe(3 * cent)
  })

  it('may be stated beside the list’s price of the model, and alone is the price of nothing', () => {
    const config = { pay_as_you_go: { additional_units: half } }
    expect(ratesOfConfig(config)).toBeUndefined()
    const rates = withToolPrices(ratesOfList({ input_mtok: 1, output_mtok: 1 }) as Rates, config, 9)
    expect(costNanos(rates, { inputUncached: 10, webSearches: 2 })).toBe(10_000 + cent)
  })

  it('is the provider’s own where neither list nor configuration has one', () => {
    const rates = withToolPrices(ratesOfList({ input_mtok: 1, output_mtok: 1 }) as Rates, null, 1.4)
    expect(costNanos(rates, { webSearches: 1 })).toBe(1.4 * cent)
  })
})
