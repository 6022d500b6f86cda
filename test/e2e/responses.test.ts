import Anthropic from '@anthropic-ai/sdk'
import { LLMock } from '@copilotkit/aimock'
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
  type Script,
  startUpstream,
  type Upstream,
  usageChunk,
} from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream
let openai: OpenAI

const place = { item_id: 'msg_1', output_index: 0, content_index: 0 }
const nativeUsage = {
  input_tokens: 10,
  input_tokens_details: { cached_tokens: 4 },
  output_tokens: 5,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 15,
}

function nativeResponse(status: string, output: readonly unknown[], more: object = {}) {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1_760_000_000,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    model: 'gpt-5-2025',
    output,
    parallel_tool_calls: true,
    temperature: 1,
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    usage: status === 'completed' ? nativeUsage : null,
    ...more,
  }
}

function nativeMessage(text: string) {
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
  }
}

let sequence = 0

function event(type: string, members: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...members })}\n\n`
}

/** A whole native stream with this text. */
function nativeStream(words: readonly string[]): string[] {
  sequence = 0
  const text = words.join('')
  const part = { type: 'output_text', text: '', annotations: [], logprobs: [] }
  return [
    event('response.created', { response: nativeResponse('in_progress', []) }),
    event('response.in_progress', { response: nativeResponse('in_progress', []) }),
    event('response.output_item.added', {
      output_index: 0,
      item: { ...nativeMessage(''), status: 'in_progress', content: [] },
    }),
    event('response.content_part.added', { ...place, part }),
    ...words.map((delta) => event('response.output_text.delta', { ...place, delta, logprobs: [] })),
    event('response.output_text.done', { ...place, text, logprobs: [] }),
    event('response.content_part.done', { ...place, part: { ...part, text } }),
    event('response.output_item.done', { output_index: 0, item: nativeMessage(text) }),
    event('response.completed', { response: nativeResponse('completed', [nativeMessage(text)]) }),
  ]
}

const call = (index: number, id: string, city: string) => [
  chatChunk({ tool_calls: [{ index, id, type: 'function', function: { name: 'get_weather', arguments: '' } }] }),
  chatChunk({ tool_calls: [{ index, function: { arguments: '{"city":' } }] }),
  chatChunk({ tool_calls: [{ index, function: { arguments: `"${city}"}` } }] }),
]

const weather = {
  type: 'function' as const,
  name: 'get_weather',
  description: 'the weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: false,
}

function messagesEvents(blocks: readonly object[][], stopReason: string): string[] {
  const [start, , , , , ending, stop] = messagesStream(['x'])
  const frames = blocks.flat().map((body) => `event: x\ndata: ${JSON.stringify(body)}\n\n`)
  return [start!, ...frames, ending!.replace('end_turn', stopReason), stop!]
}

const block = (index: number, content: object, ...deltas: object[]) => [
  { type: 'content_block_start', index, content_block: content },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
]

/** The second part follows when the first has reached the client. */
function inTwoParts(first: string, second: string): { readonly script: Script; release(): void } {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  return {
    release,
    async script(_, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(first)
      await released
      response.end(second)
    },
  }
}

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('native', 'openai', upstream.origin)
  await sluice.connect('chat', 'deepseek', upstream.origin)
  await sluice.connect('claude', 'anthropic', upstream.origin)
  openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const plain = [
  [
    'a native provider',
    '@native/gpt-5',
    () => answerJson(nativeResponse('completed', [nativeMessage('Hello')])),
    () => nativeStream(['Hel', 'lo']),
  ],
  ['a chat provider', '@chat/deepseek-chat', () => answerJson(chatAnswer('Hello')), () => chatStream(['Hel', 'lo'])],
  [
    'a messages provider',
    '@claude/claude-sonnet-4-5',
    () => answerEvents(messagesStream(['Hello'])),
    () => messagesStream(['Hel', 'lo']),
  ],
] as const

describe.each(plain)('the OpenAI client with responses of %s', (_, model, whole, stream) => {
  it('gets a whole answer with usage', async () => {
    upstream.script(whole())
    const { data, response } = await openai.responses
      .create({ model, input: 'hi', max_output_tokens: 50, instructions: 'be brief' })
      .withResponse()
    expect(data).toMatchObject({ object: 'response', status: 'completed', output_text: 'Hello' })
    expect(data.usage).toMatchObject({ input_tokens: 10, output_tokens: 5, total_tokens: 15 })
    expect((await sluice.logOf(response)).metrics).toMatchObject({ outcome: 'completed', req_units: 10, res_units: 5 })
  })

  it('gets a stream whose last event holds everything', async () => {
    upstream.script(answerEvents(stream()))
    const types: string[] = []
    let text = ''
    const numbers: number[] = []
    const reading = openai.responses.stream({ model, input: 'hi', max_output_tokens: 50 })
    for await (const event of reading) {
      types.push(event.type)
      numbers.push(event.sequence_number)
      if (event.type === 'response.output_text.delta') text += event.delta
    }
    const final = await reading.finalResponse()
    expect(text).toBe('Hello')
    expect(final).toMatchObject({ status: 'completed', output_text: 'Hello', usage: { total_tokens: 15 } })
    expect(numbers).toEqual(numbers.map((_, at) => at))
    expect(types).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.completed',
    ])
  })

  it('gets an error before the answer as a status with its message', async () => {
    const error = {
      message: 'context too long',
      type: 'invalid_request_error',
      param: null,
      code: 'context_length_exceeded',
    }
    upstream.script(answerJson({ type: 'error', error }, 400))
    const asking = openai.responses.create({ model, input: 'hi', max_output_tokens: 50, stream: true })
    await expect(asking).rejects.toMatchObject({ status: 400, message: expect.stringContaining('context too long') })
  })

  it('throws for a stream that is cut, and not as if the request were wrong', async () => {
    upstream.script(answerThenCut(stream().slice(0, -3)))
    const seen: string[] = []
    const read = async () => {
      for await (const event of await openai.responses.create({
        model,
        input: 'hi',
        max_output_tokens: 50,
        stream: true,
      }))
        seen.push(event.type)
    }
    await expect(read()).rejects.toMatchObject({
      message: expect.stringMatching(/closed the connection/),
      code: 'server_error',
    })
    expect(seen).toContain('response.output_text.delta')
    expect(seen).not.toContain('response.completed')
    upstream.script(answerThenCut(stream().slice(0, -3)))
    const final = openai.responses.stream({ model, input: 'hi', max_output_tokens: 50 }).finalResponse()
    await expect(final).rejects.toThrow(/closed the connection/)
  })
})

describe('a stream that fails in the middle', () => {
  it('tells a translated client what was said until then, with the ids it knows', async () => {
    upstream.script(answerThenCut(chatStream(['Hel', 'lo']).slice(0, 3)))
    const response = await sluice.post('/v1/responses', { model: '@chat/deepseek-chat', input: 'hi', stream: true })
    const events = (await response.text())
      .trim()
      .split('\n\n')
      .map((frame) => JSON.parse(frame.slice(frame.indexOf('\ndata: ') + 7)))
    const failed = events.at(-2)
    expect(failed).toMatchObject({
      type: 'response.failed',
      response: { id: events[0].response.id, status: 'failed', error: { code: 'server_error' } },
    })
    expect(failed.response.output).toMatchObject([
      { type: 'message', id: events[2].item.id, status: 'incomplete', content: [{ text: 'Hello' }] },
    ])
    expect(events.at(-1)).toMatchObject({ type: 'error', error: { message: failed.response.error.message } })
    expect(events.map((each) => each.sequence_number)).toEqual(events.map((_, at) => at))
    expect((await sluice.logOf(response)).metrics).toMatchObject({ outcome: 'interrupted' })
  })

  it("passes on a native provider's own failure and adds nothing to it", async () => {
    const response = nativeResponse('failed', [], { error: { code: 'server_error', message: 'it crashed' } })
    const before = nativeStream(['x']).slice(0, 5).join('')
    const failure = event('response.failed', { response })
    const { script, release } = inTwoParts(before, failure)
    upstream.script(script)
    const answer = await sluice.post('/v1/responses', { model: '@native/gpt-5', input: 'hi', stream: true })
    release()
    expect(await answer.text()).toBe(before + failure)
  })

  it('turns a native failure before the first content into a status', async () => {
    const response = nativeResponse('failed', [], { error: { code: 'rate_limit_exceeded', message: 'slow down' } })
    upstream.script(answerEvents([nativeStream([])[0]!, event('response.failed', { response })]))
    const answer = await sluice.post('/v1/responses', { model: '@native/gpt-5', input: 'hi', stream: true })
    expect(answer.status).toBe(429)
    expect(await answer.json()).toMatchObject({ error: { message: 'slow down', code: 'rate_limit_exceeded' } })
  })
})

describe('passthrough of responses', () => {
  it('leaves both bodies untouched but for the model', async () => {
    const bytes = JSON.stringify(nativeResponse('completed', [nativeMessage('Grüße')]), null, 1)
    upstream.script(answerJson(bytes))
    const body =
      '{"model": "@native/gpt-5",  "input":[{"role":"user","content":"hi"}], "previous_response_id":"resp_0", "tomorrow":1.0}'
    const answer = await sluice.post('/v1/responses', body)
    expect(await answer.text()).toBe(bytes)
    expect(upstream.received.at(-1)?.path).toBe('/v1/responses')
    expect(upstream.received.at(-1)?.body).toBe(body.replace('@native/', ''))
  })

  it('leaves the stream untouched', async () => {
    const frames = nativeStream(['Hel', 'lo'])
    upstream.script(answerEvents(frames))
    const answer = await sluice.post('/v1/responses', { model: '@native/gpt-5', input: 'hi', stream: true })
    expect(await answer.text()).toBe(frames.join(''))
  })

  it('records a background request as one whose cost is estimated', async () => {
    upstream.script(answerJson(nativeResponse('queued', [], { background: true })))
    const answer = await sluice.post('/v1/responses', { model: '@native/gpt-5', input: 'hi', background: true })
    expect(await answer.json()).toMatchObject({ status: 'queued' })
    const log = await sluice.logOf(answer)
    expect(log.metrics).toMatchObject({ outcome: 'completed' })
  })
})

describe('tools in responses', () => {
  it('streams parallel calls of a chat provider, and takes their results back', async () => {
    const frames = [...call(0, 'call_a', 'Bern'), ...call(1, 'call_b', 'Rome')]
    upstream.script(answerEvents([...frames, chatChunk({}, 'tool_calls'), usageChunk(3, 4), doneFrame]))
    const model = '@chat/deepseek-chat'
    const first = await openai.responses.stream({ model, input: 'weather?', tools: [weather] }).finalResponse()
    expect(first.output).toMatchObject([
      {
        type: 'function_call',
        call_id: 'call_a',
        name: 'get_weather',
        arguments: '{"city":"Bern"}',
        status: 'completed',
      },
      { type: 'function_call', call_id: 'call_b', name: 'get_weather', arguments: '{"city":"Rome"}' },
    ])
    upstream.script(answerJson(chatAnswer('sunny in both')))
    const outputs = ['call_a', 'call_b'].map((call_id) => ({
      type: 'function_call_output' as const,
      call_id,
      output: 'sunny',
    }))
    const second = await openai.responses.create({
      model,
      tools: [weather],
      input: [
        { role: 'user', content: 'weather?' },
        ...(first.output as OpenAI.Responses.ResponseInputItem[]),
        ...outputs,
      ],
    })
    expect(second.output_text).toBe('sunny in both')
    expect(upstream.received.at(-1)?.json()).toMatchObject({
      messages: [
        { role: 'user', content: 'weather?' },
        { role: 'assistant', tool_calls: [{ id: 'call_a' }, { id: 'call_b' }] },
        { role: 'tool', tool_call_id: 'call_a', content: 'sunny' },
        { role: 'tool', tool_call_id: 'call_b', content: 'sunny' },
      ],
      tools: [{ type: 'function', function: { name: 'get_weather' } }],
    })
  })

  it('keeps namespaces and free-text tools of an agent, in the calls and on the way back', async () => {
    const id = { type: 'tool_use', input: {} }
    const json = (partial_json: string) => ({ type: 'input_json_delta', partial_json })
    const frames = messagesEvents(
      [
        block(0, { ...id, id: 'toolu_1', name: 'files__read' }, json('{"path":"a"}')),
        block(1, { ...id, id: 'toolu_2', name: 'apply_patch' }, json('{"input":'), json('"*** Begin"}')),
      ],
      'tool_use',
    )
    upstream.script(answerEvents(frames))
    const read = {
      type: 'function' as const,
      name: 'read',
      parameters: { type: 'object', properties: {} },
      strict: false,
    }
    const tools = [
      { type: 'namespace' as const, name: 'files', description: 'files', tools: [read] },
      { type: 'custom' as const, name: 'apply_patch', description: 'patches files' },
    ]
    const model = '@claude/claude-sonnet-4-5'
    const first = await openai.responses.stream({ model, input: 'go', max_output_tokens: 99, tools }).finalResponse()
    expect(first.output).toMatchObject([
      { type: 'function_call', namespace: 'files', name: 'read', call_id: 'toolu_1', arguments: '{"path":"a"}' },
      { type: 'custom_tool_call', name: 'apply_patch', call_id: 'toolu_2', input: '*** Begin' },
    ])
    upstream.script(answerEvents(messagesStream(['done'])))
    const results = [
      {
        type: 'function_call_output' as const,
        call_id: 'toolu_1',
        output: [{ type: 'input_text' as const, text: 'A' }],
      },
      { type: 'custom_tool_call_output' as const, call_id: 'toolu_2', output: 'ok' },
    ]
    const input = [
      { role: 'user' as const, content: 'go' },
      ...(first.output as OpenAI.Responses.ResponseInputItem[]),
      ...results,
    ]
    await openai.responses.create({ model, max_output_tokens: 99, tools, input })
    expect(upstream.received.at(-1)?.json()).toMatchObject({
      tools: [{ name: 'files__read' }, { name: 'apply_patch', input_schema: { required: ['input'] } }],
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'tool_use', id: 'toolu_1', name: 'files__read', input: { path: 'a' } },
            { type: 'tool_use', id: 'toolu_2', name: 'apply_patch', input: { input: '*** Begin' } },
          ],
        },
        { role: 'user', content: [{ tool_use_id: 'toolu_1' }, { tool_use_id: 'toolu_2' }] },
      ],
    })
  })
})

describe('reasoning in responses', () => {
  it('shows thinking as a summary and brings its signature back byte for byte', async () => {
    const thinking = block(
      0,
      { type: 'thinking', thinking: '', signature: '' },
      { type: 'thinking_delta', thinking: 'Hm, ' },
      { type: 'thinking_delta', thinking: 'so.' },
      { type: 'signature_delta', signature: 'EqQB+/=' },
    )
    const text = block(1, { type: 'text', text: '' }, { type: 'text_delta', text: 'Yes' })
    upstream.script(answerEvents(messagesEvents([thinking, text], 'end_turn')))
    const model = '@claude/claude-sonnet-4-5'
    const reading = openai.responses.stream({
      model,
      input: 'go',
      max_output_tokens: 9000,
      reasoning: { effort: 'low', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
      store: false,
    })
    let summary = ''
    for await (const each of reading) if (each.type === 'response.reasoning_summary_text.delta') summary += each.delta
    const first = await reading.finalResponse()
    expect(summary).toBe('Hm, so.')
    expect(first.output).toMatchObject([
      { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm, so.' }] },
      { type: 'message', content: [{ text: 'Yes' }] },
    ])
    upstream.script(answerEvents(messagesStream(['ok'])))
    const input = [{ role: 'user' as const, content: 'go' }, ...(first.output as OpenAI.Responses.ResponseInputItem[])]
    const again = await openai.responses
      .create({ model, max_output_tokens: 9000, input: [...input, { role: 'user', content: 'on' }] })
      .withResponse()
    expect(upstream.received.at(-1)?.json().messages).toMatchObject([
      { role: 'user' },
      {
        role: 'assistant',
        content: [{ type: 'thinking', thinking: 'Hm, so.', signature: 'EqQB+/=' }, { text: 'Yes' }],
      },
      { role: 'user' },
    ])
    expect(again.response.headers.get('x-portkey-warnings')).toBeNull()
  })

  it("drops a native provider's encrypted reasoning with a warning when the session moves on", async () => {
    upstream.script(answerEvents(messagesStream(['ok'])))
    const input = [
      { role: 'user' as const, content: 'go' },
      { type: 'reasoning' as const, id: 'rs_1', summary: [], encrypted_content: 'gAAAAB=' },
      { role: 'assistant' as const, content: 'done' },
      { role: 'user' as const, content: 'on' },
    ]
    const answer = await openai.responses
      .create({ model: '@claude/claude-sonnet-4-5', max_output_tokens: 99, input })
      .withResponse()
    expect(answer.response.headers.get('x-portkey-warnings')).toContain('reasoning')
    expect(upstream.received.at(-1)?.body).not.toContain('gAAAAB=')
  })
})

describe('structured output in responses', () => {
  const schema = {
    type: 'object',
    properties: { city: { type: 'string' } },
    required: ['city'],
    additionalProperties: false,
  }
  const format = { type: 'json_schema' as const, name: 'place', schema, strict: true }

  it('is parsed by the client, from a chat provider', async () => {
    upstream.script(answerJson(chatAnswer('{"city":"Bern"}')))
    const answer = await openai.responses.parse({ model: '@chat/deepseek-chat', input: 'where?', text: { format } })
    expect(answer.output_parsed).toEqual({ city: 'Bern' })
    expect(upstream.received.at(-1)?.json()).toMatchObject({
      response_format: { type: 'json_schema', json_schema: { name: 'place', schema, strict: true } },
    })
  })

  it('is incomplete when it was cut by the length', async () => {
    upstream.script(
      answerEvents([chatChunk({ content: '{"ci' }), chatChunk({}, 'length'), usageChunk(3, 2), doneFrame]),
    )
    const final = await openai.responses
      .stream({ model: '@chat/deepseek-chat', input: 'where?', text: { format }, max_output_tokens: 16 })
      .finalResponse()
    expect(final).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } })
    expect(final.output).toMatchObject([{ type: 'message', status: 'incomplete', content: [{ text: '{"ci' }] }])
  })
})

describe('what only a native provider can do', () => {
  it.each([
    ['previous_response_id', { previous_response_id: 'resp_0' }],
    ['conversation', { conversation: 'conv_1' }],
    ['background', { background: true }],
    ['prompt', { prompt: { id: 'pmpt_1' } }],
    ['input.0', { input: [{ type: 'item_reference', id: 'msg_1' }] }],
    ['tools', { tools: [{ type: 'web_search' }] }],
  ])('refuses %s on translation and says what to do', async (param, body) => {
    const answer = await sluice.post('/v1/responses', { model: '@chat/deepseek-chat', input: 'hi', ...body })
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ error: { code: 'unsupported_parameter', param } })
  })
})

describe('a provider that speaks chat and responses', () => {
  const target = { model: '@native/gpt-5' }

  it('is asked in chat by a chat client', async () => {
    upstream.script(answerJson(chatAnswer('Hello')))
    await openai.chat.completions.create({ ...target, messages: [{ role: 'user', content: 'hi' }] })
    expect(upstream.received.at(-1)?.path).toBe('/v1/chat/completions')
  })

  it('is asked in chat by a messages client too', async () => {
    upstream.script(answerEvents(chatStream(['Hello'])))
    const anthropic = new Anthropic({ baseURL: sluice.origin, apiKey: sluice.apiKey, maxRetries: 0 })
    await anthropic.messages.create({ ...target, max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] })
    expect(upstream.received.at(-1)?.path).toBe('/v1/chat/completions')
  })
})

describe('a background response under a limit', () => {
  it('is refused, since its cost would pass the limit unseen', async () => {
    await sluice.connect('limited', 'openai', upstream.origin)
    await sluice.admin('PUT', '/providers/limited', { rate_limits: [{ type: 'requests', unit: 'rpm', value: 100 }] })
    const body = { model: '@limited/gpt-5', input: 'hi', background: true }
    const answer = await sluice.post('/v1/responses', body)
    expect(await answer.json()).toMatchObject({ error: { code: 'unsupported_parameter', param: 'background' } })
  })
})

describe('a simulated native provider', () => {
  let model: LLMock

  beforeAll(async () => {
    model = new LLMock({ port: 0 })
    const usage = { input_tokens: 12, output_tokens: 7, total_tokens: 19 }
    model.onMessage(/weather/, { toolCalls: [{ name: 'get_weather', arguments: '{"city":"Bern"}' }], usage } as never)
    model.onMessage(/.*/, { content: 'Hello there, friend.', usage } as never)
    await model.start()
    await sluice.connect('simulated', 'openai', model.url)
  })

  afterAll(() => model?.stop())

  it.each([false, true])('answers in text and in calls (stream: %s)', async (isStream) => {
    const ask = async (input: string) => {
      const body = { model: '@simulated/gpt-4o', input, tools: [weather] }
      return isStream ? openai.responses.stream(body).finalResponse() : openai.responses.create(body)
    }
    expect(await ask('hi')).toMatchObject({ output_text: 'Hello there, friend.', usage: { total_tokens: 19 } })
    expect((await ask('the weather?')).output).toMatchObject([{ type: 'function_call', arguments: '{"city":"Bern"}' }])
  })
})
