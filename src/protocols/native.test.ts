import { describe, expect, it } from 'vitest'
import { collect, eventOrderProblems } from '../inference/index.ts'
import { nativeProtocols } from './index.ts'

const { 'openai-embeddings': embeddings, 'openai-moderations': moderations, 'openai-rerank': rerank } = nativeProtocols

describe('an endpoint that is passed on', () => {
  it.each([
    [embeddings, { data: [{ embedding: [1] }], usage: { prompt_tokens: 5, total_tokens: 5 } }, 5],
    [embeddings, { data: [], usage: { total_tokens: 6 } }, 6],
    [embeddings, { data: [] }, undefined],
    [moderations, { results: [] }, undefined],
    [rerank, { results: [], usage: { total_tokens: 9 } }, 9],
    [rerank, { results: [], meta: { tokens: { input_tokens: 4 }, billed_units: { search_units: 1 } } }, 4],
    [rerank, { results: [], meta: { billed_units: { search_units: 1 } } }, undefined],
  ])('reads the usage of $0.id, never an output', ({ upstream }, body, input) => {
    const events = upstream.readAnswer(body)
    expect(eventOrderProblems(events)).toEqual([])
    const { usage } = collect(events)
    expect([usage?.inputUncached, usage?.output]).toEqual([input, 0])
  })

  it('takes an error under status 200 for one, and refuses what is no answer', () => {
    const [event] = embeddings.upstream.readAnswer({ error: { message: 'no such model', code: 404 } })
    expect(event).toMatchObject({ type: 'error', error: { message: 'no such model' } })
    expect(() => embeddings.upstream.readAnswer({ choices: [] })).toThrow(
      "the provider's answer is not one of its embeddings endpoint: no 'data'",
    )
    expect(embeddings.upstream.openStream().push({ data: '{}' })).toMatchObject([{ type: 'error' }])
  })

  it('peeks no output, so that none is held or capped', () => {
    for (const { client } of [embeddings, moderations, rerank]) {
      const body = { model: 'm', input: 'a', query: 'q', documents: ['a'], user: 'u' }
      expect(client.peek(body)).toMatchObject({ model: 'm', isStream: false, maxOutputTokens: 0, user: 'u' })
    }
  })

  it.each([
    ['text', 'a', undefined],
    ['texts', ['a', 'b'], undefined],
    ['token ids', [1, 2], true],
    ['lists of token ids', [[1], [2]], true],
    ['token ids among texts', ['a', [2]], true],
  ])('knows %s', (_, input, hasTokenIds) => {
    expect(embeddings.client.peek({ model: 'm', input }).hasTokenIds).toBe(hasTokenIds)
  })

  it.each([
    [{ query: 7, documents: ['a'] }, /^query is 7/],
    [{ query: 'q', documents: [] }, /^documents is an empty array/],
    [{ query: 'q', documents: ['a'], model: '' }, /^model is an empty string/],
  ])('says what is wrong with a rerank of %j', (body, message) => {
    expect(() => rerank.client.peek({ model: 'm', ...body })).toThrow(message)
  })
})
