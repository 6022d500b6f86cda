import Anthropic from '@anthropic-ai/sdk'
import { LLMock } from '@copilotkit/aimock'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerEvents, answerJson, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let model: LLMock
let scripted: Upstream
let openai: OpenAI
let anthropic: Anthropic

const weather = {
  name: 'get_weather',
  description: 'the weather',
  schema: { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] },
}
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const name = '@gem/gemini-2.5-flash'

beforeAll(async () => {
  model = new LLMock({ port: 0 })
  const usage = { input_tokens: 12, output_tokens: 7, prompt_tokens: 12, completion_tokens: 7, total_tokens: 19 }
  model.onMessage(/weather/, { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Bern"}' }], usage } as never)
  model.onMessage(/json/, { content: '{"city":"Bern"}', usage } as never)
  model.onMessage(/think/, { content: 'Done.', reasoning: 'Let me see.', usage } as never)
  model.onMessage(/.*/, { content: 'Hello there, friend.', usage } as never)
  await model.start()
  scripted = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('gem', 'google', model.url, { configurations: { custom_host: model.url } })
  await sluice.connect('exact', 'google', scripted.origin, { configurations: { custom_host: scripted.origin } })
  await sluice.connect('claude', 'anthropic', scripted.origin)
  await sluice.connect('vertex', 'vertex-ai', scripted.origin, {
    configurations: { custom_host: scripted.origin, vertex_project_id: 'proj', vertex_region: 'europe-west4' },
  })
  openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
  anthropic = new Anthropic({ baseURL: sluice.origin, apiKey: sluice.apiKey, maxRetries: 0 })
})

afterAll(async () => {
  await sluice?.stop()
  await model?.stop()
  await scripted?.stop()
})

describe('the OpenAI client with Gemini', () => {
  const ask = (text: string) => ({ model: name, max_tokens: 50, messages: [{ role: 'user' as const, content: text }] })

  it('gets a whole answer with usage', async () => {
    const answer = await openai.chat.completions.create(ask('hi'))
    expect(answer.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Hello there, friend.' } })
    expect(answer.usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 7 })
  })

  it('gets a stream with usage when asked', async () => {
    const stream = await openai.chat.completions.create({
      ...ask('hi'),
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let total: number | undefined
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      total = chunk.usage?.total_tokens ?? total
    }
    expect({ text, total }).toEqual({ text: 'Hello there, friend.', total: 19 })
  })

  it.each([false, true])('gets a tool call (stream: %s)', async (isStream) => {
    const tool = { name: weather.name, description: weather.description, parameters: weather.schema }
    const body = { ...ask('what is the weather?'), tools: [{ type: 'function' as const, function: tool }] }
    const answer = isStream
      ? await openai.chat.completions.stream(body).finalChatCompletion()
      : await openai.chat.completions.create(body)
    const call = answer.choices[0]?.message.tool_calls?.[0]
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather', arguments: '{"city":"Bern"}' } })
    expect(answer.choices[0]?.finish_reason).toBe('tool_calls')
  })

  it('sends an image, a call and its result', async () => {
    const image = { type: 'image_url' as const, image_url: { url: `data:image/png;base64,${pixel}` } }
    const call = { id: 'call_1', type: 'function' as const, function: { name: 'get_weather', arguments: '' } }
    const answer = await openai.chat.completions.create({
      ...ask(''),
      messages: [
        { role: 'system', content: 'be brief' },
        { role: 'user', content: [{ type: 'text', text: 'look' }, image] },
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
        { role: 'user', content: 'thanks' },
      ],
    })
    expect(answer.choices[0]?.message.content).toBe('Hello there, friend.')
    const sent = model.getRequests().at(-1)
    expect(sent?.path).toBe('/v1beta/models/gemini-2.5-flash:generateContent')
    expect(sent?.headers['x-goog-api-key']).toBeDefined()
  })

  it('gets structured output', async () => {
    const schema = { ...weather.schema, additionalProperties: false }
    const answer = await openai.chat.completions.create({
      ...ask('json please'),
      response_format: { type: 'json_schema', json_schema: { name: 'city', strict: true, schema } },
    })
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ city: 'Bern' })
  })
})

describe('the Anthropic client with Gemini', () => {
  const ask = (text: string) => ({
    model: name,
    max_tokens: 2000,
    messages: [{ role: 'user' as const, content: text }],
  })

  it('gets a whole answer and a stream with the same words and usage', async () => {
    const whole = await anthropic.messages.create(ask('hi'))
    const streamed = await anthropic.messages.stream(ask('hi')).finalMessage()
    for (const message of [whole, streamed]) {
      expect(message.content).toMatchObject([{ type: 'text', text: 'Hello there, friend.' }])
      expect(message.stop_reason).toBe('end_turn')
      expect(message.usage).toMatchObject({ input_tokens: 12, output_tokens: 7 })
    }
  })

  it.each([false, true])('gets a tool call (stream: %s)', async (isStream) => {
    const tool = { name: weather.name, description: weather.description, input_schema: weather.schema }
    const body = { ...ask('what is the weather?'), tools: [tool] }
    const message = isStream
      ? await anthropic.messages.stream(body).finalMessage()
      : await anthropic.messages.create(body)
    expect(message.content).toMatchObject([{ type: 'tool_use', name: 'get_weather', input: { city: 'Bern' } }])
    expect(message.stop_reason).toBe('tool_use')
  })

  it('gets thinking', async () => {
    const body = { ...ask('think first'), thinking: { type: 'enabled' as const, budget_tokens: 1024 } }
    const message = await anthropic.messages.stream(body).finalMessage()
    expect(message.content).toMatchObject([
      { type: 'thinking', thinking: 'Let me see.' },
      { type: 'text', text: 'Done.' },
    ])
  })
})

describe('Gemini, to the byte', () => {
  const signature = 'CiQB+/signed=='
  const signed = {
    responseId: 'R1',
    modelVersion: 'gemini-3-pro-preview',
    candidates: [
      {
        content: {
          parts: [
            { text: 'I need the weather.', thought: true },
            { functionCall: { id: 'x1', name: 'get_weather', args: { city: 'Bern' } }, thoughtSignature: signature },
            { functionCall: { id: 'x2', name: 'get_weather', args: { city: 'Rome' } } },
          ],
        },
        finishReason: 'STOP',
      },
    ],
    usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 6, thoughtsTokenCount: 7, totalTokenCount: 18 },
  }
  const model3 = '@exact/gemini-3-pro-preview'

  it('brings the signature of a call back over an Anthropic client', async () => {
    scripted.script(answerEvents([`data: ${JSON.stringify(signed)}\r\n\r\n`]))
    const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'weather?' }]
    const tools = [{ name: weather.name, input_schema: weather.schema }]
    const message = await anthropic.messages.stream({ model: model3, max_tokens: 90, messages, tools }).finalMessage()
    expect(scripted.received.at(-1)?.path).toBe('/v1beta/models/gemini-3-pro-preview:streamGenerateContent?alt=sse')
    const results = message.content.flatMap((block) =>
      block.type === 'tool_use' ? [{ type: 'tool_result' as const, tool_use_id: block.id, content: 'sunny' }] : [],
    )
    expect(results).toHaveLength(2)
    scripted.script(answerJson({ candidates: [{ content: { parts: [{ text: 'ok' }] }, finishReason: 'STOP' }] }))
    await anthropic.messages.create({
      model: model3,
      max_tokens: 90,
      tools,
      messages: [...messages, { role: 'assistant', content: message.content }, { role: 'user', content: results }],
    })
    expect(scripted.received.at(-1)?.json().contents).toEqual([
      { role: 'user', parts: [{ text: 'weather?' }] },
      { role: 'model', parts: signed.candidates[0]?.content.parts },
      {
        role: 'user',
        parts: ['x1', 'x2'].map((id) => ({
          functionResponse: { id, name: 'get_weather', response: { output: 'sunny' } },
        })),
      },
    ])
  })

  it('may be left for Claude in the middle of a session', async () => {
    scripted.script(answerJson(signed))
    const ask = { max_tokens: 2000, tools: [{ name: weather.name, input_schema: weather.schema }] }
    const first: Anthropic.MessageParam = { role: 'user', content: 'weather?' }
    const { content } = await anthropic.messages.create({ ...ask, model: model3, messages: [first] })
    const calls = content.filter((block) => block.type === 'tool_use')
    const results = calls.map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: 'sunny' }))
    const usage = { input_tokens: 1, output_tokens: 2 }
    const text = [{ type: 'text', text: 'Sunny.' }]
    scripted.script(
      answerJson({ id: 'm', type: 'message', role: 'assistant', content: text, stop_reason: 'end_turn', usage }),
    )
    await anthropic.messages.create({
      ...ask,
      model: '@claude/claude-sonnet-4-5',
      thinking: { type: 'enabled', budget_tokens: 1024 },
      messages: [first, { role: 'assistant', content }, { role: 'user', content: results }],
    })
    expect(scripted.received.at(-1)?.json()).toMatchObject({
      thinking: { type: 'disabled' },
      messages: [first, { role: 'assistant', content: calls }, { role: 'user', content: results }],
    })
  })

  it('gives its error to the client with status and message', async () => {
    const error = { code: 429, message: 'Quota exceeded', status: 'RESOURCE_EXHAUSTED' }
    scripted.script(answerJson([{ error }], 429))
    const failed = openai.chat.completions.create({
      model: model3,
      stream: true,
      messages: [{ role: 'user', content: 'hi' }],
    })
    await expect(failed).rejects.toMatchObject({ status: 429, message: expect.stringContaining('Quota exceeded') })
  })

  it('reads a stream that came as one JSON array', async () => {
    const frames = ['Hel', 'lo'].map((text) => ({ candidates: [{ content: { parts: [{ text }] } }] }))
    scripted.script(answerJson([...frames, { candidates: [{ finishReason: 'STOP' }] }]))
    const stream = anthropic.messages.stream({
      model: model3,
      max_tokens: 9,
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(await stream.finalText()).toBe('Hello')
  })

  it('never ends a stream without a finishReason as if it were whole', async () => {
    const frame = { candidates: [{ content: { parts: [{ text: 'Hel' }] } }] }
    scripted.script(answerEvents([`data: ${JSON.stringify(frame)}\r\n\r\n`]))
    const stream = anthropic.messages.stream({
      model: model3,
      max_tokens: 9,
      messages: [{ role: 'user', content: 'hi' }],
    })
    await expect(stream.finalMessage()).rejects.toThrow('ended before its finishReason')
  })

  it('calls Claude on Vertex AI in its own wire, the version in the body and the model in the address', async () => {
    const content = [{ type: 'text', text: 'Hi.' }]
    const usage = { input_tokens: 1, output_tokens: 2 }
    scripted.script(
      answerJson({ id: 'm', type: 'message', role: 'assistant', content, stop_reason: 'end_turn', usage }),
    )
    const message = await anthropic.messages.create({
      model: '@vertex/anthropic.claude-sonnet-4-5@20250929',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(message.content).toEqual(content)
    const sent = scripted.received.at(-1)
    expect(sent?.path).toBe(
      '/v1/projects/proj/locations/europe-west4/publishers/anthropic/models/claude-sonnet-4-5%4020250929:rawPredict',
    )
    expect(sent?.headers.authorization).toBe('Bearer secret-of-vertex')
    expect(sent?.json()).toEqual({
      max_tokens: 9,
      messages: [{ role: 'user', content: 'hi' }],
      anthropic_version: 'vertex-2023-10-16',
    })
  })

  it.each([
    ['gemini-2.5-pro', 'publishers/google/models/gemini-2.5-pro:generateContent'],
    ['claude-opus-4-1', 'publishers/anthropic/models/claude-opus-4-1:rawPredict'],
    ['meta.llama-4-scout', 'endpoints/openapi/chat/completions'],
  ])('calls %s on Vertex AI for an OpenAI client at its publisher', async (id, path) => {
    scripted.script(answerJson({ error: { code: 400, message: 'seen', status: 'INVALID_ARGUMENT' } }, 400))
    const failed = openai.chat.completions.create({
      model: `@vertex/${id}`,
      messages: [{ role: 'user', content: 'hi' }],
    })
    await expect(failed).rejects.toMatchObject({ status: 400 })
    expect(scripted.received.at(-1)?.path).toBe(`/v1/projects/proj/locations/europe-west4/${path}`)
  })
})
