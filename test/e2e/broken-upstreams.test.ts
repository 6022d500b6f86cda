import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import {
  answerEvents,
  answerJson,
  answerThenCut,
  chatAnswer,
  chatChunk,
  chatStream,
  doneFrame,
  messagesStream,
  startUpstream,
  type Upstream,
  usageChunk,
} from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream
const question = [{ role: 'user' as const, content: 'hi' }]
const chat = { model: '@up/gpt-5', messages: question }
const streamed = { ...chat, stream: true }

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('up', 'openai', upstream.origin)
  await sluice.connect('claude', 'anthropic', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

describe('an upstream that breaks in the middle of a stream', () => {
  it('ends an OpenAI stream with an error frame and never with [DONE]', async () => {
    upstream.script(answerThenCut([chatChunk({ role: 'assistant', content: 'Hel' }), chatChunk({ content: 'lo' })]))
    const response = await sluice.post('/v1/chat/completions', streamed)
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(text).toContain('"content":"lo"')
    expect(text).toMatch(/data: \{.*"error":.*upstream_interrupted/)
    expect(text).not.toContain('[DONE]')
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ outcome: 'interrupted' })
  })

  it('makes the official OpenAI client throw', async () => {
    upstream.script(answerThenCut([chatChunk({ role: 'assistant', content: 'Hel' })]))
    const openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
    const read = async () => {
      for await (const _ of await openai.chat.completions.create({ ...chat, stream: true })) {
        // read to the end
      }
    }
    await expect(read()).rejects.toThrow(/closed the connection/)
  })

  it('ends an Anthropic stream with an error event, so that its client throws', async () => {
    upstream.script(answerThenCut(messagesStream(['Hel', 'lo']).slice(0, 4)))
    const anthropic = new Anthropic({ baseURL: sluice.origin, apiKey: sluice.apiKey, maxRetries: 0 })
    const stream = anthropic.messages.stream({ model: '@claude/claude-sonnet-4-5', max_tokens: 50, messages: question })
    await expect(stream.finalMessage()).rejects.toThrow(/closed the connection/)
  })

  it('cuts inside a frame without passing on the half of it', async () => {
    upstream.script(answerThenCut([chatChunk({ content: 'whole' }), 'data: {"choices":[{"delta":{"content":"ha']))
    const text = await (await sluice.post('/v1/chat/completions', streamed)).text()
    expect(text).toContain('whole')
    expect(text).not.toContain('"ha')
    expect(text).toContain('"error"')
  })

  it('treats an ending without [DONE] and without a finish as broken', async () => {
    upstream.script(answerEvents([chatChunk({ role: 'assistant', content: 'x' })]))
    expect(await (await sluice.post('/v1/chat/completions', streamed)).text()).toContain('"error"')
  })

  it('accepts a stream that only lacks its [DONE]', async () => {
    upstream.script(answerEvents([chatChunk({ content: 'x' }), chatChunk({}, 'stop'), usageChunk(3, 1)]))
    const response = await sluice.post('/v1/chat/completions', streamed)
    expect(await response.text()).not.toContain('"error"')
    expect((await sluice.logOf(response)).metrics).toMatchObject({ outcome: 'completed', req_units: 3, res_units: 1 })
  })

  it('passes on an error frame of the provider and stops there', async () => {
    const frame = 'data: {"error":{"message":"the model crashed","type":"server_error","code":null}}\n\n'
    upstream.script(answerEvents([chatChunk({ content: 'x' }), frame, chatChunk({ content: 'never' })]))
    const text = await (await sluice.post('/v1/chat/completions', streamed)).text()
    expect(text.match(/"error"/g)).toHaveLength(1)
    expect(text).toContain('the model crashed')
    expect(text).not.toContain('[DONE]')
  })
})

describe('a frame that is no JSON', () => {
  it('ends its own stream with an error and touches nobody else', async () => {
    upstream.script(({ body }, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const middle = body.includes('spoilt') ? 'data: {"choices":[{"del\n\n' : chatChunk({ content: 'lo' })
      response.end([chatChunk({ content: 'Hel' }), middle, chatChunk({}, 'stop'), doneFrame].join(''))
    })
    const spoilt = { ...streamed, messages: [{ role: 'user', content: 'spoilt' }] }
    const [bad, good] = await Promise.all([spoilt, streamed].map((body) => sluice.post('/v1/chat/completions', body)))
    expect(await bad?.text()).toContain('not a JSON object')
    expect(await good?.text()).toContain('[DONE]')
    expect((await sluice.logOf(bad as Response)).metrics.outcome).not.toBe('completed')
  })
})

describe('an upstream that fails before its first content', () => {
  it('turns an error frame under status 200 into a real status', async () => {
    upstream.script(answerEvents(['data: {"error":{"message":"overloaded","type":"server_error","code":503}}\n\n']))
    const response = await sluice.post('/v1/chat/completions', streamed)
    expect(response.status).toBeGreaterThanOrEqual(500)
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('overloaded') } })
  })

  it('turns an overloaded event as the first one into 529 for an Anthropic client', async () => {
    upstream.script(
      answerEvents([
        'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
      ]),
    )
    const response = await sluice.post('/v1/messages', {
      model: '@claude/claude-sonnet-4-5',
      max_tokens: 9,
      messages: question,
      stream: true,
    })
    expect(response.status).toBe(529)
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } })
  })

  it('passes a provider’s own error body through byte for byte with its status', async () => {
    const body = '{"error":  {"message":"bad tool","type":"invalid_request_error","param":"tools","code":"x"} }'
    upstream.script(answerJson(body, 400))
    const response = await sluice.post('/v1/chat/completions', chat)
    expect(response.status).toBe(400)
    expect(await response.text()).toBe(body)
  })

  it('tells an HTML page from a proxy as an error in the client’s wire', async () => {
    upstream.script(
      (_, response) =>
        void response.writeHead(502, { 'content-type': 'text/html' }).end('<html><h1>Bad Gateway</h1></html>'),
    )
    const response = await sluice.post('/v1/chat/completions', chat)
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('Bad Gateway') } })
  })

  it('keeps 429 and its retry-after', async () => {
    upstream.script(
      answerJson({ error: { message: 'slow down', type: 'rate_limit', code: null } }, 429, { 'retry-after': '7' }),
    )
    const response = await sluice.post('/v1/chat/completions', chat)
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('7')
  })

  it('says so when the answer is not JSON', async () => {
    upstream.script(
      (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"choices": ['),
    )
    const response = await sluice.post('/v1/chat/completions', chat)
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('not JSON') } })
  })

  it('says so when the body is empty', async () => {
    upstream.script((_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end())
    expect((await sluice.post('/v1/chat/completions', chat)).status).toBe(502)
  })

  it('says so when nobody listens', async () => {
    const gone = await startUpstream()
    await gone.stop()
    await sluice.connect('gone', 'openai', gone.origin)
    const response = await sluice.post('/v1/chat/completions', { ...chat, model: '@gone/x' })
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('could not be reached') } })
    expect((await sluice.logOf(response)).metrics).toMatchObject({ outcome: 'failed', cost: 0 })
  })

  it('gives up after the client’s own timeout', async () => {
    upstream.script(() => {})
    const response = await sluice.post('/v1/chat/completions', chat, { 'x-portkey-request-timeout': '50' })
    expect(response.status).toBe(408)
    expect(await response.json()).toMatchObject({
      error: { type: 'timeout_error', message: expect.stringContaining('50ms') },
    })
  })
})

describe('usage', () => {
  it('is always asked of the upstream and hidden from a client that did not ask', async () => {
    upstream.script(answerEvents(chatStream(['a', 'b'])))
    const response = await sluice.post('/v1/chat/completions', streamed)
    const text = await response.text()
    expect(upstream.received.at(-1)?.json()).toMatchObject({ stream_options: { include_usage: true }, model: 'gpt-5' })
    expect(text).not.toContain('"usage"')
    expect(text).toContain(doneFrame)
    expect((await sluice.logOf(response)).metrics).toMatchObject({ req_units: 10, res_units: 5, total_units: 15 })
  })

  it('is shown to a client that asked', async () => {
    upstream.script(answerEvents(chatStream(['a'])))
    const response = await sluice.post('/v1/chat/completions', { ...streamed, stream_options: { include_usage: true } })
    expect(await response.text()).toContain('"completion_tokens":5')
  })

  it('costs exactly what the price list says, in nano-dollars', async () => {
    upstream.script(answerJson(chatAnswer('ok', { prompt: 1_000, completion: 500 })))
    const response = await sluice.post('/v1/chat/completions', { ...chat, model: '@up/gpt-4o' })
    await response.text()
    // gpt-4o: $2.50 per million prompt tokens, $10 per million generated ones
    expect((await sluice.logOf(response)).metrics).toMatchObject({ cost_nanos: 1_000 * 2_500 + 500 * 10_000 })
  })
})

describe('a client that leaves', () => {
  it('has its upstream call aborted and its record closed as such', async () => {
    upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chatChunk({ role: 'assistant', content: 'first' }))
    })
    const controller = new AbortController()
    const response = await fetch(`${sluice.origin}/v1/chat/completions`, {
      method: 'POST',
      signal: controller.signal,
      headers: { authorization: `Bearer ${sluice.apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(streamed),
    })
    const reader = response.body?.getReader()
    await reader?.read()
    controller.abort()
    await upstream.abandoned
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ outcome: 'client-closed' })
    expect(log.metrics.total_units).toBeGreaterThan(0)
  })
})

describe('passthrough', () => {
  it('keeps every byte but the model’s, unknown keys and big numbers included', async () => {
    upstream.script(answerJson(chatAnswer('ok')))
    const body =
      '{ "vendor_thing": {"b":1,"a":12345678901234567890},\n "model":"@up/gpt-5", "messages":[{"role":"user","content":"h\\u00e9"}] }'
    await (await sluice.post('/v1/chat/completions', body)).text()
    expect(upstream.received.at(-1)?.body).toBe(body.replace('@up/gpt-5', 'gpt-5'))
  })

  it('sends the provider’s key and never the client’s', async () => {
    upstream.script(answerJson(chatAnswer('ok')))
    await (await sluice.post('/v1/chat/completions', chat, { 'x-portkey-metadata': '{"a":"b"}' })).text()
    const headers = upstream.received.at(-1)?.headers ?? {}
    expect(headers.authorization).toBe('Bearer secret-of-up')
    expect(JSON.stringify(headers)).not.toContain(sluice.apiKey)
    expect(Object.keys(headers).filter((name) => name.startsWith('x-portkey'))).toEqual([])
  })
})

describe('a provider that quotes our key', () => {
  it.each([false, true])('does not get it to the client or into the log (stream: %s)', async (stream) => {
    upstream.script((received, response) => {
      const body = JSON.stringify({
        error: { message: `Incorrect API key: ${received.headers.authorization}`, type: 'auth', code: null },
      })
      response.writeHead(401, { 'content-type': 'application/json' }).end(body)
    })
    const response = await sluice.post('/v1/chat/completions', { ...chat, stream })
    const text = await response.text()
    expect(response.status).toBe(401)
    expect(text).toContain('Incorrect API key')
    expect(text).not.toContain('secret-of-up')
    expect(JSON.stringify(await sluice.logOf(response))).not.toContain('secret-of-up')
  })
})
