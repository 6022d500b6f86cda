/** POST /v1/messages/count_tokens with the official client: counted by the provider where it can, else estimated and said so. */
import Anthropic from '@anthropic-ai/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream
let anthropic: Anthropic

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('claude', 'anthropic', upstream.origin)
  await sluice.connect('plain', 'openai', upstream.origin)
  await sluice.connect('aws', 'bedrock', upstream.origin, {
    configurations: { custom_host: upstream.origin, aws_auth_type: 'apiKey', aws_region: 'eu-west-1' },
  })
  await sluice.connect('google', 'vertex-ai', upstream.origin, {
    configurations: { custom_host: upstream.origin, vertex_project_id: 'proj', vertex_region: 'europe-west1' },
  })
  anthropic = new Anthropic({ baseURL: sluice.origin, apiKey: sluice.apiKey, maxRetries: 0 })
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const last = () => upstream.received.at(-1)
const messages = [{ role: 'user' as const, content: 'Hello, Claude' }]

describe('a provider that counts', () => {
  it('is sent the client’s own bytes, with betas and the beta query of coding agents', async () => {
    upstream.script(answerJson({ input_tokens: 14 }))
    const { data, response } = await anthropic.beta.messages
      .countTokens(
        { model: '@claude/claude-sonnet-4-5', messages, system: 'You are a scientist', betas: ['ctx-1'] },
        { query: { beta: 'true' } },
      )
      .withResponse()
    expect(data).toEqual({ input_tokens: 14 })
    expect(last()).toMatchObject({ method: 'POST', path: '/v1/messages/count_tokens?beta=true' })
    expect(last()?.headers['anthropic-beta']).toMatch(/ctx-1/)
    expect(last()?.headers['x-api-key']).toBe('secret-of-claude')
    expect(last()?.json()).toEqual({ model: 'claude-sonnet-4-5', messages, system: 'You are a scientist' })
    const { metrics, warnings } = await sluice.logOf(response)
    expect(metrics).toMatchObject({ operation: 'messagesCountTokens', cost_nanos: 0, outcome: 'completed' })
    expect(warnings).toEqual([])
  })

  it('is asked in the Converse shape on Bedrock, by the model’s own id', async () => {
    upstream.script(answerJson({ inputTokens: 15 }))
    const model = '@aws/eu.anthropic.claude-sonnet-4-20250514-v1:0'
    expect(await anthropic.messages.countTokens({ model, messages, system: 'be brief' })).toEqual({ input_tokens: 15 })
    expect(last()?.path).toBe('/model/anthropic.claude-sonnet-4-20250514-v1%3A0/count-tokens')
    expect(last()?.json()).toEqual({
      input: {
        converse: {
          messages: [{ role: 'user', content: [{ text: 'Hello, Claude' }] }],
          system: [{ text: 'be brief' }],
        },
      },
    })
  })

  it('is asked at the counting model on Vertex, which names the model in the body', async () => {
    upstream.script(answerJson({ input_tokens: 16 }))
    await anthropic.messages.countTokens({ model: '@google/claude-sonnet-4@20250514', messages })
    expect(last()?.path).toBe(
      '/v1/projects/proj/locations/europe-west1/publishers/anthropic/models/count-tokens:rawPredict',
    )
    expect(last()?.json()).toEqual({
      model: 'claude-sonnet-4@20250514',
      anthropic_version: 'vertex-2023-10-16',
      messages,
    })
  })

  it('tells its refusals in its own words', async () => {
    upstream.script(answerJson({ type: 'error', error: { type: 'invalid_request_error', message: 'too odd' } }, 400))
    const asking = anthropic.messages.countTokens({ model: '@claude/claude-sonnet-4-5', messages })
    await expect(asking).rejects.toThrow(/too odd/)
  })
})

describe('an estimate', () => {
  it('stands in where the provider does not count, and says so', async () => {
    const before = upstream.received.length
    const { data, response } = await anthropic.messages.countTokens({ model: '@plain/gpt-5', messages }).withResponse()
    expect(data).toEqual({ input_tokens: expect.any(Number), estimated: true })
    expect(data.input_tokens).toBeGreaterThan(5)
    expect(data.input_tokens).toBeLessThan(15)
    expect(upstream.received.length).toBe(before)
    expect(response.headers.get('x-portkey-warnings')).toContain('estimated input_tokens: OpenAI does not count')
    const { metrics } = await sluice.logOf(response)
    expect(metrics).toMatchObject({ operation: 'messagesCountTokens', cost_nanos: 0, outcome: 'completed' })
  })

  it('stands in for models that the provider’s counting does not know, and for servers without it', async () => {
    expect(await anthropic.messages.countTokens({ model: '@aws/amazon.nova-pro-v1:0', messages })).toMatchObject({
      estimated: true,
    })
    upstream.script((_, response) => void response.writeHead(404).end('no such page'))
    expect(await anthropic.messages.countTokens({ model: '@claude/local-claude', messages })).toMatchObject({
      estimated: true,
    })
  })

  it('is refused for a request without messages', async () => {
    const response = await sluice.post('/v1/messages/count_tokens', { model: '@plain/gpt-5' })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
  })
})

describe('limits', () => {
  it('of money and tokens do not concern counting, rates of requests do', async () => {
    const { secret } = await sluice.client.makeKey({
      usage_limits: { credit_limit: 0.000001, type: 'cost' },
      rate_limits: [{ type: 'requests', unit: 'rpd', value: 2 }],
    })
    const client = new Anthropic({ baseURL: sluice.origin, apiKey: secret, maxRetries: 0 })
    upstream.script(answerJson({ input_tokens: 14 }))
    const count = (model: string) => client.messages.countTokens({ model, messages })
    await count('@claude/claude-sonnet-4-5')
    await count('@plain/gpt-5')
    await expect(count('@claude/claude-sonnet-4-5')).rejects.toMatchObject({ status: 429 })
  })
})
