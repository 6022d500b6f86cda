import { describe, expect, it } from 'vitest'
import { upstreamUrl } from './address.ts'
import { findAiProvider } from './index.ts'

const configurations = {
  aws_region: 'eu-west-1',
  vertex_project_id: 'p',
  vertex_region: 'us-central1',
  workers_ai_account_id: 'acc',
}

function place(id: string, model: string) {
  return findAiProvider(id)!.placeModel!(model, configurations)
}

describe('the wires of a model', () => {
  it.each([
    ['bedrock', 'anthropic.claude-sonnet-4-5-20250929-v1:0', ['bedrock-converse']],
    ['bedrock', 'amazon.titan-embed-text-v2:0', ['titan-embeddings']],
    ['bedrock', 'amazon.nova-2-multimodal-embeddings-v1:0', ['nova-embeddings']],
    ['bedrock', 'us.cohere.embed-v4:0', ['cohere-invoke-embeddings']],
    ['bedrock', 'amazon.nova-canvas-v1:0', ['titan-images']],
    ['bedrock', 'amazon.nova-pro-v1:0', ['bedrock-converse']],
    ['bedrock', 'stability.stable-image-ultra-v1:1', ['stability-invoke-images']],
    ['google', 'models/gemini-embedding-001', ['google-embeddings']],
    ['google', 'imagen-4.0-generate-001', ['imagen-images']],
    ['google', 'gemini-2.5-flash-image', ['google-gemini', 'gemini-images']],
    ['google', 'gemini-2.5-pro', ['google-gemini']],
    ['vertex-ai', 'text-multilingual-embedding-002', ['vertex-embeddings']],
    ['vertex-ai', 'multimodalembedding@001', ['vertex-multimodal-embeddings']],
    ['vertex-ai', 'google/gemini-embedding-001', ['vertex-embeddings']],
    ['vertex-ai', 'semantic-ranker-default@latest', ['vertex-rerank']],
    ['vertex-ai', 'imagen-4.0-fast-generate-001', ['imagen-images']],
    ['vertex-ai', 'claude-sonnet-4-5', ['anthropic-messages']],
    ['azure-ai', 'Cohere-rerank-v4.0-pro', ['cohere-rerank']],
    ['bedrock-mantle', 'anthropic.claude-opus-4-5', ['anthropic-messages']],
    ['bedrock-mantle', 'openai.gpt-oss-120b', ['openai-chat', 'openai-responses']],
  ])('of %s: %s', (id, model, wires) => {
    expect(place(id, model).wires).toEqual(wires)
  })
})

describe('the name of a model', () => {
  it.each([
    [
      'cohere.rerank-v3-5:0',
      'arn:aws:bedrock:eu-west-1::foundation-model/cohere.rerank-v3-5:0',
      'cohere.rerank-v3-5:0',
    ],
    ['amazon.rerank-v1:0', 'arn:aws:bedrock:eu-west-1::foundation-model/amazon.rerank-v1:0', 'amazon.rerank-v1:0'],
    [
      'arn:aws:bedrock:us-west-2::foundation-model/cohere.rerank-v3-5:0',
      'arn:aws:bedrock:us-west-2::foundation-model/cohere.rerank-v3-5:0',
      'cohere.rerank-v3-5:0',
    ],
  ])('is an ARN where reranking wants one: %s', (model, name, pricedAs) => {
    expect(place('bedrock', model)).toMatchObject({ name, pricedAs })
  })

  it.each([
    ['us-gov-west-1', 'arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.rerank-v1:0'],
    ['cn-north-1', 'arn:aws-cn:bedrock:cn-north-1::foundation-model/amazon.rerank-v1:0'],
  ])('is an ARN of the partition of its region: %s', (region, name) => {
    expect(findAiProvider('bedrock')!.placeModel!('amazon.rerank-v1:0', { aws_region: region })).toMatchObject({ name })
  })

  it.each([
    [
      'stability-ai',
      'stable-image-ultra',
      'stability-images',
      'https://api.stability.ai/v2beta/stable-image/generate/ultra',
    ],
    ['stability-ai', 'sd3.5-large', 'stability-images', 'https://api.stability.ai/v2beta/stable-image/generate/sd3'],
    [
      'fireworks-ai',
      'flux-1-schnell-fp8',
      'fireworks-images',
      'https://api.fireworks.ai/inference/v1/workflows/accounts/fireworks/models/flux-1-schnell-fp8/text_to_image',
    ],
    [
      'fireworks-ai',
      'whisper-v3',
      'openai-transcriptions',
      'https://audio-prod.api.fireworks.ai/v1/audio/transcriptions',
    ],
    [
      'fireworks-ai',
      'whisper-v3-turbo',
      'openai-transcriptions',
      'https://audio-turbo.api.fireworks.ai/v1/audio/transcriptions',
    ],
    [
      'workers-ai',
      '@cf/black-forest-labs/flux-1-schnell',
      'workers-images',
      'https://api.cloudflare.com/client/v4/accounts/acc/ai/run/@cf/black-forest-labs/flux-1-schnell',
    ],
    [
      'huggingface',
      'intfloat/e5-large',
      'feature-extraction',
      'https://router.huggingface.co/hf-inference/models/intfloat/e5-large/pipeline/feature-extraction',
    ],
    [
      'vertex-ai',
      'semantic-ranker-default@latest',
      'vertex-rerank',
      'https://discoveryengine.googleapis.com/v1/projects/p/locations/global/rankingConfigs/default_ranking_config:rank',
    ],
  ] as const)('stands in the address of %s: %s', (id, model, wire, address) => {
    const aiProvider = findAiProvider(id)!
    const placed = place(id, model)
    const path = placed.paths?.[wire]
    expect(
      upstreamUrl({ aiProvider, wire, model: placed.name, configurations, ...(path === undefined ? {} : { path }) })
        .href,
    ).toBe(address)
  })
})
