/** Requests that OpenAI's own API document allows, though they leave out what most requests have. */
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream(answerJson({}))
  sluice = await startSluice()
  await sluice.connect('oai', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const atOpenAi = { 'x-portkey-provider': '@oai' }
const client = () =>
  new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0, defaultHeaders: atOpenAi })
const sent = () => upstream.received.at(-1)
const answerImages = () => upstream.script(answerJson({ created: 1, data: [{ url: 'https://pictures.example/1' }] }))
const answerResponse = () =>
  upstream.script(
    answerJson({
      id: 'resp_1',
      object: 'response',
      created_at: 1,
      status: 'completed',
      model: 'gpt-5',
      output: [],
      usage: { input_tokens: 1, output_tokens: 1, total_tokens: 2 },
    }),
  )

describe("what OpenAI's document allows", () => {
  it.each([
    { prompt: 'hi', max_tokens: 0, echo: true, logprobs: 1 },
    { prompt: null },
    { prompt: 'hi', max_tokens: null, n: null, best_of: null, stream: null, stream_options: null },
  ])('passes a completion on as it came: %j', async (more) => {
    const choices = [{ index: 0, text: 'hi', finish_reason: 'length', logprobs: null }]
    upstream.script(answerJson({ id: 'cmpl-1', object: 'text_completion', created: 1, model: 'm', choices }))
    const body = { model: 'gpt-3.5-turbo-instruct', ...more }
    const response = await sluice.post('/v1/completions', body, atOpenAi)
    expect([response.status, sent()?.json()]).toEqual([200, body])
  })

  it.each([{}, { model: null }])('means the usual model of images where none is named: %j', async (more) => {
    answerImages()
    const response = await sluice.post('/v1/images/generations', { prompt: 'a cat', ...more }, atOpenAi)
    expect([response.status, sent()?.json()]).toEqual([200, { prompt: 'a cat', model: 'dall-e-2' }])
    expect(response.headers.get('x-portkey-warnings')).toContain('none was named; asked for dall-e-2')
  })

  it('means the usual model of edits and variations in a form, too', async () => {
    answerImages()
    const image = await toFile(Buffer.alloc(9), 'cat.png', { type: 'image/png' })
    await client().images.edit({ image, prompt: 'with a hat' })
    expect(sent()?.body).toMatch(/name="model"\r\n\r\ngpt-image-1\.5\r\n/)
    await client().images.createVariation({ image })
    expect(sent()?.body).toMatch(/name="model"\r\n\r\ndall-e-2\r\n/)
  })
})

describe('a stored prompt without a model', () => {
  const prompt = { id: 'pmpt_1', variables: { city: 'Oslo' } }

  it.each([[atOpenAi], [{}]])('reaches the provider without one: %j', async (headers) => {
    answerResponse()
    const response = await sluice.post('/v1/responses', { prompt }, headers as Record<string, string>)
    expect([response.status, sent()?.json()]).toEqual([200, { prompt }])
    expect(await sluice.logOf(response)).toMatchObject({ metrics: { virtual_key: 'oai' } })
  })

  it('is refused where limits go by the model', async () => {
    const policy = {
      name: 'by model',
      conditions: [{ key: 'workspace_id', value: '*' }],
      group_by: [{ key: 'model' }],
      type: 'tokens',
      credit_limit: 1_000_000,
    }
    const other = await startSluice()
    try {
      await other.connect('oai', 'openai', upstream.origin)
      const { data } = await other.admin('GET', '/admin/workspaces')
      const workspace_id = (data as unknown as { id: string }[])[0]?.id
      await other.admin('POST', '/policies/usage-limits', { ...policy, workspace_id })
      const response = await other.post('/v1/responses', { prompt }, atOpenAi)
      expect([response.status, await response.text()]).toEqual([
        400,
        expect.stringContaining('a limit policy of this workspace goes by the model'),
      ])
    } finally {
      await other.stop()
    }
  })

  it('is refused by a cost limit, since its price is not known', async () => {
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 5 } })
    const response = await sluice.post('/v1/responses', { prompt }, { ...atOpenAi, 'x-portkey-api-key': secret })
    expect([response.status, await response.text()]).toEqual([412, expect.stringContaining('has no known price')])
  })

  it('is refused where a provider allows only some models', async () => {
    await sluice.connect('narrow', 'openai', upstream.origin)
    await sluice.admin('PUT', '/integrations/narrow/models', { allow_all_models: false, models: [] })
    const response = await sluice.post('/v1/responses', { prompt }, { 'x-portkey-provider': '@narrow' })
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('allows only some models')])
  })

  it('is refused where a provider keeps no prompts', async () => {
    await sluice.connect('claude', 'anthropic', upstream.origin)
    const response = await sluice.post('/v1/responses', { prompt }, { 'x-portkey-provider': '@claude' })
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('prompt is not supported')])
  })
})
