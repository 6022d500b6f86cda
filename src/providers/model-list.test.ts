/** Lists of models as providers write them, and where they stand. */
import { describe, expect, it } from 'vitest'
import { findAiProvider } from './index.ts'
import { modelListing, namesIn, readModelList } from './model-list.ts'

describe('a list of models', () => {
  it.each<[unknown, unknown]>([
    [{ data: [{ id: 'a' }] }, [{ id: 'a' }]],
    [
      { models: [{ name: 'models/a', displayName: 'A', inputTokenLimit: 9 }] },
      [{ id: 'a', name: 'A', contextWindow: 9 }],
    ],
    [[{ id: 'a', display_name: 'A', context_length: 8 }], [{ id: 'a', name: 'A', contextWindow: 8 }]],
    [
      { data: [{ id: 'a', context_window: 0, max_model_len: 7 }, { id: '' }, { id: 7 }, null, 'b', {}] },
      [{ id: 'a', contextWindow: 7 }],
    ],
    [{ data: [] }, []],
    [{ data: 'none' }, undefined],
    [{}, undefined],
    ['<html>', undefined],
    [null, undefined],
  ])('written as %j is read as %j', (body, models) => {
    expect(readModelList(body)).toEqual(models)
  })

  it('may stand under another key, with a path before its names', () => {
    const read = namesIn('publisherModels', 'name')
    expect(read({ publisherModels: [{ name: 'publishers/google/models/g-1' }, { name: 'plain' }, {}, 7] })).toEqual([
      { id: 'g-1' },
      { id: 'plain' },
    ])
    expect(read({ models: [] })).toBeUndefined()
  })

  it.each([
    ['openai', '/v1/models'],
    ['groq', '/openai/v1/models'],
    ['scenario-ai', undefined],
    ['azure-openai', undefined],
  ])('of %s is at %s', (id, path) => {
    expect(modelListing(findAiProvider(id)!)?.path).toBe(path)
  })

  it('of Bedrock is of its models, else of its inference profiles', () => {
    const read = modelListing(findAiProvider('bedrock')!)?.read
    expect(read?.({ modelSummaries: [{ modelId: 'm' }] })).toEqual([{ id: 'm' }])
    expect(read?.({ inferenceProfileSummaries: [{ inferenceProfileId: 'p' }] })).toEqual([{ id: 'p' }])
  })
})
