import { describe, expect, it } from 'vitest'
import { mostItemBytes } from './body-price.ts'

describe('the size up to which bodies are items', () => {
  it('is where both prices meet: eight units of $0.625 a million are a PUT of $5, before storage is counted', () => {
    expect(mostItemBytes(0)).toBe(8 * 1024)
  })

  it('falls with the days that bodies are kept, since tables store at eleven times the price', () => {
    const sizes = [1, 30, 90, 365].map(mostItemBytes)
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a))
    expect(sizes.at(-1)).toBeLessThan(3 * 1024)
    expect(mostItemBytes(90)).toBe(3 * 1024)
  })
})
