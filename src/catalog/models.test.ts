import { describe, expect, it } from 'vitest'
import { model, sampleCatalog } from '../../test/support/sample-catalog.ts'
import type { Integration, WorkspaceCatalog } from './catalog.ts'
import { findListedModel, listModels } from './models.ts'

const known = new Map([
  ['i-oai', [{ id: 'gpt-5', name: 'GPT-5', contextWindow: 400_000 }, { id: 'gpt-4o' }]],
  ['i-ant-eu', [{ id: 'claude-opus-4-5' }]],
  ['i-router', [{ id: 'meta-llama/llama-3' }]],
])

function ids(query: Record<string, string>, catalog = sampleCatalog()): readonly string[] {
  return listModels(catalog, known, query).data.map((each) => each.id)
}

function withOpenai(changes: Partial<Integration>): WorkspaceCatalog {
  const catalog = sampleCatalog()
  return {
    ...catalog,
    integrations: catalog.integrations.map((each) => (each.id === 'i-oai' ? { ...each, ...changes } : each)),
  }
}

describe('the list of models', () => {
  it('has one entry per provider and model, in the shape that OpenAI clients read', () => {
    const { object, total, data } = listModels(sampleCatalog(), known, { provider: 'oai' })
    expect({ object, total }).toEqual({ object: 'list', total: 2 })
    expect(data[1]).toEqual({
      id: '@oai/gpt-5',
      object: 'model',
      created: 1_700_000_000,
      owned_by: 'openai',
      slug: 'gpt-5',
      canonical_slug: 'gpt-5',
      name: 'GPT-5',
      context_window: 400_000,
    })
  })

  it.each<[Record<string, string>, readonly string[]]>([
    [
      {},
      [
        '@ant-us/claude-haiku-4-5',
        '@ant-eu/claude-opus-4-5',
        '@oai/gpt-4o',
        '@oai/gpt-5',
        '@router/meta-llama/llama-3',
      ],
    ],
    [
      { sort: 'provider' },
      [
        '@ant-eu/claude-opus-4-5',
        '@ant-us/claude-haiku-4-5',
        '@oai/gpt-4o',
        '@oai/gpt-5',
        '@router/meta-llama/llama-3',
      ],
    ],
    [{ sort: 'ai_service', order: 'desc', limit: '2' }, ['@router/meta-llama/llama-3', '@oai/gpt-5']],
    [{ ai_service: 'anthropic' }, ['@ant-us/claude-haiku-4-5', '@ant-eu/claude-opus-4-5']],
    [{ provider: '@oai' }, ['@oai/gpt-4o', '@oai/gpt-5']],
    [{ limit: '1', offset: '2' }, ['@oai/gpt-4o']],
    [{ limit: '0' }, []],
    [{ provider: 'nobody' }, []],
  ])('with %j has %j', (query, expected) => {
    expect(ids(query)).toEqual(expected)
  })

  it('counts all matches, not only those of the page', () => {
    expect(listModels(sampleCatalog(), known, { limit: '1' }).total).toBe(5)
  })

  it.each([{ limit: '-1' }, { offset: 'x' }, { sort: 'age' }, { order: 'up' }])('refuses %j', (query) => {
    expect(() => ids(query as unknown as Record<string, string>)).toThrow(/must be/)
  })

  it("shows the integration's own models and hides those switched off", () => {
    const models = [
      model('gpt-5', { enabled: false }),
      model('ft:mine', { is_custom: true, base_model_slug: 'openai/gpt-4o', name: 'Mine' }),
    ]
    const page = listModels(withOpenai({ models }), known, { provider: 'oai' })
    expect(page.data.map((each) => [each.slug, each.canonical_slug])).toEqual([
      ['ft:mine', 'gpt-4o'],
      ['gpt-4o', 'gpt-4o'],
    ])
  })

  it('shows only the allow-list where not all models are allowed', () => {
    expect(ids({ provider: 'oai' }, withOpenai({ allowAllModels: false, models: [model('gpt-5')] }))).toEqual([
      '@oai/gpt-5',
    ])
  })

  it('leaves out providers that may not be used', () => {
    expect(ids({ provider: 'oai' }, withOpenai({ status: 'archived' }))).toEqual([])
  })
})

describe('one model', () => {
  it.each([
    ['@oai/gpt-5', '@oai/gpt-5'],
    ['oai/gpt-5', '@oai/gpt-5'],
    ['gpt-5', '@oai/gpt-5'],
    ['@router/meta-llama/llama-3', '@router/meta-llama/llama-3'],
    ['gpt-9', undefined],
  ])('%s is found as %s', (id, expected) => {
    expect(findListedModel(sampleCatalog(), known, id)?.id).toBe(expected)
  })

  it('is not guessed when two providers have it', () => {
    const two = new Map([...known, ['i-goog', [{ id: 'gpt-5' }]]])
    expect(findListedModel(sampleCatalog(), two, 'gpt-5')).toBeUndefined()
  })
})
