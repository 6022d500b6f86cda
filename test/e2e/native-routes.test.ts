/** Endpoints that are passed on (embeddings, completions, moderations, rerank), as the official client sees them. */
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import {
  answerEvents,
  answerJson,
  answerThenCut,
  chatAnswer,
  doneFrame,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream
let openai: OpenAI

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('native', 'openai', upstream.origin)
  await sluice.connect('claude', 'anthropic', upstream.origin)
  await sluice.connect('ranker', 'together-ai', upstream.origin)
  openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const vector = [0.5, -0.25, 2]
const base64 = Buffer.from(new Float32Array(vector).buffer).toString('base64')

const embeddingAnswer = (embedding: unknown, tokens = 7) => ({
  object: 'list',
  data: [{ object: 'embedding', index: 0, embedding }],
  model: 'text-embedding-3-small',
  usage: { prompt_tokens: tokens, total_tokens: tokens },
})
const embeddingModel = '@native/text-embedding-3-small'
const embed = (more: object = {}) => ({ model: embeddingModel, input: 'hello there', ...more })

const completionBase = {
  id: 'cmpl-1',
  object: 'text_completion',
  created: 1_760_000_000,
  model: 'gpt-3.5-turbo-instruct',
}
const choice = (text: string, finish: string | null, index = 0) => ({
  text,
  index,
  logprobs: null,
  finish_reason: finish,
})
const completionAnswer = (text: string) => ({
  ...completionBase,
  choices: [choice(text, 'stop')],
  usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
})
const frame = (body: object) => `data: ${JSON.stringify({ ...completionBase, ...body })}\n\n`
const completionFrames = [
  frame({ choices: [choice('to be', null)] }),
  frame({ choices: [choice(' seen', null)] }),
  frame({ choices: [choice('', 'length')] }),
  frame({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 } }),
  doneFrame,
]
const completionModel = '@native/gpt-3.5-turbo-instruct'

describe('POST /v1/embeddings', () => {
  it("survives the official client's default encoding, base64, byte for byte", async () => {
    upstream.script(answerJson(embeddingAnswer(base64)))
    const { data: answer, response } = await openai.embeddings
      .create({ model: embeddingModel, input: ['hello there'] })
      .withResponse()
    expect(answer.data[0]?.embedding).toEqual(vector)
    const received = upstream.received.at(-1)
    expect(received?.path).toBe('/v1/embeddings')
    expect(received?.headers.authorization).toBe('Bearer secret-of-native')
    expect(received?.json()).toEqual({
      model: 'text-embedding-3-small',
      input: ['hello there'],
      encoding_format: 'base64',
    })
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ req_units: 7, res_units: 0, is_priced: true, cost_nanos: 140 })
    expect(log.warnings).toEqual([])
  })

  it('passes floats and unknown members as they are', async () => {
    const bytes = JSON.stringify({ ...embeddingAnswer([1e-7, 0.1]), extra: { kept: true } })
    upstream.script(answerJson(bytes))
    const response = await sluice.post('/v1/embeddings', embed({ dimensions: 2, task: 'search' }))
    expect(await response.text()).toBe(bytes)
    expect(upstream.received.at(-1)?.json()).toMatchObject({ dimensions: 2, task: 'search' })
  })

  it('names the providers that have the endpoint when the one asked has none', async () => {
    const before = upstream.received.length
    const response = await sluice.post('/v1/embeddings', embed({ model: '@claude/claude-sonnet-4-5' }))
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: { message: string } }
    expect(error.message).toMatch(/^Anthropic has no embeddings endpoint; providers that have one: openai, /)
    expect(error.message).not.toContain('groq')
    expect(upstream.received.length).toBe(before)
  })

  it('goes on to the next target of a fallback when the first has no such endpoint', async () => {
    upstream.script(answerJson(embeddingAnswer(vector)))
    const config = {
      strategy: { mode: 'fallback' },
      targets: [{ provider: '@claude' }, { provider: '@native' }],
    }
    const response = await sluice.post('/v1/embeddings', embed({ model: 'text-embedding-3-small' }), {
      'x-portkey-config': JSON.stringify(config),
    })
    expect(response.status).toBe(200)
  })

  it.each([
    ['no input', { input: undefined }, /^input is missing/],
    ['an empty input', { input: '' }, /^input is an empty string/],
    ['no model', { model: undefined }, /^model is missing/],
  ])('says what is wrong with %s', async (_, more, message) => {
    const response = await sluice.post('/v1/embeddings', embed(more))
    expect(response.status).toBe(400)
    expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(message)
  })

  it("passes the provider's error on and retries as the config says", async () => {
    let calls = 0
    upstream.script((received, response) => {
      calls += 1
      const script = calls === 1 ? answerJson({ error: { message: 'busy' } }, 503) : answerJson(embeddingAnswer(vector))
      return script(received, response, undefined as never)
    })
    const config = { provider: '@native', retry: { attempts: 1 } }
    const response = await sluice.post('/v1/embeddings', embed({ model: 'text-embedding-3-small' }), {
      'x-portkey-config': JSON.stringify(config),
    })
    expect([response.status, calls]).toEqual([200, 2])
    upstream.script(answerJson({ error: { message: 'too long', type: 'invalid_request_error' } }, 400))
    await expect(openai.embeddings.create({ model: embeddingModel, input: 'x' })).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
    })
  })
})

describe('limits on endpoints that are passed on', () => {
  const withKey = (secret: string) => ({ authorization: `Bearer ${secret}` })

  it('refuse with 412 what the budget cannot pay, and let through what it can, uncapped', async () => {
    upstream.script(answerJson(embeddingAnswer(vector)))
    const poor = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.000_000_5 } })
    const before = upstream.received.length
    const refused = await sluice.post('/v1/embeddings', embed(), withKey(poor.secret))
    expect(refused.status).toBe(412)
    expect(upstream.received.length).toBe(before)
    // 0.02 dollars a million tokens: enough for the input's upper bound, not for any output
    const exact = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.000_01 } })
    const paid = await sluice.post('/v1/embeddings', embed(), withKey(exact.secret))
    expect(paid.status).toBe(200)
    expect(upstream.received.at(-1)?.json()).toEqual({ model: 'text-embedding-3-small', input: 'hello there' })
  })

  it('count tokens at a token rate and refuse with 429', async () => {
    upstream.script(answerJson(embeddingAnswer(vector, 150)))
    const { secret } = await sluice.client.makeKey({ rate_limits: [{ type: 'tokens', unit: 'rph', value: 200 }] })
    const first = await sluice.post('/v1/embeddings', embed(), withKey(secret))
    expect(first.status).toBe(200)
    const log = await sluice.logOf(first)
    const held = Math.max(...(log.holds as { amount: number }[]).map(({ amount }) => amount))
    // the likely size, not the bytes
    expect(held).toBeGreaterThan(0)
    expect(held).toBeLessThan(Buffer.byteLength(JSON.stringify(embed())))
    const second = await sluice.post('/v1/embeddings', embed({ input: 'a word '.repeat(97) }), withKey(secret))
    expect(second.status).toBe(429)
  })

  it('refuse a model without a price under a cost limit', async () => {
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 1 } })
    const response = await sluice.post(
      '/v1/rerank',
      { model: '@ranker/some/reranker', query: 'q', documents: ['a'] },
      withKey(secret),
    )
    expect(response.status).toBe(412)
  })

  it('hold for every prompt and candidate of a completion', async () => {
    upstream.script(answerJson(completionAnswer('x')))
    const { secret } = await sluice.client.makeKey({ usage_limits: { type: 'tokens', credit_limit: 100_000 } })
    const response = await sluice.post(
      '/v1/completions',
      { model: completionModel, prompt: ['a', 'b', 'c'], n: 2, max_tokens: 100 },
      withKey(secret),
    )
    const log = await sluice.logOf(response)
    const held = Math.max(...(log.holds as { amount: number }[]).map(({ amount }) => amount))
    expect(held).toBeGreaterThanOrEqual(600)
  })

  it('cap the output of a completion that names no cap', async () => {
    upstream.script(answerJson(completionAnswer('x')))
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.001 } })
    const response = await sluice.post('/v1/completions', { model: completionModel, prompt: 'a' }, withKey(secret))
    expect(response.status).toBe(200)
    const cap = upstream.received.at(-1)?.json().max_tokens
    expect(cap).toBeGreaterThan(16)
    expect(cap).toBeLessThan(1_000)
  })
})

describe('POST /v1/completions', () => {
  it('answers the official client whole', async () => {
    upstream.script(answerJson(completionAnswer('to be')))
    const { data: answer, response } = await openai.completions
      .create({ model: completionModel, prompt: 'or not' })
      .withResponse()
    expect(answer.choices[0]?.text).toBe('to be')
    expect(upstream.received.at(-1)?.path).toBe('/v1/completions')
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ req_units: 3, res_units: 2, is_priced: true })
  })

  it('streams through, with usage asked for and spared to a client that did not ask', async () => {
    upstream.script(answerEvents(completionFrames))
    const { data: stream, response } = await openai.completions
      .create({ model: completionModel, prompt: 'or not', stream: true })
      .withResponse()
    const chunks = []
    for await (const chunk of stream) chunks.push(chunk)
    expect(chunks.map(({ choices }) => choices[0]?.text)).toEqual(['to be', ' seen', ''])
    expect(upstream.received.at(-1)?.json()).toMatchObject({ stream_options: { include_usage: true } })
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ req_units: 3, res_units: 2, outcome: 'completed' })
  })

  it('passes the bytes of a stream untouched when usage was asked for', async () => {
    upstream.script(answerEvents(completionFrames))
    const response = await sluice.post('/v1/completions', {
      model: completionModel,
      prompt: 'or not',
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(await response.text()).toBe(completionFrames.join(''))
  })

  it('tells a client of a stream that broke, and charges the output that was reserved, since the provider may bill it', async () => {
    upstream.script(answerThenCut(completionFrames.slice(0, 2)))
    const response = await sluice.post('/v1/completions', {
      model: completionModel,
      prompt: 'or not',
      max_tokens: 40,
      stream: true,
    })
    const text = await response.text()
    expect(text).toContain('to be')
    expect(text).toContain('"error"')
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ outcome: 'interrupted', res_units: 40, is_estimated: true })
  })
})

describe('POST /v1/moderations and /v1/rerank', () => {
  it('moderates with the usual model where the client names none, and says so', async () => {
    upstream.script(answerJson({ id: 'modr-1', model: 'omni-moderation-latest', results: [{ flagged: false }] }))
    const { response } = await openai.moderations
      .create({ input: 'words' }, { headers: { 'x-portkey-provider': '@native' } })
      .withResponse()
    expect(upstream.received.at(-1)?.json()).toEqual({ input: 'words', model: 'omni-moderation-latest' })
    expect(response.headers.get('x-portkey-warnings')).toContain('asked for omni-moderation-latest')
    const config = JSON.stringify({ provider: '@native', override_params: { model: 'text-moderation-stable' } })
    await openai.moderations.create({ input: 'words' }, { headers: { 'x-portkey-config': config } })
    expect(upstream.received.at(-1)?.json()).toEqual({ input: 'words', model: 'text-moderation-stable' })
  })

  it('answers the official client, with an estimate where the provider reports no usage', async () => {
    upstream.script(answerJson({ id: 'modr-1', model: 'omni-moderation-latest', results: [{ flagged: true }] }))
    const { data: answer, response } = await openai.moderations
      .create({ model: '@native/omni-moderation-latest', input: 'bad words' })
      .withResponse()
    expect(answer.results[0]?.flagged).toBe(true)
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ res_units: 0, cost_nanos: 0, is_priced: true })
    expect((log.warnings as { type: string }[]).map(({ type }) => type)).toContain('estimated')
  })

  it('moderates under a cost limit, as it is free', async () => {
    upstream.script(answerJson({ id: 'modr-1', model: 'omni-moderation-latest', results: [{ flagged: false }] }))
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.000_001 } })
    const response = await sluice.post(
      '/v1/moderations',
      { model: '@native/omni-moderation-latest', input: 'words' },
      { authorization: `Bearer ${secret}` },
    )
    expect(response.status).toBe(200)
  })

  it('reranks, with usage in the log', async () => {
    const answer = { results: [{ index: 1, relevance_score: 0.9 }], usage: { total_tokens: 12 } }
    upstream.script(answerJson(answer))
    const response = await sluice.post('/v1/rerank', { model: '@ranker/r', query: 'q', documents: ['a', 'b'] })
    expect(await response.json()).toEqual(answer)
    expect(upstream.received.at(-1)?.path).toBe('/v1/rerank')
    expect((await sluice.logOf(response)).metrics).toMatchObject({ req_units: 12, res_units: 0 })
  })
})

describe('POST /v1/images/generations', () => {
  const image = (more: object = {}) => ({ model: '@native/gpt-image-1', prompt: 'a boat', ...more })
  const usage = {
    input_tokens: 10,
    input_tokens_details: { text_tokens: 10, image_tokens: 0 },
    output_tokens: 272,
    total_tokens: 282,
  }

  it('answers the official client, priced by the tokens of the image', async () => {
    upstream.script(answerJson({ created: 1, data: [{ b64_json: 'aGk=' }], usage }))
    const { data: answer, response } = await openai.images
      .generate({ model: '@native/gpt-image-1', prompt: 'a boat' })
      .withResponse()
    expect(answer.data?.[0]?.b64_json).toBe('aGk=')
    expect(upstream.received.at(-1)?.path).toBe('/v1/images/generations')
    // 10 × 5 + 272 × 40 dollars a million
    expect((await sluice.logOf(response)).metrics).toMatchObject({ res_units: 272, cost_nanos: 10_930_000 })
  })

  it('holds the dearest image before the call and never caps it', async () => {
    upstream.script(answerJson({ created: 1, data: [{ b64_json: 'aGk=' }], usage }))
    const post = async (dollars: number, more: object = {}) => {
      const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: dollars } })
      return sluice.post('/v1/images/generations', image(more), { authorization: `Bearer ${secret}` })
    }
    // 6,240 tokens × 40 dollars a million = 0.25 dollars
    expect((await post(0.2)).status).toBe(412)
    expect((await post(0.2, { quality: 'low' })).status).toBe(200)
    expect((await post(0.4, { n: 2 })).status).toBe(412)
    expect((await post(0.3)).status).toBe(200)
    expect(upstream.received.at(-1)?.json()).toEqual({ model: 'gpt-image-1', prompt: 'a boat' })
    expect((await post(1, { model: '@native/nobody-s-image' })).status).toBe(412)
  })

  it('holds the price of as many pictures as are asked for, and charges it', async () => {
    upstream.script(answerJson({ created: 1, data: [{ url: 'https://a.example/1.png' }] }))
    const post = async (dollars: number, more: object = {}) => {
      const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: dollars } })
      const body = image({ model: '@native/dall-e-3', size: '1024x1024', ...more })
      return sluice.post('/v1/images/generations', body, { authorization: `Bearer ${secret}` })
    }
    const response = await post(0.05)
    expect((await sluice.logOf(response)).metrics).toMatchObject({ cost_nanos: 40_000_000, res_units: 0 })
    expect((await post(0.05, { quality: 'hd' })).status).toBe(412)
    expect((await post(0.05, { size: '1792x1024' })).status).toBe(412)
    expect((await post(0.05, { n: 2 })).status).toBe(412)
  })

  it('streams previews through, with the usage of the finished image', async () => {
    const frames = [
      'event: image_generation.partial_image\ndata: {"type":"image_generation.partial_image","b64_json":"aGk="}\n\n',
      `event: image_generation.completed\ndata: ${JSON.stringify({ type: 'image_generation.completed', b64_json: 'aG8=', usage })}\n\n`,
    ]
    upstream.script(answerEvents(frames))
    const response = await sluice.post('/v1/images/generations', image({ stream: true, partial_images: 1 }))
    expect(await response.text()).toBe(frames.join(''))
    expect((await sluice.logOf(response)).metrics).toMatchObject({ res_units: 272, outcome: 'completed' })
    upstream.script(answerEvents(frames.slice(0, 1)))
    const broken = await sluice.post('/v1/images/generations', image({ stream: true }))
    expect(await broken.text()).toContain('before its image was finished')
  })

  it('passes a whole answer on to a client that asked for a stream', async () => {
    upstream.script(answerJson({ created: 1, data: [{ url: 'https://a.example/1.png' }] }))
    const response = await sluice.post('/v1/images/generations', image({ stream: true }))
    expect(await response.json()).toMatchObject({ data: [{ url: 'https://a.example/1.png' }] })
  })
})

describe('guardrails on endpoints that are passed on', () => {
  const guarded = (guardrails: object) => ({
    'x-portkey-config': JSON.stringify({ provider: '@native', ...guardrails }),
  })
  const deny = (more: object = {}) => ({
    'default.contains': { operator: 'none', words: ['secret'] },
    deny: true,
    ...more,
  })
  const input = (more?: object) => guarded({ input_guardrails: [deny(more)] })
  const output = guarded({ output_guardrails: [deny()] })

  it.each([
    ['/v1/embeddings', { input: 'a secret' }],
    ['/v1/embeddings', { input: ['a secret', 'and more'] }],
    ['/v1/completions', { prompt: ['a secret', 'and more'] }],
    ['/v1/completions', { prompt: 'x', suffix: 'a secret' }],
    ['/v1/moderations', { input: [{ type: 'text', text: 'a secret' }] }],
  ])('read every text on %s', async (path, body) => {
    const before = upstream.received.length
    const response = await sluice.post(path, { model: 'm', ...body }, input())
    expect(response.status).toBe(446)
    expect(upstream.received.length).toBe(before)
  })

  it('read query and documents of a rerank', async () => {
    const config = JSON.stringify({ provider: '@ranker', input_guardrails: [deny()] })
    for (const body of [
      { query: 'secret', documents: ['a'] },
      { query: 'q', documents: ['a', { text: 'secret' }] },
    ])
      expect((await sluice.post('/v1/rerank', { model: 'm', ...body }, { 'x-portkey-config': config })).status).toBe(
        446,
      )
  })

  it('do not let token ids pass unread', async () => {
    const response = await sluice.post('/v1/embeddings', { model: 'm', input: [[1, 2, 3]] }, input())
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('cannot read; send it as text')
  })

  it('check what a completion says, whole and streamed, and leave vectors alone', async () => {
    upstream.script(answerJson(completionAnswer('the secret')))
    const whole = await sluice.post('/v1/completions', { model: 'm', prompt: 'x' }, output)
    expect(whole.status).toBe(446)
    upstream.script(answerEvents([frame({ choices: [choice('the secret', 'stop')] }), doneFrame]))
    const streamed = await sluice.post('/v1/completions', { model: 'm', prompt: 'x', stream: true }, output)
    expect(streamed.status).toBe(446)
    upstream.script(answerJson(embeddingAnswer(vector)))
    expect((await sluice.post('/v1/embeddings', { model: 'm', input: 'x' }, output)).status).toBe(200)
  })

  it('redact a streamed completion', async () => {
    upstream.script(answerEvents(completionFrames))
    const redact = { 'default.regexReplace': { rule: 'seen', redactText: 'hidden' } }
    const headers = guarded({ output_guardrails: [redact] })
    const body = { model: 'm', prompt: 'x', stream: true }
    const text = await (await sluice.post('/v1/completions', body, headers)).text()
    expect(text).toContain('to be hidden')
    expect(text).not.toContain('seen')
    expect(text.endsWith(doneFrame)).toBe(true)
  })

  it('deny softly only where an answer can hold words', async () => {
    const soft = (path: string, body: object) =>
      sluice.post(path, { model: 'm', ...body }, input({ soft_deny_200: true }))
    expect((await soft('/v1/embeddings', { input: 'secret' })).status).toBe(446)
    const completion = await soft('/v1/completions', { prompt: 'secret' })
    expect(completion.status).toBe(200)
    expect(await completion.json()).toMatchObject({
      object: 'text_completion',
      choices: [{ text: expect.stringContaining('refused by a guardrail') }],
    })
    const streamed = await soft('/v1/completions', { prompt: 'secret', stream: true })
    expect(await streamed.text()).toContain('data: [DONE]')
  })
})

describe('the cache on endpoints that are passed on', () => {
  const cached = { 'x-portkey-config': JSON.stringify({ provider: '@native', cache: { mode: 'simple' } }) }
  const statusOf = (response: Response) => response.headers.get('x-portkey-cache-status')
  const ask = async (path: string, body: object) => {
    const response = await sluice.post(path, body, cached)
    const text = await response.text()
    await sluice.logOf(response)
    return { status: statusOf(response), text }
  }

  it('answers a completion in either form from one entry', async () => {
    upstream.script(answerEvents(completionFrames))
    const body = { model: 'gpt-3.5-turbo-instruct', prompt: 'to be cached' }
    expect((await ask('/v1/completions', { ...body, stream: true })).status).toBe('MISS')
    const whole = await ask('/v1/completions', body)
    expect(whole.status).toBe('HIT')
    expect(JSON.parse(whole.text)).toMatchObject({ choices: [{ text: 'to be seen', finish_reason: 'length' }] })
    const streamed = await ask('/v1/completions', { ...body, stream: true })
    expect(streamed.status).toBe('HIT')
    expect(streamed.text.endsWith(doneFrame)).toBe(true)
  })

  it('keeps an image, but not its stream', async () => {
    const body = { model: 'gpt-image-1', prompt: 'a cached boat' }
    upstream.script(
      answerEvents(['data: {"type":"image_generation.completed","b64_json":"aG8=","usage":{"output_tokens":9}}\n\n']),
    )
    expect((await ask('/v1/images/generations', { ...body, stream: true })).status).not.toBe('MISS')
    upstream.script(
      answerJson({ created: 1, data: [{ b64_json: 'aGk=' }], usage: { input_tokens: 1, output_tokens: 9 } }),
    )
    expect((await ask('/v1/images/generations', body)).status).toBe('MISS')
    const again = await ask('/v1/images/generations', body)
    expect([again.status, again.text]).toEqual(['HIT', expect.stringContaining('aGk=')])
  })
})

it('chat goes on as before beside them', async () => {
  upstream.script(answerJson(chatAnswer('hi')))
  const answer = await openai.chat.completions.create({
    model: '@native/gpt-4o',
    messages: [{ role: 'user', content: 'x' }],
  })
  expect(answer.choices[0]?.message.content).toBe('hi')
})
