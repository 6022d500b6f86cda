/** Choice by what is left of a budget: conditions on the used share, and fallbacks past a target that is too dear, through OpenAI's client. */
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

const answerTokens = 900
let upstream: Upstream
let sluice: Sluice

beforeAll(async () => {
  upstream = await startUpstream((received, response) => {
    const { model, max_tokens: cap = answerTokens } = received.json() as { model: string; max_tokens?: number }
    const completion = Math.min(cap, answerTokens)
    const usage = { prompt_tokens: 5, completion_tokens: completion, total_tokens: 5 + completion }
    const message = { role: 'assistant', content: 'word '.repeat(completion) }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        id: 'c1',
        object: 'chat.completion',
        model,
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage,
      }),
    )
  })
  sluice = await startSluice()
  await sluice.connect('sim', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const target = (model: string) => ({ name: model, provider: '@sim', override_params: { model } })
const pastShare = (share: number) => ({
  strategy: {
    mode: 'conditional',
    // biome-ignore lint/suspicious/noThenProperty: what a condition is written with
    conditions: [{ query: { 'limit.used_share': { $gte: share } }, then: 'gpt-4o-mini' }],
    default: 'gpt-4o',
  },
  targets: [target('gpt-4o'), target('gpt-4o-mini')],
})
const nearTheEnd = pastShare(0.8)

async function ask(apiKey: string, config: object, more: { metadata?: object; maxTokens?: number } = {}) {
  const client = new OpenAI({
    apiKey,
    baseURL: `${sluice.origin}/v1`,
    maxRetries: 0,
    defaultHeaders: {
      'x-portkey-config': JSON.stringify(config),
      ...(more.metadata === undefined ? {} : { 'x-portkey-metadata': JSON.stringify(more.metadata) }),
    },
  })
  const { data, response } = await client.chat.completions
    .create({ model: 'gpt-4o', max_tokens: more.maxTokens ?? 950, messages: [{ role: 'user', content: 'hi' }] })
    .withResponse()
  return { model: data.model, response, warnings: decodeURIComponent(response.headers.get('x-portkey-warnings') ?? '') }
}

describe('limit.used_share in a condition', () => {
  it('leads to a cheaper model near the end of the budget of the key', async () => {
    // one answer of gpt-4o costs $0.009
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.01 } })
    expect(await ask(secret, nearTheEnd)).toMatchObject({ model: 'gpt-4o' })
    expect(await ask(secret, nearTheEnd)).toMatchObject({ model: 'gpt-4o-mini' })
  })

  it('is 0 for a key without usage limits, whatever it has used', async () => {
    const { secret } = await sluice.client.makeKey()
    for (let request = 0; request < 2; request++)
      expect(await ask(secret, nearTheEnd)).toMatchObject({ model: 'gpt-4o' })
  })

  it('is that of the own group of a policy, and of the fullest limit', async () => {
    await sluice.admin('POST', '/policies/usage-limits', {
      name: 'tokens of each user',
      type: 'tokens',
      credit_limit: 1_300,
      conditions: [{ key: 'metadata.team', value: 'budget-aware' }],
      group_by: [{ key: 'metadata._user' }],
    })
    sluice.passTime(31_000)
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 100 } })
    const by = (user: string) => ({ metadata: { _user: user, team: 'budget-aware' } })
    expect(await ask(secret, pastShare(0.5), by('ann'))).toMatchObject({ model: 'gpt-4o' })
    expect(await ask(secret, pastShare(0.5), { ...by('ann'), maxTokens: 20 })).toMatchObject({ model: 'gpt-4o-mini' })
    expect(await ask(secret, pastShare(0.5), by('ben'))).toMatchObject({ model: 'gpt-4o' })
  })

  it('compared with a percentage is refused when the config is saved', async () => {
    const config = pastShare(80)
    const saved = await sluice.client.try('POST', '/configs', { name: 'percent', config })
    expect(saved.status).toBe(400)
    expect(JSON.stringify(saved.body)).toContain('a number from 0 to 1')
  })
})

describe('a fallback after the refusal of a usage limit', () => {
  const config = {
    strategy: { mode: 'fallback' },
    targets: [target('gpt-4o'), target('gpt-4-turbo'), target('gpt-4o-mini')],
  }

  it('calls only the target whose price fits what is left, and the answer and the record say so', async () => {
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.0001 } })
    const sentBefore = upstream.received.length
    const { model, warnings, response } = await ask(secret, config, { maxTokens: 20 })
    expect(model).toBe('gpt-4o-mini')
    expect(upstream.received.slice(sentBefore).map((each) => each.json().model)).toEqual(['gpt-4o-mini'])
    expect(warnings).toMatch(/@sim\/gpt-4-turbo was not called: cost limit of api key .* has too little left/)
    expect(warnings).toContain('@sim/gpt-4o-mini fits what is left')
    expect(JSON.stringify(await sluice.logOf(response))).toContain('@sim/gpt-4o-mini fits what is left')
  })

  it('refuses where no target fits', async () => {
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.000001 } })
    const sentBefore = upstream.received.length
    await expect(ask(secret, config)).rejects.toMatchObject({ status: 412 })
    expect(upstream.received.length).toBe(sentBefore)
  })
})
