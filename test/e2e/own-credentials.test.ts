/** Clients that bring a provider's credential with their request: what the provider gets, and where the credential must never be seen. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { Portkey } from 'portkey-ai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { loopbackAllowed, type Sluice, startSluice } from '../support/sluice.ts'
import { dumpEverythingStored } from '../support/stored-everything.ts'
import {
  answerEvents,
  answerJson,
  chatAnswer,
  chatStream,
  messagesStream,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts'

let sluice: Sluice
let first: Upstream
let second: Upstream

const ownKey = 'sk-own-secret-0123456789'
const otherKey = 'sk-other-secret-9876543210'
const hi = { model: 'gpt-5', max_tokens: 20, messages: [{ role: 'user' as const, content: 'hi' }] }
const down = answerJson({ error: { message: `the key ${ownKey} is out of order`, type: 'server_error' } }, 503)

beforeAll(async () => {
  first = await startUpstream()
  second = await startUpstream()
  sluice = await startSluice({ variables: loopbackAllowed })
  await sluice.connect('claude', 'anthropic', second.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await first?.stop()
  await second?.stop()
})

beforeEach(() => {
  first.script(answerJson(chatAnswer('from first')))
  second.script(answerJson(chatAnswer('from second')))
})

/** As an SDK of a provider does it: the gateway's key in a header of its own. */
const post = (headers: Record<string, string>, body: object = hi, path = '/v1/chat/completions') =>
  sluice.post(path, body, { authorization: '', 'x-portkey-api-key': sluice.apiKey, ...headers })
const own = (type: string, more: Record<string, string> = {}) => ({
  authorization: `Bearer ${ownKey}`,
  'x-portkey-provider': type,
  'x-portkey-custom-host': first.origin,
  ...more,
})
const inline = (config: object) => ({ 'x-portkey-config': JSON.stringify(config) })
const messageOf = async (response: Response) => JSON.stringify(await response.json())

describe("a provider's key beside the gateway's", () => {
  it('reaches the provider from the openai client, and nothing of the gateway does', async () => {
    const openai = new OpenAI({
      baseURL: `${sluice.origin}/v1`,
      apiKey: ownKey,
      maxRetries: 0,
      defaultHeaders: {
        'x-portkey-api-key': sluice.apiKey,
        'x-portkey-provider': 'openai',
        'x-portkey-custom-host': first.origin,
        'x-portkey-openai-organization': 'org-1',
      },
    })
    const { data, response } = await openai.chat.completions.create(hi).withResponse()
    expect(data.choices[0]?.message.content).toBe('from first')
    const { headers } = first.received.at(-1) ?? { headers: {} }
    expect(headers).toMatchObject({ authorization: `Bearer ${ownKey}`, 'openai-organization': 'org-1' })
    expect(Object.keys(headers).filter((name) => name.startsWith('x-portkey'))).toEqual([])
    expect(JSON.stringify(headers)).not.toContain(sluice.apiKey)
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ ai_org: 'openai', virtual_key: 'openai', is_priced: true })
    expect(JSON.stringify(log)).not.toContain(ownKey)
  })

  it('reaches the provider from the portkey client, streamed', async () => {
    first.script(answerEvents(chatStream(['from ', 'first'])))
    const portkey = new Portkey({
      baseURL: `${sluice.origin}/v1`,
      apiKey: sluice.apiKey,
      provider: 'openai',
      Authorization: `Bearer ${ownKey}`,
      customHost: first.origin,
    })
    const stream = await portkey.chat.completions.create({ ...hi, stream: true })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? ''
    expect(text).toBe('from first')
    expect(first.received.at(-1)?.headers.authorization).toBe(`Bearer ${ownKey}`)
  })

  it('may be in x-api-key, as the anthropic client sends it', async () => {
    first.script(answerEvents(messagesStream(['hello'])))
    const anthropic = new Anthropic({
      baseURL: sluice.origin,
      apiKey: null,
      maxRetries: 0,
      defaultHeaders: {
        ...own('anthropic', { authorization: '' }),
        'x-api-key': ownKey,
        'x-portkey-api-key': sluice.apiKey,
      },
    })
    const message = await anthropic.messages.stream({ ...hi, model: 'claude-sonnet-4-5' }).finalMessage()
    expect(message.content[0]).toMatchObject({ text: 'hello' })
    expect(first.received.at(-1)?.headers).toMatchObject({ 'x-api-key': ownKey })
  })

  it('is the gateway’s own when both are the same', async () => {
    const portkey = new Portkey({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, provider: '@claude' })
    second.script(answerEvents(messagesStream(['hello'])))
    const stream = await portkey.chat.completions.create({ ...hi, stream: true })
    for await (const _ of stream);
    expect(JSON.stringify(second.received.at(-1)?.headers)).not.toContain(sluice.apiKey)
    const refused = await post({
      ...own('openai'),
      authorization: `Bearer ${sluice.apiKey}`,
      'x-portkey-custom-host': '',
    })
    expect(refused.status).toBe(400)
    expect(await messageOf(refused)).toContain('Following keys are not valid: openai')
  })

  it('may go with a model that names its provider, where the workspace has none of that type', async () => {
    const { 'x-portkey-provider': _, ...headers } = own('openai')
    expect((await post(headers, { ...hi, model: 'openai/gpt-5' })).status).toBe(200)
    expect(first.received.at(-1)?.json()).toMatchObject({ model: 'gpt-5' })
  })

  it('goes to one provider only, where a config has several', async () => {
    const config = { strategy: { mode: 'fallback' }, targets: [{ provider: 'openai' }, { provider: 'groq' }] }
    const { 'x-portkey-provider': _, ...headers } = own('openai')
    const refused = await post({ ...headers, ...inline(config) })
    expect(refused.status).toBe(400)
    expect(await messageOf(refused)).toContain("could be for any of 'openai', 'groq'")
    first.script(down)
    const count = first.received.length
    const named = await post({ ...own('openai'), ...inline(config) })
    expect(named.status).toBe(400)
    expect(first.received.length).toBe(count + 1)
  })

  it('is not sent to a host that a saved config names', async () => {
    const { slug } = (await sluice.admin('POST', '/configs', {
      name: 'Elsewhere',
      config: { provider: 'openai', custom_host: second.origin },
    })) as never
    const count = second.received.length
    const refused = await post({ authorization: `Bearer ${ownKey}`, 'x-portkey-config': slug })
    expect(refused.status).toBe(400)
    expect(await messageOf(refused)).toContain('a saved config names the host')
    expect(second.received.length).toBe(count)
    const { 'x-portkey-provider': _, ...headers } = own('openai')
    expect((await post({ ...headers, 'x-portkey-config': slug })).status).toBe(200)
  })

  it('never gets the identity or the stored key of the gateway', async () => {
    const role = await post(own('bedrock', { authorization: '', 'x-portkey-aws-auth-type': 'serviceRole' }))
    expect(role.status).toBe(400)
    expect(await messageOf(role)).toContain("gateway's own identity is lent to stored integrations only")
    const assumed = own('bedrock', {
      authorization: `Bearer ${ownKey}`,
      'x-portkey-aws-role-arn': 'arn:aws:iam::1:role/x',
    })
    expect(await messageOf(await post(assumed))).toContain("gateway's own identity")
  })

  it('signs for AWS with what the headers bring', async () => {
    first.script(answerJson({ message: 'no' }, 403))
    const response = await post(
      own('bedrock', {
        authorization: '',
        'x-portkey-aws-access-key-id': 'AKIAEXAMPLEOWN',
        'x-portkey-aws-secret-access-key': 'aws-own-secret-0123456789',
        'x-portkey-aws-region': 'eu-west-1',
      }),
      { ...hi, model: 'anthropic.claude-sonnet-4' },
    )
    expect(response.status).toBe(403)
    expect(first.received.at(-1)?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLEOWN\/\d{8}\/eu-west-1\/bedrock\/aws4_request/,
    )
  })
})

describe('what holds for stored providers', () => {
  it('holds as well: guardrails deny before the provider is asked', async () => {
    const count = first.received.length
    const config = { input_guardrails: [{ 'default.contains': { words: ['hi'], operator: 'none' }, deny: true }] }
    const denied = await post({ ...own('openai'), ...inline(config) })
    expect(denied.status).toBe(446)
    expect(first.received.length).toBe(count)
  })

  it('holds as well: an answer is kept, for the same credential only', async () => {
    const config = inline({ cache: { mode: 'simple', max_age: 600 } })
    const ask = async (key: string) => {
      const response = await post({ ...own('openai'), ...config, authorization: `Bearer ${key}` }, { ...hi, seed: 7 })
      await sluice.logOf(response)
      return response.headers.get('x-portkey-cache-status')
    }
    expect([await ask(ownKey), await ask(ownKey), await ask(otherKey), await ask(ownKey)]).toEqual([
      'MISS',
      'HIT',
      'MISS',
      'HIT',
    ])
  })

  it('holds as well: a breaker of a saved config is not opened by a host that a request names', async () => {
    const { slug } = (await sluice.admin('POST', '/configs', {
      name: 'Breaker',
      config: {
        strategy: { mode: 'fallback', cb_config: { failure_threshold: 1 } },
        targets: [{ provider: 'openai' }, { provider: '@claude' }],
      },
    })) as never
    first.script(down)
    for (let turn = 0; turn < 3; turn++) {
      const count = first.received.length
      await (await post({ ...own('openai'), 'x-portkey-config': slug })).text()
      // called each time at the host that the request names, to which the stored key of the second does not go
      expect(first.received.length).toBe(count + 1)
    }
  })

  it('holds as well for embeddings, responses and paths that are passed on', async () => {
    for (const [path, body] of [
      ['/v1/embeddings', { model: 'text-embedding-3-small', input: 'hi' }],
      ['/v1/responses', { model: 'gpt-5', input: 'hi' }],
      ['/v1/some/other/path', { anything: 1 }],
    ] as const) {
      first.script(answerJson({ error: { message: 'not now' } }, 418))
      const response = await post(own('openai'), body, path)
      expect(response.status).toBe(418)
      const { headers, path: called } = first.received.at(-1) ?? { headers: {}, path: '' }
      expect([called, headers]).toEqual([path, expect.objectContaining({ authorization: `Bearer ${ownKey}` })])
      expect(JSON.stringify(headers)).not.toContain(sluice.apiKey)
    }
  })
})

describe('a saved config without secrets', () => {
  it('takes the key that the request brings, in a workspace for saved configs only too', async () => {
    const other = await startSluice()
    try {
      const config = { provider: 'openai', openai_project: 'pinned', custom_host: 'https://api.openai.com/v1' }
      const { slug } = (await other.admin('POST', '/configs', { name: 'Pinned', config })) as never
      const { data } = (await other.admin('GET', '/admin/workspaces')) as unknown as { data: { slug: string }[] }
      await other.admin('PUT', `/admin/workspaces/${data[0]?.slug}`, { defaults: { block_inline_config: true } })
      const response = await other.post('/v1/chat/completions', hi, {
        authorization: `Bearer ${ownKey}`,
        'x-portkey-api-key': other.apiKey,
        'x-portkey-config': slug,
      })
      // there is no network here: it went as far as the provider's own address
      expect(response.status).toBe(502)
      expect(await response.text()).toContain('api.openai.com')
    } finally {
      await other.stop()
    }
  })
})

describe('a token of a subscription', () => {
  const token = 'sk-ant-oat01-0123456789abcdef'
  const body = { ...hi, model: 'claude-sonnet-4-5' }

  it('goes to its provider as it came, with or without an integration', async () => {
    first.script(answerEvents(messagesStream(['hello'])))
    for (const provider of ['anthropic', '@claude']) {
      const response = await post(
        { ...own(provider), authorization: `Bearer ${token}` },
        { ...body, stream: true },
        '/v1/messages',
      )
      expect(await response.text()).toContain('hello')
      const { headers } = first.received.at(-1) ?? { headers: {} as Record<string, string> }
      expect(headers).toMatchObject({ authorization: `Bearer ${token}`, 'anthropic-beta': 'oauth-2025-04-20' })
      expect(headers['x-api-key']).toBeUndefined()
    }
  })

  it('does not follow an integration to another host', async () => {
    second.script(answerEvents(messagesStream(['hello'])))
    const headers = { authorization: `Bearer ${token}`, 'x-portkey-provider': '@claude' }
    await (await post(headers, { ...body, stream: true }, '/v1/messages')).text()
    expect(JSON.stringify(second.received.at(-1)?.headers)).not.toContain(token)
  })
})

describe('credentials in a config', () => {
  const fallback = () => ({
    strategy: { mode: 'fallback' },
    targets: [
      { provider: 'openai', api_key: ownKey, custom_host: first.origin },
      { provider: 'groq', api_key: otherKey, custom_host: second.origin, override_params: { model: 'llama' } },
    ],
  })

  it('are each target’s own, through a fallback', async () => {
    first.script(down)
    const response = await post(inline(fallback()))
    expect(response.status).toBe(200)
    expect(first.received.at(-1)?.headers.authorization).toBe(`Bearer ${ownKey}`)
    expect(second.received.at(-1)?.headers.authorization).toBe(`Bearer ${otherKey}`)
    const log = await sluice.logOf(response)
    expect(JSON.stringify(log)).not.toMatch(/sk-own|sk-other/)
    expect(log.request.headers?.['x-portkey-config']).toContain('"api_key":"***"')
  })

  it('are not told by an error', async () => {
    first.script(down)
    second.script(answerJson({ error: { message: `bad key ${otherKey}` } }, 401))
    const response = await post(inline(fallback()))
    expect(response.status).toBe(401)
    expect(await response.text()).not.toMatch(/sk-own|sk-other/)
    const broken = await post({ 'x-portkey-config': `{"provider":"openai","api_key":"${ownKey}"` })
    expect(broken.status).toBe(400)
    expect(await broken.text()).not.toContain(ownKey)
  })

  it('cannot be saved', async () => {
    const refused = await sluice.admin('POST', '/configs', { name: 'Keys', config: fallback() }).catch(String)
    expect(refused).toContain('targets[0].api_key, message: a saved config keeps no credential')
    expect(refused).not.toContain(ownKey)
  })
})

describe('a budget', () => {
  it('holds for whoever brings a key, and what has no price is refused under it', async () => {
    const made = (await sluice.admin('POST', '/api-keys/workspace/service', {
      name: 'Small',
      scopes: ['completions.write'],
      usage_limits: { credit_limit: 1, type: 'cost' },
    })) as unknown as { key: string }
    const headers = own('openai', { 'x-portkey-api-key': made.key })
    const priced = await post(headers, { ...hi, model: 'gpt-4o' })
    expect(priced.status).toBe(200)
    expect(Number((await sluice.logOf(priced)).metrics.cost)).toBeGreaterThan(0)
    const unpriced = await post(headers, { ...hi, model: 'nobody-knows' })
    expect(unpriced.status).toBe(412)
  })
})

describe('a workspace that takes saved configs only', () => {
  it('refuses each way to bring a provider, with its code', async () => {
    const other = await startSluice()
    try {
      const { data } = (await other.admin('GET', '/admin/workspaces')) as unknown as { data: { slug: string }[] }
      await other.admin('PUT', `/admin/workspaces/${data[0]?.slug}`, { defaults: { block_inline_config: true } })
      const ask = async (headers: Record<string, string>, model = 'gpt-5') => {
        const sent = { authorization: `Bearer ${ownKey}`, 'x-portkey-api-key': other.apiKey, ...headers }
        const response = await other.post('/v1/chat/completions', { ...hi, model }, sent)
        return `${response.status} ${await response.text()}`
      }
      expect(await ask({ 'x-portkey-provider': 'openai' })).toMatch(/^400 .*inline_provider_blocked/)
      expect(await ask({}, 'openai/gpt-5')).toMatch(/^400 .*inline_provider_blocked/)
      expect(await ask(inline({ provider: 'openai', api_key: ownKey }))).toMatch(/^400 .*inline_config_blocked/)
      expect(await ask({ 'x-portkey-custom-host': first.origin })).toMatch(/^400 .*inline_custom_host_blocked/)
      expect(await ask({ 'x-portkey-azure-foundry-url': first.origin })).toMatch(/^400 .*inline_provider_url_blocked/)
      expect(await ask({ 'x-portkey-forward-headers': 'x-a' })).toMatch(/^400 .*inline_forward_headers_blocked/)
    } finally {
      await other.stop()
    }
  })
})

describe('nothing that is kept', () => {
  it('holds a credential that was sent with the request', async () => {
    await sluice.logOf(await post({ ...own('openai'), 'x-marker': 'a-header-that-is-kept' }))
    const kept = await dumpEverythingStored(sluice)
    expect(kept.includes('a-header-that-is-kept')).toBe(true)
    const secrets = /.{0,300}(?:sk-own-secret|sk-other-secret|sk-ant-oat01|aws-own-secret|AKIAEXAMPLEOWN).{0,40}/g
    expect(kept.match(secrets) ?? []).toEqual([])
  })
})
