/** Endpoints that providers have in shapes of their own, as the official client sees them: embeddings, rerank, images. */
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerEvents, answerJson, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream
let openai: OpenAI

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice()
  for (const type of [
    'bedrock',
    'cohere',
    'google',
    'stability-ai',
    'segmind',
    'replicate',
    'qdrant',
    'jina',
    'deepseek',
  ])
    await sluice.connect(type, type, upstream.origin, { configurations: { custom_host: upstream.origin } })
  await sluice.connect('sagemaker', 'sagemaker', upstream.origin, {
    configurations: {
      custom_host: upstream.origin,
      aws_auth_type: 'accessKey',
      aws_access_key_id: 'AKIDEXAMPLE',
      aws_secret_access_key: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
      aws_region: 'us-west-2',
      amzn_sagemaker_target_variant: 'blue',
    },
  })
  openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const vector = [0.5, -0.25, 2]

describe('embeddings in a shape of their own', () => {
  it('reach the official client as the floats that its default, base64, stands for', async () => {
    upstream.script(answerJson({ embedding: vector, inputTextTokenCount: 7 }))
    const { data, response } = await openai.embeddings
      .create({ model: '@bedrock/amazon.titan-embed-text-v2:0', input: 'hello there', dimensions: 256 })
      .withResponse()
    expect(data.data[0]?.embedding).toEqual(vector)
    expect(data.usage).toEqual({ prompt_tokens: 7, total_tokens: 7 })
    const sent = upstream.received.at(-1)
    expect(sent?.path).toBe('/model/amazon.titan-embed-text-v2%3A0/invoke')
    expect(sent?.json()).toEqual({ inputText: 'hello there', dimensions: 256 })
    expect((await sluice.logOf(response)).metrics).toMatchObject({ req_units: 7, res_units: 0 })
  })

  it('are refused before the call where the shape cannot say what was asked', async () => {
    const before = upstream.received.length
    const response = await sluice.post('/v1/embeddings', {
      model: '@bedrock/amazon.titan-embed-text-v2:0',
      input: ['a', 'b'],
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: {
        code: 'unsupported_parameter',
        message: expect.stringContaining('send them one by one'),
        param: 'input',
      },
    })
    expect(upstream.received.length).toBe(before)
  })

  it('say in a header what the provider was told beside', async () => {
    upstream.script(
      answerJson({ id: 'e', embeddings: { float: [vector] }, meta: { billed_units: { input_tokens: 2 } } }),
    )
    const response = await sluice.post('/v1/embeddings', { model: '@cohere/embed-v4.0', input: 'a' })
    expect(response.headers.get('x-portkey-warnings')).toContain('input_type')
    expect(await response.json()).toMatchObject({ object: 'list', data: [{ embedding: vector }], model: 'embed-v4.0' })
  })

  it("show the provider's own error", async () => {
    upstream.script(answerJson({ detail: 'Input length is too long' }, 422))
    const response = await sluice.post('/v1/embeddings', { model: '@jina/jina-embeddings-v4', input: 'a' })
    expect(response.status).toBe(422)
    expect(await response.json()).toMatchObject({ error: { message: 'Input length is too long' } })
  })
})

describe('rerank in a shape of its own', () => {
  it('answers one list, the documents given back when asked for', async () => {
    upstream.script(
      answerJson({
        id: 'r',
        results: [{ index: 1, relevance_score: 0.9 }],
        meta: { billed_units: { search_units: 1 } },
      }),
    )
    const response = await sluice.post('/v1/rerank', {
      model: '@cohere/rerank-v3.5',
      query: 'q',
      documents: ['a', { text: 'b' }],
      return_documents: true,
    })
    expect(await response.json()).toMatchObject({
      object: 'list',
      results: [{ index: 1, relevance_score: 0.9, document: { text: 'b' } }],
      usage: { search_units: 1 },
    })
    expect(upstream.received.at(-1)?.path).toBe('/v2/rerank')
    expect((await sluice.logOf(response)).metrics).toMatchObject({ is_priced: true, cost_nanos: 2_000_000 })
  })
})

describe('images in a shape of their own', () => {
  const picture = Buffer.from('picture').toString('base64')

  it('come from a Gemini model with its tokens', async () => {
    upstream.script(
      answerJson({
        candidates: [{ content: { parts: [{ inlineData: { mimeType: 'image/png', data: picture } }] } }],
        usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1290 },
      }),
    )
    const { data, response } = await openai.images
      .generate({ model: '@google/gemini-2.5-flash-image', prompt: 'p', size: '1024x1024', response_format: 'url' })
      .withResponse()
    expect(data.data?.[0]?.b64_json).toBe(picture)
    expect(response.headers.get('x-portkey-warnings')).toContain('response_format')
    expect(upstream.received.at(-1)?.path).toBe('/v1beta/models/gemini-2.5-flash-image:generateContent')
    expect((await sluice.logOf(response)).metrics).toMatchObject({ req_units: 5, res_units: 1290 })
  })

  it('are asked for with a form where the provider takes one', async () => {
    upstream.script(answerJson({ image: picture, finish_reason: 'SUCCESS', seed: 1 }))
    const { data, response } = await openai.images
      .generate({ model: '@stability-ai/stable-image-core', prompt: 'p' })
      .withResponse()
    expect(data.data?.[0]?.b64_json).toBe(picture)
    expect((await sluice.logOf(response)).metrics).toMatchObject({ is_priced: true, cost_nanos: 30_000_000 })
    const sent = upstream.received.at(-1)
    expect(sent?.path).toBe('/v2beta/stable-image/generate/core')
    expect(sent?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(sent?.body).toContain('name="prompt"\r\n\r\np\r\n')
  })

  it("are read from a provider's bytes", async () => {
    upstream.script((_, response) => void response.writeHead(200, { 'content-type': 'image/jpeg' }).end('picture'))
    const answer = await openai.images.generate({ model: '@segmind/segmind-vega', prompt: 'p' })
    expect(answer.data?.[0]?.b64_json).toBe(picture)
    expect(upstream.received.at(-1)?.headers['x-api-key']).toBe('secret-of-segmind')
  })
})

describe('a provider without any wire', () => {
  it('has its own paths', async () => {
    upstream.script(answerJson({ result: [] }))
    const response = await fetch(`${sluice.origin}/v1/proxy/collections`, {
      headers: { authorization: `Bearer ${sluice.apiKey}`, 'x-portkey-provider': '@qdrant' },
    })
    expect(await response.json()).toEqual({ result: [] })
    expect(upstream.received.at(-1)).toMatchObject({ path: '/collections', headers: { 'api-key': 'secret-of-qdrant' } })
  })

  it('says that it has no chat', async () => {
    const response = await sluice.post('/v1/chat/completions', {
      model: '@replicate/m',
      messages: [{ role: 'user', content: 'a' }],
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { message: expect.stringContaining('has no chat endpoint') } })
  })
})

describe('messages that a provider is known to refuse', () => {
  const answer = { id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [] }

  it('reach it as it takes them, and this is said', async () => {
    upstream.script(answerJson({ ...answer, choices: [{ index: 0, message: { role: 'assistant', content: 'ok' } }] }))
    const response = await sluice.post('/v1/chat/completions', {
      model: '@deepseek/deepseek-chat',
      messages: [
        { role: 'developer', content: 'be brief' },
        { role: 'user', content: 'hi' },
      ],
    })
    expect(response.status).toBe(200)
    expect(upstream.received.at(-1)?.json().messages).toEqual([
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'hi' },
    ])
    expect(response.headers.get('x-portkey-warnings')).toContain('messages')
  })
})

describe('a picture in the answer of a chat', () => {
  const picture = { inlineData: { mimeType: 'image/png', data: 'aGk=' } }
  const answer = (parts: object[], more: object = {}) => ({
    candidates: [{ content: { role: 'model', parts }, ...more }],
  })
  const question = { model: '@google/gemini-2.5-flash-image', messages: [{ role: 'user' as const, content: 'draw' }] }
  const images = [{ type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=' }, index: 0 }]

  it('stands beside the text, whole', async () => {
    upstream.script(answerJson(answer([{ text: 'Here:' }, picture], { finishReason: 'STOP' })))
    const { choices } = await openai.chat.completions.create(question)
    expect(choices[0]?.message).toMatchObject({ content: 'Here:', images })
  })

  it('stands beside the text, streamed', async () => {
    const frames = [answer([{ text: 'Here:' }]), answer([picture], { finishReason: 'STOP' })]
    upstream.script(answerEvents(frames.map((frame) => `data: ${JSON.stringify(frame)}\n\n`)))
    const deltas: unknown[] = []
    for await (const chunk of await openai.chat.completions.create({ ...question, stream: true }))
      deltas.push(chunk.choices[0]?.delta)
    expect(deltas).toContainEqual({ images })
  })

  it('is an image generation for clients of the Responses API', async () => {
    upstream.script(answerJson(answer([picture], { finishReason: 'STOP' })))
    const { output } = await openai.responses.create({ model: question.model, input: 'draw' })
    expect(output).toEqual([
      expect.objectContaining({ type: 'image_generation_call', status: 'completed', result: 'aGk=' }),
    ])
  })

  it('is told as dropped to clients that have no place for it', async () => {
    upstream.script(answerJson(answer([{ text: 'Here:' }, picture], { finishReason: 'STOP' })))
    const response = await sluice.post('/v1/messages', { ...question, max_tokens: 100 })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-portkey-warnings')).toContain('content')
  })
})

describe('speech in a shape of its own', () => {
  it("is the model's samples behind the head of a WAV file, at the price of its tokens", async () => {
    const inlineData = { mimeType: 'audio/L16;codec=pcm;rate=24000', data: 'AAABAA==' }
    upstream.script(
      answerJson({
        candidates: [{ content: { parts: [{ inlineData }] } }],
        usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 50 },
      }),
    )
    const response = await openai.audio.speech.create({
      model: '@google/gemini-2.5-flash-preview-tts',
      input: 'Hi',
      voice: 'Kore',
    })
    const bytes = Buffer.from(await response.arrayBuffer())
    expect(bytes.subarray(0, 4).toString()).toBe('RIFF')
    expect(bytes.subarray(44).toString('base64')).toBe('AAABAA==')
    expect(response.headers.get('content-type')).toBe('audio/wav')
    expect(response.headers.get('x-portkey-warnings')).toContain('response_format')
    expect((await sluice.logOf(response)).metrics).toMatchObject({ req_units: 5, res_units: 50 })
  })
})

describe('settings of a provider that only its own paths need', () => {
  it('go out as headers, and are signed', async () => {
    upstream.script(answerJson({ ok: true }))
    const response = await fetch(`${sluice.origin}/v1/endpoints/mine/invocations`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${sluice.apiKey}`,
        'content-type': 'application/json',
        'x-portkey-provider': '@sagemaker',
      },
      body: '{"inputs":"a"}',
    })
    expect(await response.json()).toEqual({ ok: true })
    const sent = upstream.received.at(-1)
    expect(sent?.path).toBe('/endpoints/mine/invocations')
    expect(sent?.headers['x-amzn-sagemaker-target-variant']).toBe('blue')
    expect(sent?.headers.authorization).toMatch(/\/us-west-2\/sagemaker\/aws4_request, SignedHeaders=.*target-variant/)
  })
})
