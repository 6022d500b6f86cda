/** Demands on where and how data is processed, through OpenAI's client: what does not fulfil them is never called. */
import OpenAI from 'openai'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { startUpstream, type Upstream } from '../support/upstream.ts'

let upstream: Upstream
let sluice: Sluice

beforeAll(async () => {
  upstream = await startUpstream((_, response) => {
    const message = { role: 'assistant', content: 'hello' }
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
    const choices = [{ index: 0, message, finish_reason: 'stop' }]
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ id: 'c1', object: 'chat.completion', model: 'gpt-5', choices, usage }))
  })
  sluice = await startSluice()
  // Both at a host that is not the provider's own: nothing that it publishes holds there.
  await sluice.connect('plain', 'openai', upstream.origin)
  await sluice.connect('agreed', 'openai', upstream.origin)
  await sluice.admin('PUT', '/integrations/agreed', {
    data_policy: { region: ['eu'], retention: 'none', training: 'never' },
  })
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

async function demandOfWorkspace(policy: object | null) {
  const { data } = (await sluice.admin('GET', '/admin/workspaces')) as unknown as { data: { id: string }[] }
  await sluice.admin('PUT', `/admin/workspaces/${data[0]?.id}`, { defaults: { data_policy: policy } })
}

afterEach(async () => {
  await demandOfWorkspace(null)
  sluice.passTime(60_000)
})

async function ask(apiKey: string, more: { model?: string; config?: object } = {}) {
  const { model = '@plain/gpt-5', config } = more
  const headers = config === undefined ? {} : { 'x-portkey-config': JSON.stringify(config) }
  const client = new OpenAI({ apiKey, baseURL: `${sluice.origin}/v1`, maxRetries: 0, defaultHeaders: headers })
  try {
    const messages = [{ role: 'user' as const, content: 'hi' }]
    const { data, response } = await client.chat.completions.create({ model, messages }).withResponse()
    const warnings = decodeURIComponent(response.headers.get('x-portkey-warnings') ?? '')
    return { status: 200, text: data.choices[0]?.message.content ?? '', warnings, response }
  } catch (thrown) {
    if (!(thrown instanceof OpenAI.APIError) || thrown.headers === undefined) throw thrown
    return {
      status: Number(thrown.status),
      text: thrown.message,
      code: thrown.code,
      response: { headers: thrown.headers },
    }
  }
}

const keyThatDemands = (policy: object) => sluice.client.makeKey({ defaults: { data_policy: policy } })

describe('a demand on data', () => {
  it('of a key refuses a provider of which nothing is known, before any call, and names the one that would do', async () => {
    const { secret } = await keyThatDemands({ region: ['eu'], retention: '30d' })
    const sentBefore = upstream.received.length
    const refused = await ask(secret)
    expect(refused).toMatchObject({ status: 403, code: 'data_policy_unmet' })
    expect(refused.text).toContain(
      'the api key demands region eu, retention at most 30d, and known of @plain (OpenAI) is region unknown, retention unknown',
    )
    expect(refused.text).toContain("of this workspace's providers @agreed would fulfil it")
    expect(upstream.received.length).toBe(sentBefore)
    const log = await sluice.logOf(refused.response)
    expect(log.metrics).toMatchObject({ data_policy: 'api key: region eu, retention at most 30d', outcome: 'refused' })

    const answered = await ask(secret, { model: '@agreed/gpt-5' })
    expect(answered).toMatchObject({ status: 200, text: 'hello' })
    expect((await sluice.logOf(answered.response)).metrics.data_policy).toContain('region eu')
  })

  it('of a workspace holds beside that of the key', async () => {
    await demandOfWorkspace({ training: 'never' })
    sluice.passTime(60_000)
    const { secret } = await keyThatDemands({ region: ['us'] })
    expect((await ask(secret)).text).toContain('the workspace demands training never')
    const refused = await ask(secret, { model: '@agreed/gpt-5' })
    expect(refused.text).toContain('the api key demands region us, and known of @agreed (OpenAI) is region eu')
    expect(refused.text).toContain('no provider of this workspace fulfils it')
  })

  it('skips targets of a fallback and a load balance and says so; without another target it is refused', async () => {
    const { secret } = await keyThatDemands({ retention: 'none' })
    for (const mode of ['fallback', 'loadbalance']) {
      const targets = [{ provider: '@plain' }, { provider: '@agreed' }]
      const config = { strategy: { mode, on_status_codes: [429] }, targets }
      const answered = await ask(secret, { model: 'gpt-5', config })
      expect(answered).toMatchObject({ status: 200, text: 'hello' })
      expect(answered.warnings).toContain('the api key demands retention none')
      const sentBefore = upstream.received.length
      const none = { ...config, targets: [{ provider: '@plain' }, { provider: '@plain' }] }
      expect(await ask(secret, { model: 'gpt-5', config: none })).toMatchObject({
        status: 403,
        code: 'data_policy_unmet',
      })
      expect(upstream.received.length).toBe(sentBefore)
    }
  })

  it('refuses paths that are passed on as they are, and a cached answer of a provider that does not fulfil it', async () => {
    const { secret } = await keyThatDemands({ retention: 'none' })
    const config = { provider: '@plain', cache: { mode: 'simple' } }
    const { secret: free } = await sluice.client.makeKey()
    expect(await ask(free, { model: 'gpt-5', config })).toMatchObject({ status: 200 })
    expect(await ask(secret, { model: 'gpt-5', config })).toMatchObject({ code: 'data_policy_unmet' })
    const list = (provider: string) =>
      fetch(`${sluice.origin}/v1/proxy/v1/files`, {
        headers: { authorization: `Bearer ${secret}`, 'x-portkey-provider': provider },
      })
    const raw = await list('@plain')
    expect([raw.status, await raw.text()]).toEqual([403, expect.stringContaining('data_policy_unmet')])
    expect((await list('@agreed')).status).toBe(200)
  })

  it('of a request with a credential of its own is compared with what the provider publishes, not with what an integration states', async () => {
    const { secret } = await keyThatDemands({ retention: 'none' })
    const response = await sluice.post(
      '/v1/chat/completions',
      { model: 'gpt-5', messages: [{ role: 'user', content: 'hi' }] },
      {
        authorization: 'Bearer sk-own',
        'x-portkey-api-key': secret,
        'x-portkey-provider': 'openai',
      },
    )
    expect([response.status, await response.text()]).toEqual([403, expect.stringContaining('retention 30d')])
  })
})

describe('saving a data policy', () => {
  it('refuses what would be lost or misread, and answers what is saved', async () => {
    for (const policy of [{ regions: ['eu'] }, { retention: '30' }, { training: 'used' }, {}])
      await expect(keyThatDemands(policy)).rejects.toThrow('data_policy')
    await expect(demandOfWorkspace({ region: ['europe'] })).rejects.toThrow('defaults.data_policy.region')
    await expect(sluice.client.makeKey({ data_policy: { region: ['eu'] } })).rejects.toThrow('defaults.data_policy')
    const { id } = await keyThatDemands({ region: ['eu'] })
    const shown = () => sluice.admin('GET', `/api-keys/${id}`)
    expect(await shown()).toMatchObject({ defaults: { data_policy: { region: ['eu'] } } })
    await sluice.admin('PUT', `/api-keys/${id}`, { defaults: { metadata: { team: 'a' } } })
    expect(await shown()).toMatchObject({ defaults: { data_policy: { region: ['eu'] } } })
    await sluice.admin('PUT', `/api-keys/${id}`, { defaults: { data_policy: null } })
    expect(await shown()).not.toHaveProperty('defaults.data_policy')
    expect(await sluice.admin('GET', '/integrations/agreed')).toMatchObject({ data_policy: { retention: 'none' } })
  })

  it('lets only the organisation state what holds for an account, and change the account that it is about', async () => {
    const scopes = ['workspace_integrations.create', 'workspace_integrations.update', 'workspace_integrations.read']
    const { secret } = await sluice.client.makeKey({ scopes })
    const byWorkspace = async (method: string, path: string, body: object) => {
      const headers = { 'x-portkey-api-key': secret, 'content-type': 'application/json' }
      const response = await fetch(`${sluice.origin}/v1${path}`, { method, headers, body: JSON.stringify(body) })
      return { status: response.status, text: await response.text() }
    }
    const made = { name: 'ours', slug: 'ours', ai_provider_id: 'openai', key: 'sk-1' }
    const policy = { retention: 'none' }
    expect(await byWorkspace('POST', '/integrations', { ...made, data_policy: policy })).toMatchObject({ status: 403 })
    expect(await byWorkspace('POST', '/integrations', made)).toMatchObject({ status: 200 })
    const { id } = (await sluice.admin('GET', '/integrations/ours')) as unknown as { id: string }
    await sluice.admin('PUT', `/integrations/${id}`, { data_policy: policy })
    expect(await byWorkspace('PUT', `/integrations/${id}`, { key: 'sk-2' })).toMatchObject({ status: 403 })
    expect(await byWorkspace('PUT', `/integrations/${id}`, { data_policy: null })).toMatchObject({ status: 403 })
    expect(await byWorkspace('PUT', `/integrations/${id}`, { description: 'x', data_policy: policy })).toMatchObject({
      status: 200,
    })
  })
})
