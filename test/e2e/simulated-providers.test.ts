/** One conversation with every provider that the simulator plays in its own wire: whole, streamed, with tools, through all three clients. */
import Anthropic from '@anthropic-ai/sdk'
import { LLMock } from '@copilotkit/aimock'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'

let sluice: Sluice
let model: LLMock
let openai: OpenAI
let anthropic: Anthropic

const usage = { input_tokens: 12, output_tokens: 7, prompt_tokens: 12, completion_tokens: 7, total_tokens: 19 }
const schema = { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] }

/** Slug → the type of provider, the model asked of it, and the integration's settings. */
const rows: Readonly<
  Record<string, { readonly type: string; readonly model: string; readonly settings?: Record<string, unknown> }>
> = {
  open: { type: 'openai', model: 'gpt-4o' },
  claude: { type: 'anthropic', model: 'claude-sonnet-4-5' },
  goog: { type: 'google', model: 'gemini-2.5-flash' },
  cloud: {
    type: 'vertex-ai',
    model: 'gemini-2.5-flash',
    settings: { vertex_project_id: 'p', vertex_region: 'europe-west1', vertex_auth_type: 'basic' },
  },
  az: {
    type: 'azure-openai',
    model: 'gpt-4o',
    settings: {
      azure_resource_name: 'res',
      azure_deployment_config: [
        {
          azure_deployment_name: 'gpt-4o',
          azure_api_version: '2024-10-21',
          azure_model_slug: 'gpt-4o',
          is_default: true,
        },
      ],
    },
  },
  aws: {
    type: 'bedrock',
    model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    settings: { aws_auth_type: 'apiKey', aws_region: 'eu-central-1' },
  },
  home: { type: 'ollama', model: 'llama3.2' },
  router: { type: 'openrouter', model: 'openai/gpt-4o' },
  // By its OpenAI-compatible endpoint, which is what is spoken to it.
  co: { type: 'cohere', model: 'command-a-03-2025' },
}

beforeAll(async () => {
  model = new LLMock({ port: 0 })
  model.onMessage(/weather/, { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Bern"}' }], usage } as never)
  model.onMessage(/.*/, { content: 'Hello there, friend.', usage } as never)
  await model.start()
  sluice = await startSluice()
  for (const [slug, { type, settings }] of Object.entries(rows)) {
    const configurations = { ...settings, custom_host: type === 'openrouter' ? `${model.url}/api` : model.url }
    await sluice.connect(slug, type, model.url, { configurations })
  }
  openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
  anthropic = new Anthropic({ baseURL: sluice.origin, apiKey: sluice.apiKey, maxRetries: 0 })
})

afterAll(async () => {
  await sluice?.stop()
  await model?.stop()
})

const user = (content: string) => [{ role: 'user' as const, content }]

describe.each(Object.entries(rows).map(([slug, row]) => `@${slug}/${row.model}`))('%s', (name) => {
  it('answers chat, whole', async () => {
    const answer = await openai.chat.completions.create({ model: name, messages: user('hi') })
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Hello there, friend.' } })
    expect(answer.usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 7 })
  })

  it('answers chat, streamed, and ends with usage', async () => {
    const runner = openai.chat.completions.stream({
      model: name,
      messages: user('hi'),
      stream_options: { include_usage: true },
    })
    const answer = await runner.finalChatCompletion()
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Hello there, friend.' } })
    expect((await runner.totalUsage()).completion_tokens).toBe(7)
  })

  it.each([false, true])('calls a tool for the chat client (stream: %s)', async (isStream) => {
    const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters: schema } }]
    const body = { model: name, messages: user('what is the weather?'), tools }
    const answer = isStream
      ? await openai.chat.completions.stream(body).finalChatCompletion()
      : await openai.chat.completions.create(body)
    expect(answer.choices[0]?.finish_reason).toBe('tool_calls')
    expect(answer.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'get_weather', arguments: '{"city":"Bern"}' },
    })
  })

  it.each([false, true])('answers the messages client, and calls its tool (stream: %s)', async (isStream) => {
    const tools = [{ name: 'get_weather', input_schema: schema }]
    const body = { model: name, max_tokens: 100, messages: user('what is the weather?'), tools }
    const message = isStream
      ? await anthropic.messages.stream(body).finalMessage()
      : await anthropic.messages.create(body)
    expect(message.stop_reason).toBe('tool_use')
    expect(message.content.find((block) => block.type === 'tool_use')).toMatchObject({
      name: 'get_weather',
      input: { city: 'Bern' },
    })
    expect(message.usage.output_tokens).toBe(7)
  })

  it.each([false, true])('answers the responses client (stream: %s)', async (isStream) => {
    const body = { model: name, input: 'hi' }
    const response = isStream
      ? await openai.responses.stream(body).finalResponse()
      : await openai.responses.create(body)
    expect(response.status).toBe('completed')
    expect(response.output_text).toBe('Hello there, friend.')
    expect(response.usage?.output_tokens).toBe(7)
  })
})
