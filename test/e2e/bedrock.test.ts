import { createHash, createHmac } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import Anthropic from '@anthropic-ai/sdk'
import { LLMock } from '@copilotkit/aimock'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeFrames, type RecordedFrame } from '../support/aws-frames.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, type Received, type Script, startUpstream, type Upstream } from '../support/upstream.ts'

const claude = '@aws/us.anthropic.claude-sonnet-4-5-20250929-v1:0'
const schema = { type: 'object' as const, properties: { city: { type: 'string' } }, required: ['city'] }
const configurations = {
  aws_auth_type: 'accessKey',
  aws_region: 'eu-central-1',
  aws_access_key_id: 'AKIATEST',
  aws_secret_access_key: 'a-secret-access-key',
}

let sluice: Sluice
let model: LLMock
let scripted: Upstream
let openai: OpenAI
let anthropic: Anthropic

beforeAll(async () => {
  model = new LLMock({ port: 0 })
  const usage = { input_tokens: 12, output_tokens: 7 }
  model.onMessage(/weather/, { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Bern"}' }], usage } as never)
  model.onMessage(/think/, { content: 'Four.', reasoning: 'Two and two.', usage } as never)
  model.onMessage(/.*/, { content: 'Hello there, friend.', usage } as never)
  await model.start()
  scripted = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('aws', 'bedrock', model.url, { configurations: { ...configurations, custom_host: model.url } })
  await sluice.connect('broken', 'bedrock', scripted.origin, {
    configurations: { aws_auth_type: 'apiKey', custom_host: scripted.origin },
  })
  await sluice.connect('signed', 'bedrock', scripted.origin, {
    configurations: { ...configurations, custom_host: scripted.origin },
  })
  openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
  anthropic = new Anthropic({ baseURL: sluice.origin, apiKey: sluice.apiKey, maxRetries: 0 })
})

afterAll(async () => {
  await sluice?.stop()
  await model?.stop()
  await scripted?.stop()
})

describe('the OpenAI client with Bedrock', () => {
  it('gets a whole answer with usage', async () => {
    const answer = await openai.chat.completions.create({ model: claude, messages: [{ role: 'user', content: 'hi' }] })
    expect(answer.choices[0]).toMatchObject({ message: { content: 'Hello there, friend.' }, finish_reason: 'stop' })
    expect(answer.usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 7, total_tokens: 19 })
    expect(model.getRequests().at(-1)?.path).toBe('/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse')
  })

  it('gets a stream with usage', async () => {
    const stream = await openai.chat.completions.create({
      model: claude,
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
    expect([text, total]).toEqual(['Hello there, friend.', 19])
  })

  it.each([false, true])('gets a tool call and sends its result (stream: %s)', async (isStream) => {
    const tools = [{ type: 'function' as const, function: { name: 'get_weather', parameters: schema } }]
    const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'what is the weather?' }]
    const body = { model: claude, messages, tools }
    const answer = isStream
      ? await openai.chat.completions.stream(body).finalChatCompletion()
      : await openai.chat.completions.create(body)
    const message = answer.choices[0]!.message
    expect(answer.choices[0]?.finish_reason).toBe('tool_calls')
    const [call] = message.tool_calls ?? []
    expect(call).toMatchObject({ function: { name: 'get_weather', arguments: '{"city":"Bern"}' } })
    const next = await openai.chat.completions.create({
      model: claude,
      tools,
      messages: [
        ...messages,
        message,
        { role: 'tool', tool_call_id: call!.id, content: 'sunny' },
        { role: 'user', content: 'thanks' },
      ],
    })
    expect(next.choices[0]?.message.content).toBe('Hello there, friend.')
  })

  it('is told why an image by url cannot be sent', async () => {
    const asked = openai.chat.completions.create({
      model: claude,
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a.example/a.png' } }] }],
    })
    await expect(asked).rejects.toMatchObject({ status: 400, message: expect.stringContaining('images come inline') })
  })
})

describe('the Anthropic client with Bedrock', () => {
  it('gets a whole answer', async () => {
    const answer = await anthropic.messages.create({
      model: claude,
      max_tokens: 50,
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(answer).toMatchObject({
      content: [{ type: 'text', text: 'Hello there, friend.' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 12, output_tokens: 7 },
    })
  })

  it('gets a stream with thinking', async () => {
    const stream = anthropic.messages.stream({
      model: claude,
      max_tokens: 4000,
      thinking: { type: 'enabled', budget_tokens: 1024 },
      messages: [{ role: 'user', content: 'think' }],
    })
    const answer = await stream.finalMessage()
    expect(answer.content).toMatchObject([
      { type: 'thinking', thinking: 'Two and two.' },
      { type: 'text', text: 'Four.' },
    ])
    expect(answer.usage).toMatchObject({ input_tokens: 12, output_tokens: 7 })
  })

  it('gets a streamed tool call', async () => {
    const stream = anthropic.messages.stream({
      model: claude,
      max_tokens: 50,
      tools: [{ name: 'get_weather', input_schema: schema }],
      messages: [{ role: 'user', content: 'weather?' }],
    })
    const answer = await stream.finalMessage()
    expect(answer.stop_reason).toBe('tool_use')
    expect(answer.content).toMatchObject([{ type: 'tool_use', name: 'get_weather', input: { city: 'Bern' } }])
  })
})

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** The signature that AWS would work out from what it received. */
function expectedSignature({ method, path, headers, body }: Received, secret: string): string {
  const [, scope = '', names = ''] =
    /Credential=[^/]+\/(\S+), SignedHeaders=(\S+),/.exec(headers.authorization ?? '') ?? []
  const lines = names.split(';').map((name) => `${name}:${headers[name]}\n`)
  const twiceEncoded = path.split('/').map(encodeURIComponent).join('/')
  const canonical = [method, twiceEncoded, '', lines.join(''), names, sha256(body)].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonical)].join('\n')
  const key = scope.split('/').reduce<string | Buffer>((before, part) => hmac(before, part), `AWS4${secret}`)
  return hmac(key, toSign).toString('hex')
}

describe('a request to Bedrock', () => {
  it.each(['amazon.nova-pro-v1:0', 'arn:aws:bedrock:eu-central-1:123456789012:application-inference-profile/a1b2'])(
    'for %s arrives with a signature that holds',
    async (name) => {
      const content = [{ text: 'ok' }]
      scripted.script(
        answerJson({ output: { message: { role: 'assistant', content } }, stopReason: 'end_turn', usage: {} }),
      )
      const response = await sluice.post('/v1/chat/completions', {
        model: `@signed/${name}`,
        messages: [{ role: 'user', content: 'Grüße' }],
      })
      expect(response.status).toBe(200)
      const received = scripted.received.at(-1)!
      expect(received.path).toBe(`/model/${encodeURIComponent(name)}/converse`)
      expect(received.headers.authorization).toContain('Credential=AKIATEST/')
      expect(received.headers.authorization).toContain('/eu-central-1/bedrock/aws4_request, SignedHeaders=')
      expect(received.headers.authorization).toMatch(/SignedHeaders=\S*\bhost;/)
      expect(received.headers.authorization).toContain(
        `Signature=${expectedSignature(received, configurations.aws_secret_access_key)}`,
      )
      expect(JSON.stringify(received.headers)).not.toContain(sluice.apiKey)
      expect(JSON.stringify(received.headers)).not.toContain(configurations.aws_secret_access_key)
    },
  )
})

describe('a stream of Bedrock that fails', () => {
  const start: RecordedFrame = ['event messageStart', { role: 'assistant' }]
  const word: RecordedFrame = ['event contentBlockDelta', { contentBlockIndex: 0, delta: { text: 'Half' } }]
  const throttled: RecordedFrame = ['exception throttlingException', { message: 'Too many requests.' }]

  const body = { model: '@broken/amazon.nova-pro-v1:0', messages: [{ role: 'user', content: 'hi' }] }

  async function ask(script: Script) {
    scripted.script(script)
    const response = await sluice.post('/v1/chat/completions', { ...body, stream: true })
    return { response, text: await response.text() }
  }

  it('before its first word is an error with a status of its own', async () => {
    const { response, text } = await ask((_, response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
      response.end(encodeFrames([start, throttled]))
    })
    expect(response.status).toBe(429)
    expect(JSON.parse(text).error.message).toBe('Too many requests.')
    expect(scripted.received.at(-1)?.headers.authorization).toBe('Bearer secret-of-broken')
    expect(scripted.received.at(-1)?.headers.accept).toBe('application/vnd.amazon.eventstream')
  })

  it.each([
    ['an exception', (response: ServerResponse) => void response.end(encodeFrames([throttled])), 'Too many requests.'],
    ['the end of the stream', (response: ServerResponse) => void response.end(), 'before messageStop'],
    ['a cut frame', (response: ServerResponse) => void response.end(encodeFrames([word], 3)), 'before messageStop'],
    ['noise', (response: ServerResponse) => void response.end('x'.repeat(64)), 'cannot be read'],
    ['a torn connection', (response: ServerResponse) => void response.destroy(), 'connection'],
  ])('after its first word by %s is told in the stream', async (_, fail, message) => {
    let upstream: ServerResponse | undefined
    scripted.script((_, response) => {
      upstream = response
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
      response.write(encodeFrames([start, word]))
    })
    const response = await sluice.post('/v1/chat/completions', { ...body, stream: true })
    expect(response.status).toBe(200)
    let text = ''
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      if (!text.includes('Half') && (text + chunk).includes('Half')) fail(upstream!)
      text += chunk
    }
    expect(text).toContain('"content":"Half"')
    expect(text).toContain(message)
    expect(text).not.toContain('[DONE]')
    expect(text).not.toContain('"finish_reason":"stop"')
    expect((await sluice.logOf(response)).metrics.outcome).toBe('interrupted')
  })

  it('with bytes that are no event stream is one more provider that did not answer', async () => {
    const { response, text } = await ask((_, response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' }).end('x'.repeat(64))
    })
    expect(response.status).toBe(502)
    expect(JSON.parse(text).error.message).toContain('event stream cannot be read')
  })

  it('in the status is told in its own words', async () => {
    const { response, text } = await ask((_, response) => {
      const headers = { 'content-type': 'application/json', 'x-amzn-errortype': 'AccessDeniedException:' }
      response.writeHead(403, headers).end('{"Message":"not authorized to perform: bedrock:InvokeModel"}')
    })
    expect(response.status).toBe(403)
    expect(JSON.parse(text).error.message).toBe('not authorized to perform: bedrock:InvokeModel')
  })
})

describe('a first start with an identity of AWS in the environment', () => {
  it("connects Bedrock by the gateway's own identity, without a copy of its secret", async () => {
    const variables = { AWS_REGION: 'eu-central-1', AWS_ACCESS_KEY_ID: 'AKIAOWN', AWS_SECRET_ACCESS_KEY: 'own-secret' }
    const own = await startSluice({ variables })
    try {
      const integration = await own.admin('GET', '/integrations/bedrock')
      expect(integration.configurations).toEqual({ aws_auth_type: 'serviceRole', aws_region: 'eu-central-1' })
      await own.connect('mine', 'bedrock', scripted.origin, {
        key: undefined,
        configurations: { aws_auth_type: 'serviceRole', aws_region: 'eu-central-1', custom_host: scripted.origin },
      })
      scripted.script(answerJson({ message: 'not today' }, 503))
      const response = await own.post('/v1/chat/completions', {
        model: '@mine/amazon.nova-pro-v1:0',
        messages: [{ role: 'user', content: 'hi' }],
      })
      expect(response.status).toBe(503)
      const received = scripted.received.at(-1)!
      expect(received.headers.authorization).toContain('Credential=AKIAOWN/')
      expect(received.headers.authorization).toContain(`Signature=${expectedSignature(received, 'own-secret')}`)
    } finally {
      await own.stop()
    }
  })
})
