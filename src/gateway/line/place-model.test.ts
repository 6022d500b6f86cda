import { describe, expect, it } from 'vitest'
import { sampleCatalog } from '../../../test/support/sample-catalog.ts'
import { findAiProvider } from '../../providers/index.ts'
import { placeModel } from './place-model.ts'

const [sample] = sampleCatalog().integrations

function place(id: string, model: string, base?: string, configurations = {}) {
  const aiProvider = findAiProvider(id)!
  const row = { slug: model, enabled: true, is_custom: true, is_finetune: false, base_model_slug: base ?? null }
  return placeModel({ aiProvider, model, integration: { ...sample!, configurations, models: [row] } })
}

const profile = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456'

describe('a model whose integration names the model behind it', () => {
  it.each([
    ['bedrock', profile, 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['bedrock', profile, 'amazon.titan-embed-text-v2:0'],
    ['bedrock', profile, 'cohere.rerank-v3-5:0'],
    ['vertex-ai', 'my-tuned-one', 'claude-sonnet-4-5'],
    ['vertex-ai', 'my-tuned-one', 'mistral-large-2411'],
    ['vertex-ai', 'my-tuned-one', 'text-embedding-005'],
    ['azure-ai', 'prod', 'claude-opus-4-5'],
  ])('of %s is placed like it, under its own name: %s is %s', (id, model, base) => {
    const { name, pricedAs: _, ...placed } = place(id, model, base)
    const { name: __, pricedAs: ___, ...like } = place(id, base)
    expect(placed).toEqual(like)
    expect(name).toBe(model)
  })

  it('of Azure keeps what the configurations say of its deployment', () => {
    const deployment = { azure_deployment_name: 'prod', azure_model_slug: 'gpt-4.1', azure_api_version: '2024-10-21' }
    const configurations = { azure_resource_name: 'r', azure_deployment_config: [deployment] }
    expect(place('azure-openai', 'prod', 'gpt-5', configurations)).toEqual(
      place('azure-openai', 'prod', undefined, configurations),
    )
  })
})
