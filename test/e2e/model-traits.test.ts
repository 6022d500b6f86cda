/** What the table of models changes for clients that pass through: bare model names behind slugs, models behind profiles, corrections. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, chatAnswer, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream(answerJson(chatAnswer('hello')))
  sluice = await startSluice()
  await sluice.connect('openai', 'openai', upstream.origin)
  await sluice.connect('claude', 'anthropic', upstream.origin)
  await sluice.connect('b', 'bedrock', upstream.origin, {
    configurations: { aws_auth_type: 'apiKey', custom_host: upstream.origin },
  })
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

async function send(path: string, body: object, answer: unknown = chatAnswer('hello'), headers = {}) {
  upstream.script(answerJson(answer))
  const before = upstream.received.length
  const response = await sluice.post(path, body, headers)
  const text = await response.text()
  const received = upstream.received.slice(before).at(-1)
  // biome-ignore lint/suspicious/noExplicitAny: bodies of several wires are looked into by path
  const sent: any = received?.json()
  return {
    status: response.status,
    text,
    url: received?.path ?? '',
    bytes: received?.body ?? '',
    sent,
    headers: response.headers,
    warnings: response.headers.get('x-portkey-warnings') ?? '',
  }
}

const chat = (model: string, more: object = {}) => ({ model, messages: [{ role: 'user', content: 'hi' }], ...more })

describe('a client that goes by the bare name of a model (issue 11)', () => {
  it('may say max_tokens to @openai/gpt-5', async () => {
    const { status, sent, warnings } = await send('/v1/chat/completions', chat('@openai/gpt-5', { max_tokens: 1000 }))
    expect(status).toBe(200)
    expect(sent.max_completion_tokens).toBe(1000)
    expect(sent).not.toHaveProperty('max_tokens')
    expect(warnings).toContain('changed max_tokens')
  })

  it('may say response_format to @openai/gpt-image-1', async () => {
    const body = {
      model: '@openai/gpt-image-1',
      prompt: 'an otter',
      n: 1,
      size: '1024x1024',
      response_format: 'b64_json',
    }
    const { status, sent, warnings } = await send('/v1/images/generations', body, {
      created: 1,
      data: [{ b64_json: 'x' }],
    })
    expect(status).toBe(200)
    expect(sent).toEqual({ model: 'gpt-image-1', prompt: 'an otter', n: 1, size: '1024x1024' })
    expect(warnings).toContain('dropped response_format')
  })

  it('keeps every byte where its model takes all of it', async () => {
    const text =
      '{"model":"@openai/gpt-4o", "temperature" : 0.20, "max_tokens":7,"messages":[{"role":"user","content":"hi"}]}'
    const { bytes, warnings } = await send('/v1/chat/completions', text as unknown as object)
    expect(bytes).toBe(text.replace('@openai/', ''))
    expect(warnings).toBe('')
  })
})

describe('Claude Code and the like, passed on', () => {
  const messages = (model: string, more: object) => ({
    model: `@claude/${model}`,
    max_tokens: 32_000,
    messages: [{ role: 'user', content: 'hi' }],
    ...more,
  })
  const answer = {
    type: 'message',
    content: [{ type: 'text', text: 'ok' }],
    usage: { input_tokens: 1, output_tokens: 1 },
  }

  it.each([
    ['claude-haiku-4-5', { thinking: { type: 'adaptive' } }, { thinking: { type: 'enabled', budget_tokens: 8192 } }],
    ['claude-haiku-4-5', { output_config: { effort: 'high' } }, { output_config: undefined }],
    ['claude-opus-4-8', { thinking: { type: 'enabled', budget_tokens: 4096 } }, { thinking: { type: 'adaptive' } }],
    [
      'claude-opus-4-7',
      { temperature: 0.2, top_p: 0.5, top_k: 5 },
      { temperature: undefined, top_p: undefined, top_k: undefined },
    ],
    ['claude-fable-5', { thinking: { type: 'disabled' } }, { thinking: undefined }],
    ['claude-sonnet-4-6', { output_config: { effort: 'xhigh' } }, { output_config: { effort: 'high' } }],
    ['claude-sonnet-4-5', { temperature: 0.2, top_p: 0.5 }, { temperature: 0.2, top_p: undefined }],
  ])('%s given %j', async (model, given, expected) => {
    const { sent, warnings } = await send('/v1/messages', messages(model, given), answer)
    for (const [key, value] of Object.entries(expected)) expect(sent[key]).toEqual(value)
    expect(warnings).not.toBe('')
  })
})

describe('a chat client of a model that chat completions refuse', () => {
  const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }]
  const answer = {
    id: 'resp_1',
    object: 'response',
    status: 'completed',
    output: [{ type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }],
    usage: { input_tokens: 1, output_tokens: 1 },
  }

  it.each([
    ['gpt-5.4', { tools, reasoning_effort: 'high' }],
    ['gpt-5.6', { tools }],
    ['gpt-5-codex', {}],
  ])('is answered through the Responses endpoint: %s', async (model, more) => {
    const { status, url, text } = await send('/v1/chat/completions', chat(`@openai/${model}`, more), answer)
    expect(url).toBe('/v1/responses')
    expect(status).toBe(200)
    expect(JSON.parse(text).choices[0].message.tool_calls[0].function.name).toBe('f')
  })

  it.each([
    ['gpt-5.4', { tools }],
    ['gpt-5.6', { tools, reasoning_effort: 'none' }],
    ['gpt-5.6', { reasoning_effort: 'high' }],
  ])('is passed on where they do not: %s', async (model, more) => {
    expect((await send('/v1/chat/completions', chat(`@openai/${model}`, more))).url).toBe('/v1/chat/completions')
  })
})

describe('a model behind a name that says nothing', () => {
  const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123def456'
  const answer = {
    output: { message: { content: [{ text: 'ok' }] } },
    stopReason: 'end_turn',
    usage: { inputTokens: 1, outputTokens: 1 },
  }
  const models = (more: object) =>
    sluice.admin('PUT', '/integrations/b/models', { models: [{ slug: arn, enabled: true, is_custom: true, ...more }] })

  it('is spoken to as its base model', async () => {
    await models({ base_model_slug: 'anthropic.claude-sonnet-4-5-20250929-v1:0' })
    sluice.passTime(60_000)
    const asked = {
      model: `@b/${arn}`,
      max_tokens: 5000,
      reasoning_effort: 'low',
      temperature: 0.2,
      top_p: 0.5,
      messages: [{ role: 'user', content: 'hi' }],
    }
    const { sent, warnings } = await send('/v1/chat/completions', asked, answer)
    expect(sent.additionalModelRequestFields.thinking).toEqual({ type: 'enabled', budget_tokens: 1024 })
    expect(sent.inferenceConfig).toEqual({ maxTokens: 5000 })
    expect(warnings).toContain('dropped top_p')
  })

  it('is corrected by what its integration says of it', async () => {
    await models({ model_traits: { maxStops: 1, sampling: { topP: true, isOneOnly: false } } })
    sluice.passTime(60_000)
    const asked = {
      model: `@b/${arn}`,
      max_tokens: 5000,
      stop: ['a', 'b'],
      temperature: 0.2,
      top_p: 0.5,
      messages: [{ role: 'user', content: 'hi' }],
    }
    const { sent } = await send('/v1/chat/completions', asked, answer)
    expect(sent.inferenceConfig).toEqual({ maxTokens: 5000, temperature: 0.2, topP: 0.5, stopSequences: ['a'] })
    await expect(models({ model_traits: { maxStop: 1 } })).rejects.toThrow(
      'models[0].model_traits.maxStop is not known',
    )
  })

  it('answers under an id of its own and without the slug of the provider', async () => {
    const ids = new Set<string>()
    for (let count = 0; count < 20; count++) {
      const { text } = await send('/v1/chat/completions', chat('@b/amazon.nova-pro-v1:0'), answer)
      const { id, model } = JSON.parse(text)
      ids.add(id)
      expect(model).toBe('amazon.nova-pro-v1:0')
    }
    expect(ids.size).toBe(20)
  })
})

describe("a provider's error", () => {
  it("brings the provider's headers: its id, its limits, its advice", async () => {
    upstream.script(
      answerJson({ error: { message: 'no', type: 'server_error' } }, 500, {
        'x-should-retry': 'false',
        'x-request-id': 'req_1',
        'x-ratelimit-remaining-requests': '7',
        'retry-after-ms': '1200',
      }),
    )
    const response = await sluice.post('/v1/chat/completions', chat('@openai/gpt-4o'))
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-should-retry': 'false',
      'x-request-id': 'req_1',
      'x-ratelimit-remaining-requests': '7',
      'retry-after-ms': '1200',
    })
  })
})

describe('an answer in a form that its model has no setting for', () => {
  it('is the arguments of the tool that was forced, whole and streamed', async () => {
    const format = {
      type: 'json_schema',
      json_schema: { name: 'city', schema: { type: 'object', properties: { a: { type: 'string' } } } },
    }
    const asked = chat('@claude/claude-sonnet-4-20250514', { max_tokens: 50, response_format: format })
    const call = { type: 'tool_use', id: 't', name: 'city', input: { a: 'Bern' } }
    const whole = {
      type: 'message',
      content: [call],
      stop_reason: 'tool_use',
      usage: { input_tokens: 1, output_tokens: 1 },
    }
    const { text } = await send('/v1/chat/completions', asked, whole)
    expect(JSON.parse(text).choices[0]).toMatchObject({ message: { content: '{"a":"Bern"}' }, finish_reason: 'stop' })
    const frames = [
      { type: 'message_start', message: { id: 'm', model: 'c', usage: { input_tokens: 1 } } },
      { type: 'content_block_start', index: 0, content_block: { ...call, input: {} } },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"a":"Bern"}' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 1 } },
      { type: 'message_stop' },
    ]
    upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(frames.map((frame) => `event: ${frame.type}\ndata: ${JSON.stringify(frame)}\n\n`).join(''))
    })
    const streamed = await sluice.post('/v1/chat/completions', { ...asked, stream: true })
    const said = await streamed.text()
    expect(said).toContain('"content":"{\\"a\\":\\"Bern\\"}"')
    expect(said).toContain('"finish_reason":"stop"')
    expect(said).not.toContain('tool_calls')
  })
})
