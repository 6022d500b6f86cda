import { describe, expect, it } from 'vitest'
import { TokenCache } from './token-cache.ts'

const minuteMs = 60_000

/** Tokens a, b, c, … each good for an hour from the moment it was asked for. */
function issuer() {
  const state = { nowMs: 0, asked: 0, fails: false }
  const refresh = async () => {
    const value = String.fromCharCode(97 + state.asked++)
    if (state.fails) throw new Error('the token service is down')
    return { value, expiresAtMs: state.nowMs + 60 * minuteMs }
  }
  const cache = new TokenCache()
  return { state, read: (...parts: string[]) => cache.read(parts, state.nowMs, refresh) }
}

describe('the token cache', () => {
  it('asks once, and again five minutes before the end', async () => {
    const { state, read } = issuer()
    expect(await read('x')).toBe('a')
    state.nowMs = 55 * minuteMs - 1
    expect(await read('x')).toBe('a')
    state.nowMs = 55 * minuteMs
    expect(await read('x')).toBe('b')
    expect(state.asked).toBe(2)
  })

  it('keeps one token for each thing it depends on', async () => {
    const { read } = issuer()
    expect([await read('x', 'y'), await read('xy'), await read('x', 'y')]).toEqual(['a', 'b', 'a'])
  })

  it('asks once for all who wait', async () => {
    const { state, read } = issuer()
    expect(await Promise.all([read('x'), read('x'), read('x')])).toEqual(['a', 'a', 'a'])
    expect(state.asked).toBe(1)
  })

  it('uses a token to its end when the next cannot be had', async () => {
    const { state, read } = issuer()
    await read('x')
    state.fails = true
    state.nowMs = 60 * minuteMs - 1
    expect(await read('x')).toBe('a')
    state.nowMs = 60 * minuteMs
    await expect(read('x')).rejects.toThrow('the token service is down')
    state.fails = false
    expect(await read('x')).toBe('d')
  })

  it('forgets the oldest beyond five hundred', async () => {
    const { state, read } = issuer()
    for (let at = 0; at <= 500; at++) await read(`${at}`)
    await read('500')
    expect(state.asked).toBe(501)
    await read('0')
    expect(state.asked).toBe(502)
  })
})
