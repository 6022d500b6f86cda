import { describe, expect, it } from 'vitest'
import { isMarkedSignature, markSignature, readMarkedSignature } from './signature.ts'

describe('a marked signature', () => {
  it.each(['c2lnbmVk+/=', '', 'with:colons/and-words:x', '日本'])('comes back byte for byte: %j', (signature) => {
    const marked = markSignature('some-wire', 'call', signature)
    expect(isMarkedSignature(marked)).toBe(true)
    expect(readMarkedSignature('some-wire', marked)).toEqual({ place: 'call', signature })
  })

  it('is none of another wire', () => {
    expect(readMarkedSignature('other-wire', markSignature('some-wire', 'call', 'x'))).toBeUndefined()
  })

  it.each(['ErUBCkYIBxgCIkDw', 'sig+/=', 'a/b:c', ''])('is told from a plain one: %j', (signature) => {
    expect(isMarkedSignature(signature)).toBe(false)
    expect(readMarkedSignature('some-wire', signature)).toBeUndefined()
  })
})
