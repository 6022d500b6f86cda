import Anthropic from '@anthropic-ai/sdk'
import { LLMock } from '@copilotkit/aimock'
import OpenAI from 'openai'
import { Portkey } from 'portkey-ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'

let sluice: Sluice
let model: LLMock
let openai: OpenAI
let anthropic: Anthropic

const weather = {
  name: 'get_weather',
  description: 'the weather',
  schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
}
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

beforeAll(async () => {
  model = new LLMock({ port: 0 })
  const usage = { input_tokens: 12, output_tokens: 7, prompt_tokens: 12, completion_tokens: 7, total_tokens: 19 }
  model.onMessage(/weather/, { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Bern"}' }], usage } as never)
  model.onMessage(/.*/, { content: 'Hello there, friend.', usage } as never)
  await model.start()
  sluice = await startSluice()
  await sluice.connect('open', 'openai', model.url)
  await sluice.connect('claude', 'anthropic', model.url)
  openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
  anthropic = new Anthropic({ baseURL: sluice.origin, apiKey: sluice.apiKey, maxRetries: 0 })
})

afterAll(async () => {
  await sluice?.stop()
  await model?.stop()
})

describe.each(['@open/gpt-4o', '@claude/claude-sonnet-4-5'])('the OpenAI client with %s', (name) => {
  it('gets a whole answer with usage', async () => {
    const answer = await openai.chat.completions.create({
      model: name,
      max_tokens: 50,
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(answer.choices[0]?.message).toMatchObject({ role: 'assistant', content: 'Hello there, friend.' })
    expect(answer.choices[0]?.finish_reason).toBe('stop')
    expect(answer.usage?.completion_tokens).toBe(7)
  })

  it('gets a stream with usage when asked', async () => {
    const stream = await openai.chat.completions.create({
      model: name,
      max_tokens: 50,
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: 'hi' },
      ],
    })
    let text = ''
    let total: number | undefined
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      total = chunk.usage?.total_tokens ?? total
    }
    expect(text).toBe('Hello there, friend.')
    expect(total).toBe(19)
  })

  it.each([false, true])('gets a tool call (stream: %s)', async (isStream) => {
    const body = {
      model: name,
      max_tokens: 50,
      messages: [{ role: 'user' as const, content: 'what is the weather?' }],
      tools: [
        {
          type: 'function' as const,
          function: { name: weather.name, description: weather.description, parameters: weather.schema },
        },
      ],
    }
    const answer = isStream
      ? await openai.chat.completions.stream(body).finalChatCompletion()
      : await openai.chat.completions.create(body)
    const call = answer.choices[0]?.message.tool_calls?.[0]
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather', arguments: '{"city":"Bern"}' } })
    expect(answer.choices[0]?.finish_reason).toBe('tool_calls')
  })

  it('sends a tool result and an image', async () => {
    const answer = await openai.chat.completions.create({
      model: name,
      max_tokens: 50,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } },
          ],
        },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '' } }],
        },
        { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
        { role: 'user', content: 'thanks' },
      ],
    })
    expect(answer.choices[0]?.message.content).toBe('Hello there, friend.')
  })
})

describe.each(['@claude/claude-sonnet-4-5', '@open/gpt-4o'])('the Anthropic client with %s', (name) => {
  it('gets a whole answer with usage', async () => {
    const message = await anthropic.messages.create({
      model: name,
      max_tokens: 50,
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(message.content).toMatchObject([{ type: 'text', text: 'Hello there, friend.' }])
    expect(message.stop_reason).toBe('end_turn')
    expect(message.usage.output_tokens).toBe(7)
  })

  it('gets a stream', async () => {
    const stream = anthropic.messages.stream({
      model: name,
      max_tokens: 50,
      system: 'be brief',
      messages: [{ role: 'user', content: 'hi' }],
    })
    const message = await stream.finalMessage()
    expect(message.content).toMatchObject([{ type: 'text', text: 'Hello there, friend.' }])
    expect(message.usage.output_tokens).toBe(7)
  })

  it.each([false, true])('gets a tool call (stream: %s)', async (isStream) => {
    const body = {
      model: name,
      max_tokens: 50,
      messages: [{ role: 'user' as const, content: 'what is the weather?' }],
      tools: [{ name: weather.name, description: weather.description, input_schema: weather.schema }],
    }
    const message = isStream
      ? await anthropic.messages.stream(body).finalMessage()
      : await anthropic.messages.create(body)
    expect(message.content.at(-1)).toMatchObject({ type: 'tool_use', name: 'get_weather', input: { city: 'Bern' } })
    expect(message.stop_reason).toBe('tool_use')
  })

  it('sends a tool result with an image', async () => {
    const image = {
      type: 'image' as const,
      source: { type: 'base64' as const, media_type: 'image/png' as const, data: pixel },
    }
    const message = await anthropic.messages.create({
      model: name,
      max_tokens: 50,
      messages: [
        { role: 'user', content: 'look' },
        { role: 'assistant', content: [{ type: 'tool_use', id: 'toolu_1', name: 'camera', input: {} }] },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: [image] }] },
      ],
    })
    expect(message.content).toMatchObject([{ type: 'text', text: 'Hello there, friend.' }])
  })
})

describe('official clients', () => {
  it('throw their own error classes', async () => {
    const wrongKey = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: 'wrong', maxRetries: 0 })
    await expect(wrongKey.models.list()).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
    const wrong = new Anthropic({ baseURL: sluice.origin, apiKey: 'wrong', maxRetries: 0 })
    await expect(wrong.messages.create({ model: '@claude/x', max_tokens: 1, messages: [] })).rejects.toBeInstanceOf(
      Anthropic.AuthenticationError,
    )
  })

  it('list models and retrieve one whose id has slashes', async () => {
    const ids: string[] = []
    for await (const each of openai.models.list()) ids.push(each.id)
    expect(ids).toContain('@open/gpt-4o')
    expect(ids.some((id) => id.startsWith('@claude/claude-'))).toBe(true)
    expect(await openai.models.retrieve('@open/gpt-4o')).toMatchObject({ object: 'model', owned_by: 'openai' })
  })

  it('work through the Portkey client, which sends only its own key header', async () => {
    const portkey = new Portkey({ apiKey: sluice.apiKey, baseURL: `${sluice.origin}/v1`, provider: '@open' })
    const answer = await portkey.chat.completions.create({
      model: 'gpt-4o',
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(answer.choices[0]?.message?.content).toBe('Hello there, friend.')
    expect(answer.getHeaders()).toMatchObject({ provider: 'openai' })
  })

  it('address providers by their type', async () => {
    const answer = await openai.chat.completions.create({
      model: 'anthropic/claude-sonnet-4-5',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(answer.choices[0]?.message.content).toBe('Hello there, friend.')
  })

  it('learn from the headers what was left out', async () => {
    const { response } = await openai.chat.completions
      .create({
        model: '@claude/claude-sonnet-4-5',
        max_tokens: 9,
        seed: 7,
        messages: [{ role: 'user', content: 'hi' }],
      })
      .withResponse()
    expect(response.headers.get('x-portkey-warnings')).toContain('seed')
    expect(response.headers.get('x-portkey-provider')).toBe('anthropic')
    expect(response.headers.get('x-portkey-trace-id')).toBeTruthy()
  })
})
