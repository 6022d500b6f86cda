/** What clients see when a limit refuses: money that is gone, rates, room that others hold, unpriced models, shortened answers. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BillingUpstream, billedModel, startBillingUpstream } from '../support/billing-upstream.ts'
import { settledLedger, until } from '../support/ledger-state.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, chatAnswer, startUpstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: BillingUpstream

beforeAll(async () => {
  upstream = await startBillingUpstream({ random: seededRandom(11) })
  sluice = await startSluice()
  await sluice.connect('sim', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const chat = (content = 'plain', more: object = {}) => ({
  model: `@sim/${billedModel}`,
  max_tokens: 40,
  messages: [{ role: 'user' as const, content }],
  ...more,
})

const post = (secret: string, body: object, path = '/v1/chat/completions') =>
  sluice.post(path, body, { authorization: `Bearer ${secret}` })

/** A dollar amount that the smallest request is already too much for. */
const nothing = 0.000_001
/** An instance may know a key's settings for this long. */
const settingsAgeMs = 31_000
/** Room for one request of ours, but not for two at once. */
const oneRequest = 0.001_2

describe('a budget that is used up', () => {
  it('answers 412 in the OpenAI shape with the standing of the limit, and forbids retries', async () => {
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: nothing } })
    const callsBefore = upstream.calls()
    const response = await post(secret, chat())
    const { error } = (await response.json()) as { error: Record<string, unknown> }
    expect(response.status).toBe(412)
    expect(response.headers.get('x-should-retry')).toBe('false')
    expect(response.headers.get('retry-after')).toBeNull()
    expect(error).toMatchObject({ type: 'usage_limit_exceeded', code: '04' })
    expect(error.message).toMatch(
      /cost limit of api key .* has too little left: spent \$0\.00, held \$0\.00 of \$0\.000001 in a window that never ends; this request needs at least \$/,
    )
    expect(upstream.calls()).toBe(callsBefore)
  })

  it('answers in the Anthropic shape on the messages path', async () => {
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: nothing } })
    const response = await post(secret, chat(), '/v1/messages')
    expect(response.status).toBe(412)
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { message: expect.stringContaining('has too little left') },
    })
  })

  it('is raised by the official OpenAI client at once, without a second try', async () => {
    const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: nothing } })
    const client = new OpenAI({ apiKey: secret, baseURL: `${sluice.origin}/v1`, maxRetries: 3 })
    await expect(client.chat.completions.create(chat())).rejects.toMatchObject({ status: 412 })
    const books = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 1 })
    expect(books.logs.filter((log) => log.apiKeyId === id)).toHaveLength(1)
  })

  it('is raised by the official Anthropic client at once, without a second try', async () => {
    const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: nothing } })
    const client = new Anthropic({ apiKey: secret, baseURL: sluice.origin, maxRetries: 3 })
    await expect(client.messages.create(chat())).rejects.toMatchObject({ status: 412 })
    const books = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 1 })
    expect(books.logs.filter((log) => log.apiKeyId === id)).toHaveLength(1)
  })

  it('leaves one record of each refusal, at cost 0, and takes nothing from the limit', async () => {
    const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: nothing } })
    await Promise.all(Array.from({ length: 5 }, () => post(secret, chat()).then((response) => response.text())))
    const books = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 5 })
    const logs = books.logs.filter((log) => log.apiKeyId === id)
    expect(logs.map((log) => [log.status, log.costNanos, log.outcome])).toEqual(Array(5).fill([412, 0, 'refused']))
    expect([books.spent, books.held]).toEqual([0, 0])
  })

  it('opens again with the next request after the amount was raised', async () => {
    const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: nothing } })
    expect((await post(secret, chat())).status).toBe(412)
    await sluice.admin('PUT', `/api-keys/${id}`, { usage_limits: { credit_limit: 1 } })
    sluice.passTime(settingsAgeMs)
    expect((await post(secret, chat())).status).toBe(200)
  })

  it('opens again after a manual reset, and its former usage stays in the records', async () => {
    const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: oneRequest } })
    const statuses: number[] = []
    while (!statuses.includes(412) && statuses.length < 20) {
      const response = await post(secret, chat())
      await response.text()
      statuses.push(response.status)
      await settledLedger(sluice.running.program, `api_key/${id}/`)
    }
    expect(statuses).toContain(412)
    await sluice.admin('PUT', `/api-keys/${id}`, { reset_usage: true })
    sluice.passTime(settingsAgeMs)
    expect((await post(secret, chat())).status).toBe(200)
    expect(await sluice.admin('GET', `/api-keys/${id}`)).toMatchObject({ last_reset_at: expect.any(String) })
  })
})

describe('room that only others hold', () => {
  it('is 429 with a short retry-after, and comes back when they are done', async () => {
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.003 } })
    let answer = () => {}
    const slow = await startUpstream((received, response, request) => {
      answer = () => answerJson(chatAnswer('late'))(received, response, request)
    })
    await sluice.connect('slow', 'openai', slow.origin)
    const holding = post(secret, chat('plain', { model: `@slow/${billedModel}`, max_tokens: 4_000 }))
    await until(
      () => slow.received.length,
      (count) => count > 0,
    )
    const response = await post(secret, chat('plain '.repeat(10)))
    const { error } = (await response.json()) as { error: Record<string, unknown> }
    expect(response.status).toBe(429)
    expect(Number(response.headers.get('retry-after'))).toBeLessThanOrEqual(1)
    expect(error).toMatchObject({
      code: 'limit_busy',
      message: expect.stringContaining('while other requests hold it'),
    })
    answer()
    await (await holding).text()
    expect(
      await until(
        async () => (await post(secret, chat())).status,
        (code) => code !== 429,
      ),
    ).toBe(200)
    await slow.stop()
  })
})

describe('an answer that the room shortens', () => {
  it('goes out with the cap that the room buys, says so, and logs it', async () => {
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: oneRequest } })
    const response = await post(secret, chat('plain', { max_tokens: 4_000 }))
    expect(response.status).toBe(200)
    const cap = upstream.caps().at(-1)
    expect(cap).toBeGreaterThanOrEqual(16)
    expect(cap).toBeLessThan(4_000)
    const warning = [...response.headers].find(([name]) => name.includes('warning'))
    expect(warning?.[1]).toContain('max_tokens')
    const log = await sluice.logOf(response)
    expect(JSON.stringify(log)).toContain('clamped')
  })
})

describe('a rate', () => {
  it('is 429 with retry-after and x-ratelimit headers, and does not call the provider', async () => {
    const { secret } = await sluice.client.makeKey({ rate_limits: [{ type: 'requests', unit: 'rpd', value: 2 }] })
    const first = await post(secret, chat())
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('2')
    expect(first.headers.get('x-ratelimit-remaining-requests')).toBe('1')
    expect((await post(secret, chat())).status).toBe(200)
    const callsBefore = upstream.calls()
    const refused = await post(secret, chat())
    expect(refused.status).toBe(429)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0')
    expect(refused.headers.get('x-ratelimit-reset-requests')).toMatch(/^\d+s$/)
    expect(upstream.calls()).toBe(callsBefore)
  })
})

describe('a model without a price', () => {
  it('is refused under a cost limit with the way out, and answers without one', async () => {
    const limited = await sluice.client.makeKey({ usage_limits: { credit_limit: 5 } })
    const free = await sluice.client.makeKey()
    const body = chat('plain', { model: '@sim/nobody-knows-this-model' })
    const response = await post(limited.secret, body)
    expect(response.status).toBe(412)
    expect(response.headers.get('x-should-retry')).toBe('false')
    expect(await response.text()).toContain('pricing_config')
    expect((await post(free.secret, body)).status).toBe(200)
  })
})

describe('a provider that says its answer cost nothing', () => {
  it('is charged by its tokens', async () => {
    const answer = chatAnswer('hello', { prompt: 10, completion: 5 })
    const generous = await startUpstream(answerJson({ ...answer, usage: { ...answer.usage, cost: 0 } }))
    try {
      await sluice.connect('generous', 'openai', generous.origin)
      const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 1 } })
      const response = await post(secret, chat('plain', { model: `@generous/${billedModel}` }))
      expect(response.status).toBe(200)
      await response.text()
      const books = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 1 })
      expect(books.spent).toBe(10 * 2_500 + 5 * 10_000)
    } finally {
      await generous.stop()
    }
  })
})
