/** Emergency stops through two instances over one database: what one administrator stops, no instance sends 2 seconds later. */
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { systemAmbient } from '../../src/ambient.ts'
import { startTwoGateways, type TwoGateways } from '../support/two-gateways.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

let aheadMs = 0
const clock = systemAmbient(() => {})
const ambient = { ...clock, now: () => clock.now() + aheadMs }
let upstream: Upstream
let gateways: TwoGateways

beforeAll(async () => {
  upstream = await startUpstream((_, response) => {
    const message = { role: 'assistant', content: 'hello' }
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        id: 'c1',
        object: 'chat.completion',
        model: 'gpt-5',
        choices: [{ index: 0, message, finish_reason: 'stop' }],
        usage,
      }),
    )
  })
  gateways = await startTwoGateways(async (first) => {
    await first.connect('one', 'openai', upstream.origin)
    await first.connect('two', 'openai', upstream.origin)
  }, ambient)
})

afterAll(async () => {
  await gateways?.stop()
  await upstream?.stop()
})

interface Stop {
  readonly id: string
  readonly status: string
}

afterEach(async () => {
  const { data } = (await admin('GET', '/emergency-stops')) as unknown as { data: Stop[] }
  for (const { id } of data) await admin('DELETE', `/emergency-stops/${id}`)
  aheadMs += 2_001
})

function admin(method: string, path: string, body?: unknown) {
  return gateways.first.admin(method, path, body)
}

/** The answer of one instance through OpenAI's client: what was said, or the refusal. */
async function ask(origin: string, apiKey: string, more: { model?: string; config?: object } = {}) {
  const { model = '@one/gpt-5', config } = more
  const headers = config === undefined ? {} : { 'x-portkey-config': JSON.stringify(config) }
  const client = new OpenAI({ apiKey, baseURL: `${origin}/v1`, maxRetries: 0, defaultHeaders: headers })
  try {
    const messages = [{ role: 'user' as const, content: 'hi' }]
    const { data, response } = await client.chat.completions.create({ model, messages }).withResponse()
    const warnings = decodeURIComponent(response.headers.get('x-portkey-warnings') ?? '')
    return { status: 200, text: data.choices[0]?.message.content ?? '', warnings }
  } catch (thrown) {
    if (!(thrown instanceof OpenAI.APIError)) throw thrown
    return { status: Number(thrown.status), text: thrown.message, code: thrown.code }
  }
}

const askBoth = (key: string, more = {}) => Promise.all(gateways.origins.map((origin) => ask(origin, key, more)))

describe('an emergency stop', () => {
  it.each([
    ['without limits', {}],
    ['with a budget', { usage_limits: { credit_limit: 5 } }],
  ])(
    'of a key %s reaches both instances within 2 seconds, says who stopped it and why, and ends when it is lifted',
    async (_, settings) => {
      const { id, secret } = await gateways.first.client.makeKey(settings)
      expect(await askBoth(secret)).toMatchObject([{ status: 200 }, { status: 200 }])
      const sentBefore = upstream.received.length
      const stop = await admin('POST', '/emergency-stops', { type: 'api_key', id, reason: 'leaked on a forum' })
      aheadMs += 2_000

      for (const refused of await askBoth(secret)) {
        expect(refused).toMatchObject({ status: 403, code: 'caller_stopped' })
        expect(refused.text).toMatch(
          /the api key 'a key with limits' \(\S+\) was stopped by \S+ at \S+Z: leaked on a forum;/,
        )
        expect(refused.text).toContain(`DELETE /v1/emergency-stops/${String(stop.id)}`)
      }
      expect(upstream.received.length).toBe(sentBefore)

      await admin('DELETE', `/emergency-stops/${String(stop.id)}`, { reason: 'rotated' })
      aheadMs += 2_000
      expect(await askBoth(secret)).toMatchObject([{ status: 200 }, { status: 200 }])
      const history = (await admin('GET', '/emergency-stops?status=lifted')) as unknown as { data: object[] }
      expect(history.data).toContainEqual(
        expect.objectContaining({
          subject_id: id,
          status: 'lifted',
          reason: 'leaked on a forum',
          lift_reason: 'rotated',
        }),
      )
    },
  )

  it('gives back what was held where the stop is read at the same time', async () => {
    const { id, secret } = await gateways.first.client.makeKey({ usage_limits: { credit_limit: 5 } })
    await admin('POST', '/emergency-stops', { type: 'api_key', id, reason: 'test' })
    aheadMs += 2_001
    const [refused] = await askBoth(secret)
    expect(refused).toMatchObject({ status: 403 })
    const { data } = (await admin('GET', `/limits/status?api_key=${id}`)) as unknown as { data: object[] }
    expect(data).toMatchObject([{ held: 0, spent: 0 }])
  })

  it('of a provider refuses its requests; a fallback and a load balance use their other targets and say so', async () => {
    const { secret } = await gateways.first.client.makeKey()
    await admin('POST', '/emergency-stops', { type: 'provider', id: '@one', reason: 'outage at the provider' })
    aheadMs += 2_000
    for (const refused of await askBoth(secret))
      expect(refused).toMatchObject({ status: 403, code: 'provider_stopped' })
    for (const mode of ['fallback', 'loadbalance']) {
      const config = {
        strategy: { mode, on_status_codes: [429] },
        targets: [{ provider: '@one' }, { provider: '@two' }],
      }
      for (const answered of await askBoth(secret, { model: 'gpt-5', config })) {
        expect(answered).toMatchObject({ status: 200, text: 'hello' })
        expect(answered.warnings).toContain('provider @one was stopped by')
      }
    }
  })

  it('of an integration and of a workspace refuses as well', async () => {
    const { secret } = await gateways.first.client.makeKey()
    await admin('POST', '/emergency-stops', { type: 'integration', id: 'two', reason: 'x' })
    aheadMs += 2_000
    expect(await ask(gateways.origins[1], secret, { model: '@two/gpt-5' })).toMatchObject({ code: 'provider_stopped' })
    const { data } = (await admin('GET', '/admin/workspaces')) as unknown as { data: { slug: string }[] }
    await admin('POST', '/emergency-stops', { type: 'workspace', id: data[0]?.slug, reason: 'x' })
    aheadMs += 2_000
    expect(await ask(gateways.origins[1], secret)).toMatchObject({ status: 403, code: 'caller_stopped' })
  })

  it('of a key refuses paths that are passed on as they are, cached answers and the control plane', async () => {
    const { id, secret } = await gateways.first.client.makeKey({
      scopes: ['completions.write', 'logs.list', 'logs.view'],
    })
    const config = { provider: '@one', cache: { mode: 'simple' } }
    expect(await ask(gateways.origins[0], secret, { model: 'gpt-5', config })).toMatchObject({ status: 200 })
    await admin('POST', '/emergency-stops', { type: 'api_key', id, reason: 'x' })
    aheadMs += 2_000
    expect(await ask(gateways.origins[0], secret, { model: 'gpt-5', config })).toMatchObject({ code: 'caller_stopped' })
    const headers = { authorization: `Bearer ${secret}`, 'x-portkey-provider': '@one' }
    const raw = await fetch(`${gateways.origins[0]}/v1/proxy/v1/files`, { headers })
    expect(raw.status).toBe(403)
    const logs = await fetch(`${gateways.origins[0]}/v1/logs`, { headers })
    expect([logs.status, await logs.text()]).toEqual([403, expect.stringContaining('was stopped by')])
  })

  it('is set once, never by a key on itself, and lifted for a workspace only by the organisation that set it', async () => {
    const { client } = gateways.first
    const { id } = await client.makeKey()
    await admin('POST', '/emergency-stops', { type: 'api_key', id, reason: 'first' })
    expect(await client.try('POST', '/emergency-stops', { type: 'api_key', id, reason: 'second' })).toMatchObject({
      status: 409,
    })
    expect(await client.try('POST', '/emergency-stops', { type: 'api_key', id: 'nobody', reason: 'x' })).toMatchObject({
      status: 404,
    })
    expect(await client.try('POST', '/emergency-stops', { type: 'model', id: 'x', reason: 'x' })).toMatchObject({
      status: 400,
    })
    const own = await client.makeKey({ scopes: ['workspace_service_api_keys.update', 'completions.write'] })
    const byWorkspace = (method: string, path: string, body?: unknown) =>
      fetch(`${gateways.origins[0]}/v1${path}`, {
        method,
        headers: { 'x-portkey-api-key': own.secret, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
    expect((await byWorkspace('POST', '/emergency-stops', { type: 'api_key', id: own.id, reason: 'x' })).status).toBe(
      400,
    )
    expect((await byWorkspace('DELETE', `/emergency-stops/api_key_${id}`)).status).toBe(403)
    expect((await byWorkspace('GET', '/emergency-stops')).status).toBe(200)
  })
})
