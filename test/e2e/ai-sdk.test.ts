/** The AI SDK as a client, by three of its providers, before models of three wires: text, streams, agents with tools, objects. */
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { LLMock } from '@copilotkit/aimock'
import { embed, generateText, type LanguageModel, Output, stepCountIs, streamText, tool } from 'ai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type Sluice, startSluice } from '../support/sluice.ts'

let sluice: Sluice
let model: LLMock
const usage = { input_tokens: 12, output_tokens: 7, prompt_tokens: 12, completion_tokens: 7, total_tokens: 19 }
const weather = tool({
  description: 'the weather of a city',
  inputSchema: z.object({ city: z.string() }),
  execute: async ({ city }) => ({ city, sky: 'clear' }),
})

beforeAll(async () => {
  model = new LLMock({ port: 0 })
  model.on({ hasToolResult: true } as never, { content: 'It is clear in Bern.', usage } as never)
  model.onMessage(/weather/, { toolCalls: [{ name: 'weather', arguments: '{"city":"Bern"}' }], usage } as never)
  model.onMessage(/recipe/, { content: '{"name":"soup","steps":["boil"]}', usage } as never)
  model.onMessage(/.*/, { content: 'Hello there, friend.', usage } as never)
  model.onEmbedding(/.*/, { embedding: [0.5, -0.25] } as never)
  await model.start()
  sluice = await startSluice()
  await sluice.connect('open', 'openai', model.url)
  await sluice.connect('claude', 'anthropic', model.url)
  await sluice.connect('goog', 'google', model.url, { configurations: { custom_host: model.url } })
})

afterAll(async () => {
  await sluice?.stop()
  await model?.stop()
})

const connection = () => ({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey })

const clients: Readonly<Record<string, (name: string) => LanguageModel>> = {
  'openai (responses)': (name) => createOpenAI(connection()).responses(name),
  'openai (chat)': (name) => createOpenAI(connection()).chat(name),
  'openai-compatible': (name) =>
    createOpenAICompatible({ ...connection(), name: 'sluice', includeUsage: true, supportsStructuredOutputs: true })(
      name,
    ),
  anthropic: (name) => createAnthropic(connection())(name),
}
const names = ['@open/gpt-4o', '@claude/claude-sonnet-4-5', '@goog/gemini-2.5-flash']
const pairs = Object.keys(clients).flatMap((client) => names.map((name) => [client, name] as const))

describe.each(pairs)('%s with %s', (client, name) => {
  const languageModel = () => clients[client]?.(name) as LanguageModel

  it('generates text', async () => {
    const {
      text,
      finishReason,
      usage: used,
    } = await generateText({ model: languageModel(), prompt: 'hi', maxRetries: 0 })
    expect(text).toBe('Hello there, friend.')
    expect(finishReason).toBe('stop')
    expect(used.outputTokens).toBe(7)
  })

  it('streams text', async () => {
    const errors: unknown[] = []
    const result = streamText({
      model: languageModel(),
      system: 'be brief',
      prompt: 'hi',
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    })
    const parts: string[] = []
    for await (const part of result.textStream) parts.push(part)
    expect(errors).toEqual([])
    expect(parts.join('')).toBe('Hello there, friend.')
    expect((await result.usage).outputTokens).toBe(7)
  })

  it.each([false, true])('runs an agent that calls a tool and reads its result (stream: %s)', async (isStream) => {
    const asked = {
      model: languageModel(),
      prompt: 'what is the weather?',
      tools: { weather },
      stopWhen: stepCountIs(3),
      maxRetries: 0,
    }
    const result = isStream ? streamText(asked) : await generateText(asked)
    const steps = await result.steps
    expect(steps[0]?.toolResults[0]).toMatchObject({ toolName: 'weather', output: { city: 'Bern', sky: 'clear' } })
    expect(await result.text).toBe('It is clear in Bern.')
  })

  it('generates an object by its schema', async () => {
    const { output } = await generateText({
      model: languageModel(),
      output: Output.object({ schema: z.object({ name: z.string(), steps: z.array(z.string()) }) }),
      prompt: 'a recipe',
      maxRetries: 0,
    })
    expect(output).toEqual({ name: 'soup', steps: ['boil'] })
  })
})

describe('embeddings', () => {
  it('come through the AI SDK', async () => {
    const { embedding } = await embed({
      model: createOpenAI(connection()).embedding('@open/text-embedding-3-small'),
      value: 'hello',
      maxRetries: 0,
    })
    expect(embedding).toEqual([0.5, -0.25])
  })
})

describe('a limit', () => {
  it('reaches the AI SDK as its own kind of error, with the message', async () => {
    const { secret } = await sluice.client.makeKey({ rate_limits: [{ type: 'requests', unit: 'rpm', value: 1 }] })
    const limited = createOpenAI({ ...connection(), apiKey: secret }).chat('@open/gpt-4o')
    await generateText({ model: limited, prompt: 'hi', maxRetries: 0 })
    await expect(generateText({ model: limited, prompt: 'hi', maxRetries: 0 })).rejects.toMatchObject({
      statusCode: 429,
      isRetryable: true,
      message: expect.stringContaining('rate limit'),
    })
  })
})
