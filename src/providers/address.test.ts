import { describe, expect, it } from 'vitest'
import { upstreamUrl } from './address.ts'
import { findAiProvider } from './index.ts'

function addressOf(id: string, customHost?: string): string {
  const aiProvider = findAiProvider(id)!
  const wire = aiProvider.speaks['openai-chat'] ? 'openai-chat' : 'anthropic-messages'
  return upstreamUrl({ aiProvider, wire, ...(customHost === undefined ? {} : { customHost }) }).href
}

describe('upstreamUrl', () => {
  it.each([
    ['openai', undefined, 'https://api.openai.com/v1/chat/completions'],
    ['anthropic', undefined, 'https://api.anthropic.com/v1/messages'],
    ['perplexity-ai', undefined, 'https://api.perplexity.ai/chat/completions'],
    ['openai', 'http://localhost:8000', 'http://localhost:8000/v1/chat/completions'],
    ['openai', 'http://localhost:8000/', 'http://localhost:8000/v1/chat/completions'],
    ['openai', 'http://localhost:8000/v1', 'http://localhost:8000/v1/chat/completions'],
    ['openai', 'http://localhost:8000/v1/', 'http://localhost:8000/v1/chat/completions'],
    ['openai', 'https://a.example/v1/chat/completions', 'https://a.example/v1/chat/completions'],
    ['openai', 'https://a.example/proxy', 'https://a.example/proxy/v1/chat/completions'],
    ['openai', 'https://a.example/v1?tenant=7', 'https://a.example/v1/chat/completions?tenant=7'],
    ['anthropic', 'https://a.example', 'https://a.example/v1/messages'],
    ['anthropic', 'https://a.example/v1', 'https://a.example/v1/messages'],
    ['groq', 'https://a.example', 'https://a.example/openai/v1/chat/completions'],
    ['ollama', 'http://localhost:11434', 'http://localhost:11434/v1/chat/completions'],
    ['perplexity-ai', 'https://a.example', 'https://a.example/chat/completions'],
  ])('%s at %s is called at %s', (id, customHost, expected) => {
    expect(addressOf(id, customHost)).toBe(expected)
  })

  it.each([
    ['openai', undefined, 'https://api.openai.com/v1/responses'],
    ['groq', undefined, 'https://api.groq.com/openai/v1/responses'],
    ['openrouter', 'https://a.example/api/v1', 'https://a.example/api/v1/responses'],
    ['openai', 'https://a.example/v1/chat/completions', 'https://a.example/v1/responses'],
    ['openai', 'https://a.example/v1/responses', 'https://a.example/v1/responses'],
  ])('%s at %s takes responses at %s', (id, customHost, expected) => {
    const aiProvider = findAiProvider(id)!
    const custom = customHost === undefined ? {} : { customHost }
    expect(upstreamUrl({ aiProvider, wire: 'openai-responses', ...custom }).href).toBe(expected)
  })

  it.each([
    ['openai', 'openai-completions', 'https://a.example/v1/chat/completions', 'https://a.example/v1/completions'],
    ['openai', 'openai-completions', 'https://a.example/v1/completions', 'https://a.example/v1/completions'],
    ['openai', 'openai-chat', 'https://a.example/v1/embeddings', 'https://a.example/v1/chat/completions'],
    ['openai', 'openai-embeddings', 'https://a.example/v1', 'https://a.example/v1/embeddings'],
    ['deepinfra', 'float-embeddings', 'https://a.example', 'https://a.example/v1/openai/embeddings'],
    ['vllm', 'openai-rerank', 'http://localhost:8000', 'http://localhost:8000/v1/rerank'],
  ] as const)('%s takes %s beside %s at %s', (id, wire, customHost, expected) => {
    expect(upstreamUrl({ aiProvider: findAiProvider(id)!, wire, customHost }).href).toBe(expected)
  })

  it.each([
    ['databricks', 'openai-chat', '/serving-endpoints', '/serving-endpoints/chat/completions'],
    ['databricks', 'openai-chat', '/team/serving-endpoints/', '/team/serving-endpoints/chat/completions'],
    ['databricks', 'float-embeddings', '/serving-endpoints', '/serving-endpoints/embeddings'],
    ['groq', 'openai-chat', '/openai', '/openai/v1/chat/completions'],
    ['groq', 'openai-chat', '/openai/v1', '/openai/v1/chat/completions'],
    ['groq', 'openai-chat', '/v1', '/v1/chat/completions'],
    ['openrouter', 'openai-chat', '/api', '/api/v1/chat/completions'],
    ['openrouter', 'openai-chat', '/api/v1', '/api/v1/chat/completions'],
    ['cohere', 'cohere-embeddings', '/compatibility/v1', '/v2/embed'],
    ['cohere', 'openai-chat', '/v2', '/compatibility/v1/chat/completions'],
    ['google', 'google-gemini', '/v1beta', '/v1beta/models/m:generateContent'],
    ['openai', 'openai-chat', '/openai', '/openai/v1/chat/completions'],
    ['openai', 'openai-chat', '/gateway/v1/acme/openai', '/gateway/v1/acme/openai/chat/completions'],
  ] as const)('%s takes %s behind the base %s at %s', (id, wire, base, expected) => {
    const aiProvider = findAiProvider(id)!
    const url = upstreamUrl({ aiProvider, wire, model: 'm', customHost: `https://a.example${base}` })
    expect(url.pathname).toBe(expected)
  })

  it('says what is missing when a self-hosted provider has no custom host', () => {
    expect(() => addressOf('vllm')).toThrow('vLLM has no address of its own; set custom_host on the integration')
  })

  it.each(['localhost:8000/v1', 'not an address', 'file:///etc/passwd', ''])(
    'refuses %j as a custom host',
    (customHost) => {
      expect(() => addressOf('openai', customHost)).toThrow('Invalid custom host: it is not an http or https address')
    },
  )

  it('names the wires a provider speaks when another is asked for', () => {
    const aiProvider = findAiProvider('anthropic')!
    expect(() => upstreamUrl({ aiProvider, wire: 'openai-chat' })).toThrow(
      'Anthropic does not speak openai-chat; it speaks anthropic-messages',
    )
  })
})

describe('an endpoint on another host', () => {
  const row = findAiProvider('bedrock')!
  const parts = { aiProvider: row, wire: 'bedrock-rerank', configurations: { aws_region: 'eu-west-1' } } as const

  it('is called there, in the region of the integration', () => {
    expect(upstreamUrl(parts).href).toBe('https://bedrock-agent-runtime.eu-west-1.amazonaws.com/rerank')
  })

  it('is called at the custom host all the same', () => {
    expect(upstreamUrl({ ...parts, customHost: 'https://m.example.com' }).href).toBe('https://m.example.com/rerank')
  })

  it('takes no host from a setting', () => {
    expect(() => upstreamUrl({ ...parts, configurations: { aws_region: 'a.example/' } })).toThrow(/letters, digits/)
  })
})
