import { describe, expect, it } from 'vitest'
import { readTraitChanges } from './read-changes.ts'

const read = (value: Record<string, unknown>) => readTraitChanges(value, 'models[0].model_traits')

describe('a correction of what a model takes', () => {
  it('is taken where its names and values are known', () => {
    const changes = {
      maxStops: 0,
      sampling: { topP: false },
      efforts: ['low'],
      thinking: 'adaptive',
      images: { refused: ['style'] },
    }
    expect(read(changes)).toEqual(changes)
  })

  it.each([
    [{ maxStop: 0 }, 'models[0].model_traits.maxStop is not known; it must be one of chat, sampling'],
    [
      { sampling: { top_p: false } },
      'models[0].model_traits.sampling.top_p is not known; it must be one of temperature',
    ],
    [{ sampling: 'none' }, 'models[0].model_traits.sampling is "none"; it must be an object'],
    [{ maxStops: '4' }, 'models[0].model_traits.maxStops is "4"; it must be a number, 0 or more'],
    [{ efforts: 'low' }, 'models[0].model_traits.efforts is "low"; it must be a list of words'],
    [{ prefill: 1 }, 'models[0].model_traits.prefill is 1; it must be true or false'],
    [{ thinking: 'much' }, 'models[0].model_traits.thinking is "much"; it must be one of none, budget'],
  ])('is refused with the place where it is wrong: %j', (value, message) => {
    expect(() => read(value)).toThrow(message)
  })
})
