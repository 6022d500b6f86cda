import { describe, expect, it } from 'vitest'
import { readGuardrailRef } from './read.ts'
import { cutText, placeAfterChange, readStreamWindow, windowOf } from './stream-window.ts'

const sentence = { type: 'sentence' } as const

describe('the setting stream_window', () => {
  it.each([
    ['whole', { type: 'whole' }],
    ['sentence', { type: 'sentence' }],
    [200, { type: 'characters', count: 200 }],
    [undefined, undefined],
  ])('reads %j', (value, window) => {
    expect(readStreamWindow(value, 'here')).toEqual(window)
  })

  it.each([['words'], [15], [100_001], [20.5], [[]], [true]])('refuses %j and says what is allowed', (value) => {
    expect(() => readStreamWindow(value, 'here')).toThrow(/here is .*; it must be 'whole', 'sentence' or a number/)
  })

  const windowFor = (value: object) => {
    const read = readGuardrailRef(value, 'output', 'output_guardrails', () => 'x'.repeat(8))
    return read.type === 'own' ? windowOf(read.guardrail) : undefined
  }

  it.each([
    [{ 'portkey.pii': { redact: true } }, 'sentence'],
    [{ 'portkey.pii': { not: true } }, 'whole'],
    [{ contains: { words: ['a'], operator: 'none' } }, 'sentence'],
    [{ contains: { words: ['a'], operator: 'all' } }, 'whole'],
    [{ regexReplace: { rule: 'a' } }, 'whole'],
    [{ wordCount: { maxWords: 3 } }, 'whole'],
    [{ jsonSchema: { schema: {} } }, 'whole'],
    [{ 'portkey.pii': { redact: true }, wordCount: {} }, 'whole'],
    [{ regexReplace: { rule: 'a' }, stream_window: 'sentence' }, 'sentence'],
    [{ 'portkey.pii': { redact: true }, stream_window: 'whole' }, 'whole'],
  ])('of %j is %s', (guardrail, type) => {
    expect(windowFor(guardrail)).toEqual({ type })
  })
})

describe('a text that is held', () => {
  it.each([
    ['no end yet', 0, 0],
    ['One. ', 5, 0],
    ['One. Two! ', 10, 5],
    ['One. Two! Thr', 10, 5],
    ['v1.2 of x', 0, 0],
    ['a\nb\n', 4, 2],
    ['好。是。', 4, 2],
  ])('of sentences, %j, is judged to %i and goes out to %i', (text, judgedTo, releasedTo) => {
    expect(cutText(text, [sentence])).toEqual({ judgedTo, releasedTo })
  })

  it('without an end is cut at a blank, so that it does not wait for ever', () => {
    const text = 'word '.repeat(500)
    expect(cutText(text, [sentence])).toEqual({ judgedTo: 2_000, releasedTo: 1_000 })
    expect(cutText('x'.repeat(2_500), [sentence])).toEqual({ judgedTo: 2_000, releasedTo: 1_000 })
  })

  it('of characters is judged up to a blank, and as many stay behind', () => {
    const window = { type: 'characters', count: 20 } as const
    expect(cutText('a '.repeat(19), [window])).toEqual({ judgedTo: 0, releasedTo: 0 })
    expect(cutText(`${'a '.repeat(20)}cut`, [window])).toEqual({ judgedTo: 40, releasedTo: 20 })
    expect(cutText(`${'a '.repeat(9)}bcde ${'a '.repeat(10)}`, [window])).toEqual({ judgedTo: 43, releasedTo: 23 })
    expect(cutText(`${'a '.repeat(9)}bcdefg ${'a '.repeat(9)}`, [window])).toEqual({ judgedTo: 43, releasedTo: 18 })
    expect(cutText('x'.repeat(61), [window])).toEqual({ judgedTo: 61, releasedTo: 41 })
  })

  it('goes out only as far as the strictest of several windows lets it', () => {
    const text = 'One. Two. Three. Four. '
    expect(cutText(text, [sentence, { type: 'whole' }])).toEqual({ judgedTo: 0, releasedTo: 0 })
    expect(cutText(text, [sentence, { type: 'characters', count: 16 }])).toEqual({ judgedTo: 0, releasedTo: 0 })
  })
})

describe('a place in a changed text', () => {
  const place = (judged: string, changed: string, at: number) =>
    placeAfterChange({ judged, changed, place: at, from: { judged: 0, changed: 0 } })

  it('is known where nothing before or nothing behind it changed', () => {
    expect(place('abc|def', 'abc|def', 3)).toBe(3)
    expect(place('SECRET|def', 'X|def', 6)).toBe(1)
    expect(place('abc|SECRET', 'abc|X', 3)).toBe(3)
  })

  it('is not known between two changes, nor inside of one', () => {
    expect(place('SECRET|SECRET', 'X|X', 6)).toBeUndefined()
    expect(place('a SECRET b', 'a X b', 5)).toBeUndefined()
  })
})
