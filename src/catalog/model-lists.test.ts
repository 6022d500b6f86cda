import { describe, expect, it } from 'vitest'
import type { ListedModel } from '../pricing/price.ts'
import { ModelLists } from './model-lists.ts'

const minuteMs = 60_000

function counting(...answers: (readonly ListedModel[] | undefined)[]) {
  const asked: number[] = []
  const load = async () => answers[asked.push(1) - 1]
  return { asked, load }
}

describe('lists of models', () => {
  it('are asked for once in ten minutes, by however many at once', async () => {
    const lists = new ModelLists()
    const { asked, load } = counting([{ id: 'a' }])
    const both = await Promise.all([lists.read('x', 0, load), lists.read('x', 0, load)])
    expect(both).toEqual([[{ id: 'a' }], [{ id: 'a' }]])
    expect(await lists.read('x', 10 * minuteMs - 1, load)).toEqual([{ id: 'a' }])
    expect(asked).toHaveLength(1)
  })

  it('are given while the next is fetched', async () => {
    const lists = new ModelLists()
    const { load } = counting([{ id: 'old' }], [{ id: 'new' }])
    await lists.read('x', 0, load)
    expect(await lists.read('x', 10 * minuteMs, load)).toEqual([{ id: 'old' }])
    await Promise.resolve()
    expect(await lists.read('x', 10 * minuteMs + 1, load)).toEqual([{ id: 'new' }])
  })

  it('that a provider does not give are asked for again after a minute, and the last one is kept', async () => {
    const lists = new ModelLists()
    const { asked, load } = counting(undefined, [{ id: 'a' }], undefined)
    expect(await lists.read('x', 0, load)).toBeUndefined()
    expect(await lists.read('x', minuteMs - 1, load)).toBeUndefined()
    expect(await lists.read('x', minuteMs, load)).toEqual([{ id: 'a' }])
    await lists.read('x', 20 * minuteMs, load)
    expect(await lists.read('x', 20 * minuteMs + 1, load)).toEqual([{ id: 'a' }])
    expect(asked).toHaveLength(3)
  })
})
