/** What the red-team set is made of: texts with what is to be found in them. All data is made up. */
import type { PiiCategory } from '../../src/guardrails/pii/categories.ts'

export interface Label {
  readonly category: PiiCategory
  readonly value: string
}

export interface PiiSample {
  readonly text: string
  /** Empty = nothing may be found. */
  readonly labels: readonly Label[]
}

export interface InjectionSample {
  readonly text: string
  readonly isAttack: boolean
  readonly family: string
}

export interface Dice {
  /** From 0 up to, not including, `end`. */
  below(end: number): number
  pick<T>(list: readonly [T, ...T[]] | readonly T[]): T
  digits(count: number): string
}

/** The same seed gives the same set (mulberry32). */
export function dice(seed: number): Dice {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (end: number) => Math.floor(next() * end)
  return {
    below,
    pick<T>(list: readonly T[]): T {
      const found = list[below(list.length)]
      if (found === undefined) throw new Error('an empty list has nothing to pick')
      return found
    },
    digits: (count) => Array.from({ length: count }, () => String(below(10))).join(''),
  }
}
