/** Memory stays bounded, and nothing is lost before it must be. */
import { describe, expect, it } from 'vitest'
import { BoundedMap } from './bounded-map.ts'

describe('a bounded map', () => {
  it('keeps what fits, and starts over rather than grow', () => {
    const map = new BoundedMap<number>(2)
    map.set('a', 1).set('b', 2).set('a', 3)
    expect([...map]).toEqual([
      ['a', 3],
      ['b', 2],
    ])
    map.set('c', 4)
    expect([...map]).toEqual([['c', 4]])
  })
})
