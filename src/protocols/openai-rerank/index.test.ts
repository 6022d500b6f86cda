import { describe, expect, it } from 'vitest'
import { openaiRerank } from './index.ts'

const peek = (documents: unknown, query = 'q') => openaiRerank.client.peek({ model: 'm', query, documents })

describe('the most searches of a rerank', () => {
  it.each([
    [1, 'short', 1],
    [100, 'short', 1],
    [101, 'short', 2],
    [100, 'x'.repeat(1_000), 3],
    [1, '', 1],
  ])('are those of %i documents like %.10s', (length, text, searches) => {
    expect(peek(Array.from({ length }, () => text))).toMatchObject({ units: { searches }, isUnitsBound: true })
  })

  it('counts the query into every document, and objects as they are written', () => {
    expect(
      peek(
        Array.from({ length: 100 }, () => ({ text: 'x'.repeat(300) })),
        'q'.repeat(9_000),
      ).units,
    ).toEqual({
      searches: 2,
    })
  })

  it('needs documents', () => {
    expect(() => peek([])).toThrow(/^documents is an empty array/)
    expect(() => peek('a')).toThrow(/^documents is 'a'/)
  })
})

describe('usage of a rerank', () => {
  const read = (body: object) => openaiRerank.upstream.readAnswer({ results: [], ...body })[1]

  it.each([
    [{ usage: { search_units: 2 } }, { searches: 2 }],
    [{ meta: { billed_units: { search_units: 3 } } }, { searches: 3 }],
    [{ usage: { total_tokens: 9 } }, { inputUncached: 9 }],
    [{ meta: { tokens: { input_tokens: 8 } } }, { inputUncached: 8 }],
    [{}, {}],
  ])('is read from %j', (body, usage) => {
    expect(read(body)).toMatchObject({ type: 'usage', usage: { ...usage, output: 0 } })
  })
})
