/** Requests in flight of a key, limited over two instances: one more is refused, and whoever ends or is lost makes room. */
import type { ServerResponse } from 'node:http'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { systemAmbient } from '../../src/ambient.ts'
import { startTwoGateways, type TwoGateways } from '../support/two-gateways.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

let aheadMs = 0
const clock = systemAmbient(() => {})
const ambient = { ...clock, now: () => clock.now() + aheadMs }
let upstream: Upstream
let gateways: TwoGateways
/** Requests that the provider has not answered. */
const waiting: ServerResponse[] = []
let arrived = () => {}

beforeAll(async () => {
  upstream = await startUpstream((_, response) => {
    waiting.push(response)
    arrived()
  })
  gateways = await startTwoGateways((first) => first.connect('one', 'openai', upstream.origin), ambient)
})

afterAll(async () => {
  for (const response of waiting) response.destroy()
  await gateways?.stop()
  await upstream?.stop()
})

function answerNext(): void {
  const message = { role: 'assistant', content: 'hello' }
  const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
  const choices = [{ index: 0, message, finish_reason: 'stop' }]
  const response = waiting.shift()
  response?.writeHead(200, { 'content-type': 'application/json' })
  response?.end(JSON.stringify({ id: 'c1', object: 'chat.completion', model: 'gpt-5', choices, usage }))
}

function clientOf(apiKey: string, instance: 0 | 1): OpenAI {
  return new OpenAI({ apiKey, baseURL: `${gateways.origins[instance]}/v1`, maxRetries: 0 })
}

const question = { model: '@one/gpt-5', max_tokens: 20, messages: [{ role: 'user' as const, content: 'hi' }] }

/** Begins a request; resolves when the provider has it, rejects when it is refused. */
async function begin(apiKey: string, instance: 0 | 1, options: { signal?: AbortSignal } = {}): Promise<void> {
  const arrival = new Promise<void>((resolve) => {
    arrived = resolve
  })
  const answer = clientOf(apiKey, instance).chat.completions.create(question, options)
  answer.catch(() => {})
  await Promise.race([answer, arrival])
}

async function refusalOf(apiKey: string, instance: 0 | 1): Promise<InstanceType<typeof OpenAI.APIError>> {
  const answer: unknown = await clientOf(apiKey, instance)
    .chat.completions.create(question)
    .catch((thrown: unknown) => thrown)
  expect(answer).toBeInstanceOf(OpenAI.APIError)
  return answer as InstanceType<typeof OpenAI.APIError>
}

describe('max_concurrent_requests of a key', () => {
  it.each([
    ['without other limits', {}],
    ['with a budget', { usage_limits: { credit_limit: 5 } }],
  ])('refuses one more on any instance, %s, until one has ended', async (_, settings) => {
    const { id, secret } = await gateways.first.client.makeKey({ max_concurrent_requests: 2, ...settings })
    await begin(secret, 0)
    await begin(secret, 1)
    for (const instance of [0, 1] as const) {
      const refused = await refusalOf(secret, instance)
      expect(refused).toMatchObject({ status: 429, code: 'concurrency_exceeded', type: 'rate_limit_error' })
      expect(refused.headers?.get('retry-after')).toBe('1')
      expect(refused.message).toMatch(/api key \S+ has 2 requests in flight, and max_concurrent_requests is 2;/)
    }
    answerNext()
    await vi.waitFor(() => begin(secret, 1), { timeout: 20_000 })
    answerNext()
    answerNext()
    // what was refused holds nothing
    await vi.waitFor(
      async () => {
        const { data } = (await gateways.first.admin('GET', `/limits/status?api_key=${id}`)) as unknown as {
          data: { held: number }[]
        }
        expect(data.every(({ held }) => held === 0)).toBe(true)
      },
      { timeout: 20_000 },
    )
  })

  it('makes room when a client leaves', async () => {
    const { secret } = await gateways.first.client.makeKey({ max_concurrent_requests: 1 })
    const leaving = new AbortController()
    await begin(secret, 0, { signal: leaving.signal })
    expect(await refusalOf(secret, 1)).toMatchObject({ status: 429 })
    leaving.abort()
    waiting.pop()
    await vi.waitFor(() => begin(secret, 1), { timeout: 20_000 })
    answerNext()
  })

  it('makes room at the deadline of a request whose instance was lost', async () => {
    const { id, secret } = await gateways.first.client.makeKey({ max_concurrent_requests: 1 })
    const { gate } = gateways.first.running.program.gateway
    const nowMs = ambient.now()
    const owner = { kind: 'api_key', id, label: 'lost' } as const
    await gate.lease({ owner, most: 1, nowMs, deadlineAtMs: nowMs + 60_000 })
    expect(await refusalOf(secret, 1)).toMatchObject({ status: 429 })
    aheadMs += 135_000
    await begin(secret, 1)
    answerNext()
  })

  it('is shown with the key, removed with null, and a whole number of 1 or more', async () => {
    const { client } = gateways.first
    const { id } = await client.makeKey({ max_concurrent_requests: 3 })
    expect(await client.call('GET', `/api-keys/${id}`)).toMatchObject({ max_concurrent_requests: 3 })
    await client.call('PUT', `/api-keys/${id}`, { max_concurrent_requests: null })
    expect(await client.call('GET', `/api-keys/${id}`)).toMatchObject({ max_concurrent_requests: null })
    for (const wrong of [0, 1.5, '3'])
      expect((await client.try('PUT', `/api-keys/${id}`, { max_concurrent_requests: wrong })).status).toBe(400)
  })
})
