import { describe, expect, it } from 'vitest'
import { isExactNumber, parseExact, roundedNumber } from './exact-json.ts'
import { parseJsonObject } from './json-text.ts'

describe('numbers beyond a double', () => {
  it.each([
    '{"id":2512292042121000001}',
    '{"id":-9007199254740993}',
    '{"a":[{"b":18446744073709551615}]}',
    '{"rate":0.12345678901234567891}',
    '{"text":"1234567890123456789","n":1}',
  ])('keep their digits: %s', (text) => {
    expect(JSON.stringify(parseExact(text))).toBe(text)
  })

  it('are opaque, and others are numbers', () => {
    const { big, small } = parseExact('{"big":12345678901234567890,"small":1234567890123456}') as Record<
      string,
      unknown
    >
    expect(isExactNumber(big)).toBe(true)
    expect(roundedNumber(big)).toBe(Number('12345678901234567890'))
    expect(small).toBe(1234567890123456)
    expect(isExactNumber({ rawJSON: '1' })).toBe(false)
  })

  it('are numbers at the top of a body, where settings stand', () => {
    expect(parseJsonObject(Buffer.from('{"seed":12345678901234567890}')).seed).toBe(Number('12345678901234567890'))
  })
})
