/** Google's own client against the gateway: its wire passed on to providers that speak it, with limits, records and errors like everybody's. */
import { type GenerateContentResponse, GoogleGenAI } from '@google/genai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerEvents, answerJson, answerThenCut, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream
let google: GoogleGenAI

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('gem', 'google', upstream.origin, { configurations: { custom_host: upstream.origin } })
  await sluice.connect('plain', 'openai', upstream.origin)
  google = clientOf(sluice.apiKey)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

function clientOf(apiKey: string, headers: Record<string, string> = {}): GoogleGenAI {
  return new GoogleGenAI({ apiKey, httpOptions: { baseUrl: sluice.origin, headers } })
}

const last = () => upstream.received.at(-1)
const model = 'gemini-2.5-flash'
const usageMetadata = { promptTokenCount: 100, candidatesTokenCount: 20, totalTokenCount: 120 }

function chunk(text: string, more: object = {}, candidate: object = {}) {
  const content = { role: 'model', parts: [{ text }] }
  return { candidates: [{ content, index: 0, ...candidate }], modelVersion: model, responseId: 'r1', ...more }
}

const whole = chunk('Hello there', { usageMetadata }, { finishReason: 'STOP' })
const frames = [chunk('Hello'), chunk(' there', { usageMetadata }, { finishReason: 'STOP' })].map(
  (each) => `data: ${JSON.stringify(each)}\r\n\r\n`,
)

/** The record of what the SDK was answered. */
function logOf(answer: { readonly sdkHttpResponse?: { readonly headers?: Record<string, string> } } | undefined) {
  return sluice.logOf({ headers: new Headers(answer?.sdkHttpResponse?.headers) })
}

function post(path: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(`${sluice.origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
}

const withKey = () => ({ 'x-goog-api-key': sluice.apiKey })
const ask = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }

describe('generateContent', () => {
  it('is passed on with the provider’s key, the model in the address alone, and is metered', async () => {
    upstream.script(answerJson(whole))
    const answer = await google.models.generateContent({
      model,
      contents: 'hi',
      config: { temperature: 0.5, systemInstruction: 'be brief' },
    })
    expect(answer.text).toBe('Hello there')
    expect(last()).toMatchObject({ method: 'POST', path: `/v1beta/models/${model}:generateContent` })
    expect(last()?.headers['x-goog-api-key']).toBe('secret-of-gem')
    expect(last()?.json()).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
      generationConfig: { temperature: 0.5 },
      systemInstruction: { role: 'user', parts: [{ text: 'be brief' }] },
    })
    expect(JSON.stringify(upstream.received)).not.toContain(sluice.apiKey)
  })

  it.each([
    ['a slug, percent-encoded', '/v1beta/models/%40gem%2Fgemini-2.5-flash:generateContent'],
    ['a slug as it is', '/v1beta/models/@gem/gemini-2.5-flash:generateContent'],
    ['a type of provider', '/v1beta/models/google/gemini-2.5-flash:generateContent'],
    ['the version without beta', '/v1/models/gemini-2.5-flash:generateContent'],
  ])('takes %s in the address', async (_, path) => {
    const bytes = JSON.stringify(whole, undefined, 1)
    upstream.script(answerJson(bytes))
    const response = await post(path, '{ "contents":[{"parts":[{"text":"hi"}]}],  "x":1.0 }', withKey())
    expect(await response.text()).toBe(bytes)
    expect(last()?.path).toBe(`/v1beta/models/${model}:generateContent`)
    expect(last()?.body).toBe('{ "contents":[{"parts":[{"text":"hi"}]}],  "x":1.0 }')
    const { metrics } = await sluice.logOf(response)
    expect(metrics).toMatchObject({
      operation: 'generateContent',
      client_wire: 'google-gemini',
      req_units: 100,
      res_units: 20,
      cost_nanos: 80_000,
      virtual_key: 'gem',
    })
  })

  it('takes the key in the query, which no record and no provider sees', async () => {
    upstream.script(answerJson(whole))
    const response = await post(`/v1beta/models/${model}:generateContent?key=${sluice.apiKey}&x=1`, ask)
    expect(response.status).toBe(200)
    expect(last()?.path).not.toContain(sluice.apiKey)
    const log = await sluice.logOf(response)
    expect(JSON.stringify(log)).not.toContain(sluice.apiKey)
  })

  it('goes to Vertex AI by its own address', async () => {
    await sluice.connect('vertex', 'vertex-ai', upstream.origin, {
      configurations: { custom_host: upstream.origin, vertex_project_id: 'proj', vertex_region: 'europe-west4' },
    })
    upstream.script(answerEvents(frames))
    const path = '/v1beta/models/@vertex/gemini-2.5-flash:streamGenerateContent?alt=sse'
    const response = await post(path, ask, withKey())
    expect(await response.text()).toBe(frames.join(''))
    expect(last()?.path).toBe(
      '/v1/projects/proj/locations/europe-west4/publishers/google/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    )
    expect(last()?.json()).toEqual(ask)
  })

  it('needs a key, and says so in Google’s words', async () => {
    const response = await post(`/v1beta/models/${model}:generateContent?key=wrong`, ask)
    expect(response.status).toBe(401)
    expect(await response.json()).toMatchObject({ error: { code: 401, status: 'UNAUTHENTICATED' } })
  })

  it.each([
    ['no contents', '{}', /contents/],
    ['no JSON', '{', /JSON/],
    ['both spellings', { ...ask, generationConfig: {}, generation_config: {} }, /generation_config/],
  ])('refuses %s', async (_, body, message) => {
    const response = await post(`/v1beta/models/${model}:generateContent`, body, withKey())
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: { message: string; status: string } }
    expect(error).toMatchObject({ code: 400, status: 'INVALID_ARGUMENT' })
    expect(error.message).toMatch(message)
  })

  it('tells a provider’s error in its own words', async () => {
    const error = { error: { code: 429, message: 'slow down', status: 'RESOURCE_EXHAUSTED' } }
    upstream.script(answerJson(error, 429))
    await expect(google.models.generateContent({ model, contents: 'hi' })).rejects.toThrow(/slow down/)
  })

  it('names who speaks this wire when another is asked', async () => {
    const response = await post('/v1beta/models/@plain/gpt-5:generateContent', ask, withKey())
    expect(response.status).toBe(400)
    const { error } = (await response.json()) as { error: { message: string } }
    expect(error.message).toMatch(/no Gemini generateContent endpoint; providers that have one: google, vertex-ai/)
  })
})

describe('streamGenerateContent', () => {
  it('streams to the official client and is metered', async () => {
    upstream.script(answerEvents(frames))
    const texts: (string | undefined)[] = []
    const stream = await google.models.generateContentStream({ model, contents: 'hi' })
    let end: GenerateContentResponse | undefined
    for await (const each of stream) {
      texts.push(each.text)
      end = each
    }
    expect(texts).toEqual(['Hello', ' there'])
    expect(last()?.path).toBe(`/v1beta/models/${model}:streamGenerateContent?alt=sse`)
    const { metrics } = await logOf(end)
    expect(metrics).toMatchObject({ outcome: 'completed', stream_mode: 1, req_units: 100, cost_nanos: 80_000 })
  })

  it('brings the provider’s bytes', async () => {
    upstream.script(answerEvents(frames))
    const response = await post(`/v1beta/models/${model}:streamGenerateContent?alt=sse`, ask, withKey())
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await response.text()).toBe(frames.join(''))
  })

  it('ends with an error where the provider’s stream broke off', async () => {
    upstream.script(answerThenCut(frames.slice(0, 1)))
    const read = async () => {
      for await (const _ of await google.models.generateContentStream({ model, contents: 'hi' }));
    }
    await expect(read()).rejects.toThrow(/UNAVAILABLE|closed|got status/)
  })

  it('asks for the event stream where a list was wanted', async () => {
    const response = await post(`/v1beta/models/${model}:streamGenerateContent`, ask, withKey())
    expect(response.status).toBe(400)
    expect(((await response.json()) as { error: { message: string } }).error.message).toContain('alt=sse')
  })
})

describe('limits', () => {
  it('cap the output where Google’s wire says it, in either spelling', async () => {
    upstream.script(answerJson(whole))
    for (const [key, inner] of [
      ['generationConfig', 'maxOutputTokens'],
      ['generation_config', 'max_output_tokens'],
    ] as const) {
      const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.01, type: 'cost' } })
      const body = { ...ask, [key]: { [inner]: 60_000, temperature: 1 } }
      const response = await post(`/v1beta/models/${model}:generateContent`, body, { 'x-goog-api-key': secret })
      expect(response.status).toBe(200)
      const sent = last()?.json() as { generationConfig: { maxOutputTokens: number; temperature: number } }
      expect(Object.keys(sent).sort()).toEqual(['contents', 'generationConfig'])
      expect(Object.keys(sent.generationConfig).sort()).toEqual(['maxOutputTokens', 'temperature'])
      expect(sent.generationConfig.maxOutputTokens).toBeLessThan(5_000)
    }
  })

  it('refuse in Google’s words', async () => {
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.00000001, type: 'cost' } })
    const asking = clientOf(secret).models.generateContent({ model, contents: 'hi' })
    await expect(asking).rejects.toMatchObject({ status: 412 })
  })
})

describe('guardrails and the cache', () => {
  const deny = (hook: string, words: string[]) => ({
    'x-portkey-config': JSON.stringify({
      [hook]: [{ 'default.contains': { words, operator: 'none' }, deny: true }],
    }),
  })

  it('look at the texts of this wire', async () => {
    upstream.script(answerJson(whole))
    const path = `/v1beta/models/${model}:generateContent`
    expect((await post(path, ask, { ...withKey(), ...deny('input_guardrails', ['hi']) })).status).toBe(446)
    expect((await post(path, ask, { ...withKey(), ...deny('output_guardrails', ['there']) })).status).toBe(446)
    expect((await post(path, ask, { ...withKey(), ...deny('output_guardrails', ['never']) })).status).toBe(200)
    upstream.script(answerEvents(frames))
    const stream = `/v1beta/models/${model}:streamGenerateContent?alt=sse`
    expect((await post(stream, ask, { ...withKey(), ...deny('output_guardrails', ['there']) })).status).toBe(446)
  })

  it('answer again, as a stream as well as whole', async () => {
    upstream.script(answerJson(whole))
    const client = clientOf(sluice.apiKey, { 'x-portkey-config': JSON.stringify({ cache: { mode: 'simple' } }) })
    await logOf(await client.models.generateContent({ model, contents: 'to be kept' }))
    const before = upstream.received.length
    let text = ''
    for await (const each of await client.models.generateContentStream({ model, contents: 'to be kept' }))
      text += each.text ?? ''
    expect(text).toBe('Hello there')
    expect(upstream.received.length).toBe(before)
  })
})

describe('the rest of Google’s API', () => {
  it('counts tokens for nothing', async () => {
    upstream.script(answerJson({ totalTokens: 31 }))
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.00000001, type: 'cost' } })
    expect((await clientOf(secret).models.countTokens({ model: `@gem/${model}`, contents: 'hi' })).totalTokens).toBe(31)
    expect(last()?.path).toBe(`/v1beta/models/${model}:countTokens`)
    expect(last()?.headers['x-goog-api-key']).toBe('secret-of-gem')
  })

  it('embeds, by a path that is passed on', async () => {
    upstream.script(answerJson({ embeddings: [{ values: [0.5, 1] }] }))
    const answer = await google.models.embedContent({ model: 'gemini-embedding-001', contents: 'hi' })
    expect(answer.embeddings?.[0]?.values).toEqual([0.5, 1])
    expect(last()?.path).toMatch(/^\/v1beta\/models\/gemini-embedding-001:(?:batchEmbedContents|embedContent)$/)
  })

  it('lists the models of the only provider of its kind', async () => {
    upstream.script(answerJson({ models: [{ name: `models/${model}` }] }))
    const page = await google.models.list()
    expect(page.page[0]?.name).toBe(`models/${model}`)
    expect(last()?.path).toMatch(/^\/v1beta\/models(?:\?|$)/)
  })
})
