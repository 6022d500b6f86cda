/** The sliding window's arithmetic. */
import { describe, expect, it } from 'vitest'
import { carriedOver, reliefAtMs } from './rates.ts'

const window = { startMs: 60_000, endMs: 120_000 }

describe('a sliding window', () => {
  it('carries over the share of the window before that is still inside', () => {
    expect(carriedOver(10, window, 60_000)).toBe(10)
    expect(carriedOver(10, window, 75_000)).toBe(7)
    expect(carriedOver(10, window, 119_999)).toBe(0)
    expect(carriedOver(10, window, 40_000)).toBe(10)
    expect(carriedOver(10, { startMs: 0 }, 5)).toBe(10)
  })
  it('names the first instant at which there is room, and no earlier one', () => {
    const seed = 7
    for (let round = 0; round < 2_000; round++) {
      const roll = (most: number) => Math.floor((Math.abs(Math.sin(seed + round * 13 + most)) * 1e4) % (most + 1))
      const amount = 1 + roll(20)
      const view = { amount, window, previous: roll(25), used: roll(amount) }
      const ask = 1 + roll(amount - 1)
      const nowMs = 60_000 + roll(59_999)
      const fits = (atMs: number) => {
        const isHere = atMs < window.endMs
        const at = isHere ? window : { startMs: 120_000, endMs: 180_000 }
        const carried = carriedOver(isHere ? view.previous : view.used, at, atMs)
        return (isHere ? view.used : 0) + carried + ask <= amount
      }
      const relief = reliefAtMs(view, ask, nowMs)
      const told = `seed ${seed} round ${round}: ${JSON.stringify({ view, ask, nowMs, relief })}`
      expect(fits(relief), told).toBe(true)
      if (relief > nowMs + 2) expect(fits(relief - 2), told).toBe(false)
    }
  })
  it('sends who asks for more than the whole limit to the end of the window', () => {
    expect(reliefAtMs({ amount: 5, window, previous: 0, used: 0 }, 6, 60_000)).toBe(120_000)
  })
})
