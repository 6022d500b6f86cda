/** Names of a workspace and of an API key for models: `fast` for `@groq/…`. */
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, chatAnswer, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

const messages = [{ role: 'user' as const, content: 'hi' }]

beforeAll(async () => {
  upstream = await startUpstream(answerJson(chatAnswer('hello')))
  sluice = await startSluice()
  await sluice.connect('oai', 'openai', upstream.origin)
  await sluice.connect('quick', 'groq', upstream.origin)
  const { data } = await sluice.admin('GET', '/admin/workspaces')
  const workspace = (data as unknown as { id: string }[])[0]
  await sluice.admin('PUT', `/admin/workspaces/${workspace?.id}`, {
    defaults: {
      model_aliases: {
        fast: '@quick/llama-3.3-70b-versatile',
        'gpt-4o': '@oai/gpt-5-mini',
        gone: '@absent/some-model',
      },
    },
  })
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const sent = () => upstream.received.at(-1)
const clientOf = (apiKey: string) => new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey, maxRetries: 0 })

describe('a model alias', () => {
  it('of the workspace is asked as the model it stands for, and the record tells both', async () => {
    const { response } = await clientOf(sluice.apiKey)
      .chat.completions.create({ model: 'fast', messages })
      .withResponse()
    expect(sent()?.json()).toMatchObject({ model: 'llama-3.3-70b-versatile' })
    expect(sent()?.headers.authorization).toBe('Bearer secret-of-quick')
    expect(await sluice.logOf(response)).toMatchObject({
      metrics: { virtual_key: 'quick', is_priced: true, model_asked: 'fast' },
    })
  })

  it('may stand in for a name that clients cannot change', async () => {
    await clientOf(sluice.apiKey).chat.completions.create({ model: 'gpt-4o', messages })
    expect(sent()?.json()).toMatchObject({ model: 'gpt-5-mini' })
  })

  it('of an API key wins over the workspace', async () => {
    const { secret } = await sluice.client.makeKey({ defaults: { model_aliases: { fast: '@oai/gpt-4.1-mini' } } })
    await clientOf(secret).chat.completions.create({ model: 'fast', messages })
    expect(sent()?.json()).toMatchObject({ model: 'gpt-4.1-mini' })
    const response = await sluice.post(
      '/v1/responses/input_tokens',
      { model: 'fast', input: 'hi' },
      {
        'x-portkey-api-key': secret,
      },
    )
    expect([response.status, sent()?.json()]).toEqual([200, { model: 'gpt-4.1-mini', input: 'hi' }])
  })

  it('is listed where it can be called', async () => {
    const client = clientOf(sluice.apiKey)
    const ids = (await client.models.list()).data.map(({ id }) => id)
    expect(ids).toEqual(expect.arrayContaining(['fast', 'gpt-4o']))
    expect(ids).not.toContain('gone')
    expect(await client.models.retrieve('fast')).toMatchObject({ id: 'fast', owned_by: 'groq' })
  })

  it('of a provider that is not there is refused by the name of that provider', async () => {
    const response = await sluice.post('/v1/chat/completions', { model: 'gone', messages })
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('absent')])
  })

  it('obeys what the model behind it is allowed', async () => {
    await sluice.connect('narrow', 'openai', upstream.origin)
    await sluice.admin('PUT', '/integrations/narrow/models', { allow_all_models: false, models: [] })
    const { secret } = await sluice.client.makeKey({ defaults: { model_aliases: { narrow: '@narrow/gpt-4o' } } })
    const response = await sluice.post(
      '/v1/chat/completions',
      { model: 'narrow', messages },
      {
        'x-portkey-api-key': secret,
      },
    )
    expect(response.status).toBe(412)
  })

  it.each([
    [{ 'a/b': '@oai/gpt-4o' }],
    [{ '@a': '@oai/gpt-4o' }],
    [{ fast: 'gpt-4o' }],
    [{ fast: '@oai' }],
    [{ fast: 7 }],
    ['fast'],
  ])('that could not be followed is refused when it is saved: %j', async (model_aliases) => {
    const { status, body } = await sluice.client.try('POST', '/api-keys/workspace/service', {
      name: 'x',
      scopes: ['completions.write'],
      defaults: { model_aliases },
    })
    expect([status, JSON.stringify(body)]).toEqual([400, expect.stringContaining('model_aliases')])
  })
})
