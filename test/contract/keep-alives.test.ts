/** What keeps a stream's connection is text to nobody: official clients, event parsers, and clients that read line by line (issue 11). */
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import { streamText } from 'ai'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { InferenceEvent } from '../../src/inference/index.ts'
import { loadClientProtocol } from '../../src/protocols/load.ts'
import type { ClientWireId } from '../../src/protocols/protocol.ts'

const events: readonly InferenceEvent[] = [
  { type: 'response-start', id: 'r-1', model: 'm-1' },
  { type: 'block-start', index: 0, block: { type: 'text' } },
  { type: 'block-delta', index: 0, text: 'Hello ' },
  { type: 'block-delta', index: 0, text: 'world.' },
  { type: 'block-end', index: 0 },
  { type: 'usage', usage: { inputUncached: 3, output: 2 } },
  { type: 'response-end', finish: { reason: 'stop' } },
]
const said = 'Hello world.'

/** A stream of the wire, with keep-alives before, between and after all of its frames. */
async function streamOf(wire: ClientWireId) {
  const { client } = await loadClientProtocol(wire)
  const options = { model: 'm-1', wantsUsage: true, isStrict: true, nowMs: 1_760_000_000_000, request: {} }
  const writer = client.openStream(options)
  const frames = events
    .map((event) => writer.push(event))
    .join('')
    .split(/(?<=\n\n)/)
  return { keepAlive: client.keepAlive, pieces: frames.flatMap((frame) => [client.keepAlive, client.keepAlive, frame]) }
}

let server: Server
let origin = ''
let wire: ClientWireId = 'openai-chat'

beforeAll(async () => {
  server = createServer(async (request, response) => {
    request.resume()
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const { pieces, keepAlive } = await streamOf(wire)
    for (const piece of [...pieces, keepAlive]) {
      response.write(piece)
      // each in a packet of its own
      await new Promise((resolve) => setImmediate(resolve))
    }
    response.end()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(() => {
  server.close()
  server.closeAllConnections()
})

const hi = { role: 'user' as const, content: 'hi' }
const clients: readonly (readonly [string, ClientWireId, () => Promise<string>])[] = [
  [
    'OpenAI, chat',
    'openai-chat',
    async () => {
      const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'k', maxRetries: 0 })
      let text = ''
      for await (const chunk of await client.chat.completions.create({ model: 'm-1', messages: [hi], stream: true }))
        text += chunk.choices[0]?.delta.content ?? ''
      return text
    },
  ],
  [
    'OpenAI, responses',
    'openai-responses',
    async () => {
      const client = new OpenAI({ baseURL: `${origin}/v1`, apiKey: 'k', maxRetries: 0 })
      return (await client.responses.stream({ model: 'm-1', input: 'hi' }).finalResponse()).output_text
    },
  ],
  [
    'Anthropic',
    'anthropic-messages',
    async () => {
      const client = new Anthropic({ baseURL: origin, apiKey: 'k', maxRetries: 0 })
      return client.messages.stream({ model: 'm-1', max_tokens: 9, messages: [hi] }).finalText()
    },
  ],
  [
    'Google',
    'google-gemini',
    async () => {
      const client = new GoogleGenAI({ apiKey: 'k', httpOptions: { baseUrl: origin } })
      let text = ''
      for await (const chunk of await client.models.generateContentStream({ model: 'm-1', contents: 'hi' }))
        text += chunk.text ?? ''
      return text
    },
  ],
  [
    'AI SDK, chat (an eventsource parser)',
    'openai-chat',
    async () => {
      const model = createOpenAICompatible({ name: 'x', baseURL: `${origin}/v1`, apiKey: 'k' })('m-1')
      return streamText({ model, prompt: 'hi', maxRetries: 0 }).text
    },
  ],
  [
    'AI SDK, messages (an eventsource parser)',
    'anthropic-messages',
    async () =>
      streamText({ model: createAnthropic({ baseURL: origin, apiKey: 'k' })('m-1'), prompt: 'hi', maxRetries: 0 }).text,
  ],
]

describe('a keep-alive', () => {
  it.each(clients)('is nothing to the client of %s', async (_, of, read) => {
    wire = of
    expect(await read()).toBe(said)
  })

  it.each<ClientWireId>(['openai-chat', 'openai-responses', 'google-gemini'])(
    'is nothing to a client that reads %s line by line and shows what is no data',
    async (of) => {
      const { pieces, keepAlive } = await streamOf(of)
      // Python: for line in response.iter_lines(): if line: yield line
      const lines = [...pieces, keepAlive]
        .join('')
        .split(/\r\n|\n|\r/)
        .filter((line) => line !== '')
      expect(lines.filter((line) => !/^(?:data|event):/.test(line))).toEqual([])
    },
  )

  it.each<ClientWireId>(['openai-chat', 'openai-responses', 'google-gemini'])(
    'hides no event of %s from a client that cuts at blank lines',
    async (of) => {
      const { pieces, keepAlive } = await streamOf(of)
      const eventsIn = (text: string) => text.split('\n\n').filter((each) => /^(?:data|event):/.test(each))
      const plain = pieces.filter((piece) => piece !== keepAlive).join('')
      expect(eventsIn(pieces.join(''))).toEqual(eventsIn(plain))
      expect(eventsIn(plain).length).toBeGreaterThan(2)
    },
  )
})
