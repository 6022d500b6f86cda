/** Prices that an administrator uploads: on a model's launch day a budgeted key works within half a minute, without a deployment. */
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

const launched = 'gpt-99-launched-today'
/** Of the catalog, in which prices are read. */
const halfMinuteMs = 30_000
let upstream: Upstream
let sluice: Sluice

beforeAll(async () => {
  upstream = await startUpstream((received, response) => {
    const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 }
    const message = { role: 'assistant', content: 'one two three four five six seven eight' }
    const choices = [{ index: 0, message, finish_reason: 'stop' }]
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ id: 'c1', object: 'chat.completion', model: received.json().model, choices, usage }))
  })
  sluice = await startSluice()
  await sluice.connect('sim', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

/** In US cents a token. */
const priced = (model: string, input: number, output: number) => ({
  provider: 'openai',
  model,
  pricing_config: { pay_as_you_go: { request_token: { price: input }, response_token: { price: output } } },
})

/** What the request cost, in US dollars. */
async function ask(apiKey: string, model: string): Promise<number> {
  const client = new OpenAI({ apiKey, baseURL: `${sluice.origin}/v1`, maxRetries: 0 })
  const { response } = await client.chat.completions
    .create({ model: `@sim/${model}`, max_tokens: 20, messages: [{ role: 'user', content: 'hi '.repeat(100) }] })
    .withResponse()
  const { metrics } = await sluice.logOf(response)
  return Number(metrics.cost)
}

describe('uploaded prices', () => {
  it('let a budgeted key call a model on its launch day, at that price, and the version before can be restored', async () => {
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 100 } })
    await expect(ask(secret, launched)).rejects.toMatchObject({ status: 412 })

    const models = [priced(launched, 0.001, 0.01)]
    const preview = await sluice.admin('POST', '/prices/preview', { models })
    expect(preview).toMatchObject({
      changes: [{ provider: 'openai', model: launched, change: 'added', before: null, is_in_built_in_list: false }],
    })
    expect(await sluice.admin('GET', '/prices')).toMatchObject({ version: 0, models: [] })

    const uploaded = await sluice.admin('PUT', '/prices', { models, note: 'launch' })
    expect(uploaded).toMatchObject({ version: 1, note: 'launch' })
    sluice.passTime(halfMinuteMs)
    // 100 tokens at $0.00001 and 10 at $0.0001
    const first = await ask(secret, launched)

    await sluice.admin('PUT', '/prices', { models: [priced(launched, 0.002, 0.02), priced('gpt-4o', 1, 1)] })
    sluice.passTime(halfMinuteMs)
    const doubled = await ask(secret, launched)
    expect(doubled).toBeCloseTo(2 * first, 9)

    expect(await sluice.admin('POST', '/prices/versions/1/restore')).toMatchObject({
      version: 3,
      models: [{ model: launched }],
    })
    sluice.passTime(halfMinuteMs)
    expect(await ask(secret, launched)).toBeCloseTo(first, 9)
    const { data } = (await sluice.admin('GET', '/prices/versions')) as unknown as { data: object[] }
    expect(data).toMatchObject([
      { version: 3, note: 'version 1 restored', is_current: true },
      { version: 2, model_count: 2, is_current: false },
      { version: 1, note: 'launch' },
    ])
  })

  it('win over the price list, and an integration over them', async () => {
    const { secret } = await sluice.client.makeKey()
    const listed = await ask(secret, 'gpt-4o-mini')
    await sluice.admin('PUT', '/prices', { models: [priced('gpt-4o-mini', 0.001, 0.01)] })
    sluice.passTime(halfMinuteMs)
    const uploaded = await ask(secret, 'gpt-4o-mini')
    expect(uploaded).not.toBeCloseTo(listed, 9)
    await sluice.admin('PUT', '/integrations/sim/models', {
      models: [{ slug: 'gpt-4o-mini', enabled: true, pricing_config: priced('', 0.003, 0.03).pricing_config }],
    })
    sluice.passTime(halfMinuteMs)
    expect(await ask(secret, 'gpt-4o-mini')).toBeCloseTo(3 * uploaded, 9)
  })

  it('correct what a model takes, too', async () => {
    const { secret } = await sluice.client.makeKey()
    await sluice.admin('PUT', '/prices', {
      models: [{ provider: 'openai', model: launched, model_traits: { outputCap: 'max_completion_tokens' } }],
    })
    sluice.passTime(halfMinuteMs)
    await ask(secret, launched)
    expect(upstream.received.at(-1)?.json()).toMatchObject({ max_completion_tokens: 20 })
  })

  it.each([
    ['a provider that there is not', { ...priced('x', 1, 1), provider: 'opnai' }, 'models[0].provider'],
    [
      'a price that is misspelt',
      { provider: 'openai', model: 'x', pricing_config: { pay_as_you_go: { request_tokn: { price: 1 } } } },
      "did you mean 'request_token'",
    ],
    ['a row that says nothing', { provider: 'openai', model: 'x' }, 'models[0] says nothing'],
    ['a field that there is not', { ...priced('x', 1, 1), price: 3 }, "models[0] has the unknown field 'price'"],
  ])('are refused with %s, and nothing changes', async (_, row, message) => {
    const before = await sluice.admin('GET', '/prices')
    const refused = await sluice.client.try('PUT', '/prices', { models: [row] })
    expect(refused.status).toBe(400)
    expect(JSON.stringify(refused.body)).toContain(message)
    expect(await sluice.admin('GET', '/prices')).toEqual(before)
  })

  it('are the business of the organisation alone', async () => {
    const { secret } = await sluice.client.makeKey({ scopes: ['completions.write', 'workspaces.update'] })
    const answer = await fetch(`${sluice.origin}/v1/prices`, { headers: { 'x-portkey-api-key': secret } })
    expect(answer.status).toBe(403)
  })
})
