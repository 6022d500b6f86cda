import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, chatAnswer, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream
let openai: OpenAI

beforeAll(async () => {
  upstream = await startUpstream(answerJson(chatAnswer('Hello.')))
  sluice = await startSluice()
  await sluice.connect('az', 'azure-openai', upstream.origin, {
    key: 'azure-key',
    configurations: {
      custom_host: upstream.origin,
      azure_resource_name: 'res',
      azure_deployment_config: [
        { azure_deployment_name: 'big', azure_api_version: '2024-10-21', azure_model_slug: 'gpt-4.1', alias: 'smart' },
        { azure_deployment_name: 'new', azure_api_version: 'v1', azure_model_slug: 'gpt-5', is_default: true },
      ],
    },
  })
  await sluice.connect('groq', 'groq', upstream.origin)
  await sluice.connect('ds', 'deepseek', upstream.origin)
  openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

function ask(model: string, more: object = {}) {
  return openai.chat.completions.create({ model, messages: [{ role: 'user', content: 'hi' }], ...more }).withResponse()
}

describe('the OpenAI client with Azure OpenAI', () => {
  it.each([
    ['@az/smart', 'big', '/openai/deployments/big/chat/completions?api-version=2024-10-21'],
    ['@az/anything', 'new', '/openai/v1/chat/completions'],
  ])('%s reaches its deployment, with its key and the price of the model behind it', async (model, name, path) => {
    const { data, response } = await ask(model)
    expect(data.choices[0]?.message.content).toBe('Hello.')
    const sent = upstream.received.at(-1)
    expect(sent?.path).toBe(path)
    expect(sent?.json().model).toBe(name)
    expect(sent?.headers['api-key']).toBe('azure-key')
    expect(sent?.headers.authorization).toBeUndefined()
    const { metrics } = await sluice.logOf(response)
    expect(metrics.cost_nanos).toBeGreaterThan(0)
  })
})

describe('a request without a model', () => {
  const messages = [{ role: 'user', content: 'hi' }]

  it('is answered by the default deployment, and refused where there is none', async () => {
    const body = { messages, max_tokens: 5 }
    const response = await sluice.post('/v1/chat/completions', body, { 'x-portkey-provider': '@az' })
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('Hello.')])
    expect(upstream.received.at(-1)).toMatchObject({ path: '/openai/v1/chat/completions' })
    expect(upstream.received.at(-1)?.json().model).toBe('new')
    const { metrics } = await sluice.logOf(response)
    expect(metrics).toMatchObject({ is_priced: true })
    const translated = await sluice.post('/v1/messages', body, { 'x-portkey-provider': '@az' })
    expect([translated.status, await translated.text()]).toEqual([200, expect.stringContaining('Hello.')])
    const refused = await sluice.post('/v1/chat/completions', body, { 'x-portkey-provider': '@ds' })
    expect(refused.status).toBe(400)
  })

  it('holds the default deployment to the models that the integration allows', async () => {
    await sluice.connect('strict', 'azure-openai', upstream.origin, {
      configurations: { custom_host: upstream.origin, azure_deployment_name: 'only', azure_api_version: '2024-10-21' },
    })
    await sluice.admin('PUT', '/integrations/strict/models', {
      allow_all_models: false,
      models: [{ slug: 'other', enabled: true }],
    })
    sluice.passTime(31_000)
    const response = await sluice.post('/v1/chat/completions', { messages }, { 'x-portkey-provider': '@strict' })
    expect(response.status).toBe(412)
  })
})

describe('parameters that a provider refuses', () => {
  it('are left out, and the client is told', async () => {
    const { response } = await ask('@groq/llama-3.3-70b-versatile', { logit_bias: { 5: 1 }, logprobs: true, seed: 7 })
    const sent = upstream.received.at(-1)?.json() ?? {}
    expect(sent).toMatchObject({ seed: 7 })
    expect(sent).not.toHaveProperty('logit_bias')
    expect(sent).not.toHaveProperty('logprobs')
    expect(response.headers.get('x-portkey-warnings')).toMatch(/logit_bias/)
  })

  it('keep their value under the name that the provider knows', async () => {
    await ask('@ds/deepseek-chat', { max_completion_tokens: 77 })
    const sent = upstream.received.at(-1)?.json() ?? {}
    expect(sent.max_tokens).toBe(77)
    expect(sent).not.toHaveProperty('max_completion_tokens')
  })
})

describe('a deployment whose name says nothing', () => {
  it('is spoken to as the model that its integration names', async () => {
    upstream.script(answerJson(chatAnswer('Hello.')))
    const response = await sluice.post('/v1/chat/completions', {
      model: '@az/new',
      max_tokens: 9,
      temperature: 0.2,
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(response.status).toBe(200)
    const sent = upstream.received.at(-1)?.json()
    expect(sent).toMatchObject({ max_completion_tokens: 9 })
    expect(sent).not.toHaveProperty('temperature')
  })
})
