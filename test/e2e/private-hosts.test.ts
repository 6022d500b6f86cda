/** Which hosts a request may name: nothing private without an administrator, never with a stored key, and never the program's own ports. Over real sockets. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, chatAnswer, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let open: Sluice
let service: Upstream
/** That no integration names. */
let other: Upstream

const ownKey = 'sk-own-secret-0123456789'
const hi = { model: 'gpt-5', max_tokens: 20, messages: [{ role: 'user' as const, content: 'hi' }] }

beforeAll(async () => {
  service = await startUpstream()
  other = await startUpstream(answerJson(chatAnswer('from elsewhere')))
  sluice = await startSluice()
  open = await startSluice({ variables: { SLUICE_ALLOWED_HOSTS: '127.0.0.1,localhost,[::1],0.0.0.0' } })
  for (const each of [sluice, open]) await each.connect('stored', 'openai', service.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await open?.stop()
  await service?.stop()
  await other?.stop()
})

beforeEach(() => service.script(answerJson(chatAnswer('from the service'))))

/** Every address of a program that listens: its own, and the one at which its database is read by reports. */
function ownOrigins({ origin, dataFolder }: Sluice): readonly string[] {
  const { endpoint } = JSON.parse(readFileSync(join(dataFolder, 'endpoint'), 'utf8')) as { endpoint: string }
  const { port } = new URL(origin)
  const own = ['127.0.0.1', 'localhost', '[::1]', '0'].map((host) => `http://${host}:${port}`)
  return [...own, endpoint]
}

/** What a caller sends to be taken for a client of DynamoDB. */
const disguise = {
  'x-portkey-forward-headers': 'x-amz-target,x-amz-date,authorization,host,x-portkey-api-key,content-type',
  'x-amz-target': 'DynamoDB_20120810.Scan',
  'x-amz-date': '20260101T000000Z',
}

const bring = { authorization: `Bearer ${ownKey}` }

/** All ways in which a request names a host. */
const ways: readonly [string, (host: string) => Record<string, string>][] = [
  ['custom host', (host) => ({ ...bring, 'x-portkey-provider': 'openai', 'x-portkey-custom-host': host })],
  ['foundry url', (host) => ({ ...bring, 'x-portkey-provider': 'azure-ai', 'x-portkey-azure-foundry-url': host })],
  [
    'hugging face url',
    (host) => ({ ...bring, 'x-portkey-provider': 'huggingface', 'x-portkey-huggingface-base-url': host }),
  ],
  [
    'inline config',
    (host) => ({ 'x-portkey-config': JSON.stringify({ provider: 'openai', api_key: ownKey, custom_host: host }) }),
  ],
  [
    'custom host beside a stored provider',
    (host) => ({ 'x-portkey-provider': '@stored', 'x-portkey-custom-host': host }),
  ],
  [
    'inline config about a stored provider',
    (host) => ({ 'x-portkey-config': JSON.stringify({ provider: '@stored', custom_host: host }) }),
  ],
]

const paths: readonly [string, object][] = [
  ['/v1/chat/completions', hi],
  ['/v1/proxy/some/path', { TableName: 'sluice-catalog' }],
]

function ask(at: Sluice, path: string, body: object, headers: Record<string, string>): Promise<Response> {
  return at.post(path, body, { authorization: '', 'x-portkey-api-key': at.apiKey, ...disguise, ...headers })
}

describe('a request that names a host of this machine', () => {
  it.each(ways)('is refused and calls nobody: %s', async (_, headersFor) => {
    for (const [path, body] of paths)
      for (const host of [other.origin, other.origin.replace('127.0.0.1', 'localhost'), ...ownOrigins(sluice)]) {
        const response = await ask(sluice, path, body, headersFor(host))
        const text = await response.text()
        expect([response.status, text], `${path} ${host}`).toEqual([400, expect.stringMatching(/Invalid custom host/)])
        expect(text).not.toContain(ownKey)
        expect(other.received).toEqual([])
      }
  })
})

describe('an address of this machine in disguise', () => {
  it('is refused whatever it is called, in a request and in what checks and media fetch', async () => {
    const { port } = new URL(other.origin)
    const names = [
      'localhost.',
      'LOCALHOST',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0177.0.0.1',
      '127.0.0.1.',
      '0.0.0.0',
      '[::]',
    ]
    const more = [
      '[::ffff:127.0.0.1]',
      '[::ffff:7f00:1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      'a.localhost',
      'localtest.me',
    ]
    for (const name of [...names, ...more]) {
      const host = `http://${name}:${port}/v1`
      const headers = { ...bring, 'x-portkey-provider': 'openai', 'x-portkey-custom-host': host }
      const response = await ask(sluice, '/v1/chat/completions', hi, headers)
      expect([response.status, await response.text()], name).toEqual([
        400,
        expect.stringContaining('Invalid custom host'),
      ])
    }
    const checks = [
      { 'default.webhook': { webhookURL: `${other.origin}/hook`, headers: { 'x-amz-target': 'x' } } },
      { 'default.jwt': { jwksUri: `${other.origin}/jwks`, headerKey: 'authorization' } },
    ]
    for (const check of checks) {
      const config = { provider: '@stored', input_guardrails: [{ ...check, deny: false }] }
      await (await sluice.post('/v1/chat/completions', hi, { 'x-portkey-config': JSON.stringify(config) })).text()
    }
    expect(other.received).toEqual([])
  })
})

describe('where the operator allows loopback', () => {
  it('a request may name it with a key of its own, and nothing that signs or identifies is forwarded', async () => {
    for (const [path, body] of paths)
      for (const [way, headersFor] of ways.slice(0, 4)) {
        const response = await ask(open, path, body, headersFor(service.origin))
        expect(response.status, `${way} ${path}`).toBe(200)
        const { headers } = service.received.at(-1)!
        expect(JSON.stringify(headers)).toContain(ownKey)
        expect(Object.keys(headers).filter((name) => /^x-(?:amz|portkey)-/.test(name))).toEqual([])
        expect(headers.host).toBe(new URL(service.origin).host)
        expect(JSON.stringify(headers)).not.toContain(open.apiKey)
      }
  })

  it.each(ways.slice(4))('a stored key does not follow it: %s', async (_, headersFor) => {
    for (const [path, body] of paths) {
      const response = await ask(open, path, body, headersFor(other.origin))
      expect(response.status).toBe(400)
      expect(await response.text()).toContain("may not send the stored credentials of '@stored'")
    }
    expect(other.received).toEqual([])
  })

  it.each(ways.slice(0, 4))('the program’s own ports stay closed: %s', async (_, headersFor) => {
    for (const [path, body] of paths)
      for (const host of ownOrigins(open)) {
        const response = await ask(open, path, body, headersFor(host))
        expect([response.status, await response.text()], host).toEqual([400, expect.stringContaining('own')])
      }
  })
})

describe('who may open a private host', () => {
  const workspaceKey = async (at: Sluice) => {
    const made = await at.client.makeKey({
      name: 'Workspace admin',
      scopes: [
        'completions.write',
        'configs.create',
        'configs.update',
        'workspace_integrations.create',
        'workspace_integrations.update',
        'workspace_integrations.read',
      ],
    })
    const call = async (method: string, path: string, body: object) => {
      const response = await fetch(`${at.origin}/v1${path}`, {
        method,
        headers: { 'x-portkey-api-key': made.secret, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return { status: response.status, body: (await response.json()) as Record<string, string> }
    }
    return { ...made, call }
  }
  const config = () => ({ provider: '@stored', custom_host: `${service.origin}/v1` })

  it('a config of the organisation does, and stored keys follow it', async () => {
    const { slug } = (await sluice.admin('POST', '/configs', { name: 'Ours', config: config() })) as never
    const response = await sluice.post('/v1/chat/completions', hi, { 'x-portkey-config': slug })
    expect(response.status).toBe(200)
    expect(service.received.at(-1)?.headers.authorization).toBe('Bearer secret-of-stored')
  })

  it('a config of a workspace key does not', async () => {
    const { call } = await workspaceKey(sluice)
    expect((await call('POST', '/configs', { name: 'Theirs', config: config() })).status).toBe(400)
    const elsewhere = { provider: '@stored', custom_host: 'https://models.example.org/v1' }
    const made = await call('POST', '/configs', { name: 'Theirs', config: elsewhere })
    expect(made.status).toBe(200)
    const response = await sluice.post('/v1/chat/completions', hi, { 'x-portkey-config': made.body.slug ?? '' })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain("may not send the stored credentials of '@stored'")
  })

  it('a workspace key cannot turn a config of the organisation to a host of its own', async () => {
    const { slug } = (await sluice.admin('POST', '/configs', {
      name: 'Turned',
      config: { provider: '@stored' },
    })) as never
    const { call } = await workspaceKey(sluice)
    expect((await call('PUT', `/configs/${slug}`, { config: config() })).status).toBe(400)
    const elsewhere = { provider: '@stored', custom_host: 'https://models.example.org/v1' }
    expect((await call('PUT', `/configs/${slug}`, { config: elsewhere })).status).toBe(200)
    const response = await sluice.post('/v1/chat/completions', hi, { 'x-portkey-config': slug })
    expect(await response.text()).toContain("may not send the stored credentials of '@stored'")
  })

  it('an integration of the organisation does, that of a workspace key does not', async () => {
    const { call } = await workspaceKey(sluice)
    const integration = (custom_host: string) => ({
      name: 'Own',
      ai_provider_id: 'openai',
      key: ownKey,
      configurations: { custom_host },
    })
    const refused = await call('POST', '/integrations', integration(`${service.origin}/v1`))
    expect(refused.status).toBe(400)
    expect(JSON.stringify(refused.body)).toContain('Invalid custom host')
    const { data } = (await sluice.admin('GET', '/admin/workspaces')) as unknown as { data: { id: string }[] }
    const given = { ...integration(`${service.origin}/v1`), slug: 'given', workspace_id: data[0]?.id }
    await sluice.admin('POST', '/integrations', given)
    expect((await sluice.post('/v1/chat/completions', { ...hi, model: '@given/gpt-5' })).status).toBe(200)
    const turned = await call('PUT', '/integrations/given', { configurations: { custom_host: ownOrigins(sluice)[1] } })
    expect(turned.status).toBe(400)
  })

  it('nobody opens the program’s own ports or addresses that serve credentials', async () => {
    const save = async (at: Sluice, custom_host: string) => {
      const wanted = { name: 'No', ai_provider_id: 'openai', key: ownKey, configurations: { custom_host } }
      const { status, body } = await at.client.try('POST', '/integrations', wanted)
      return `${status} ${JSON.stringify(body)}`
    }
    for (const at of [sluice, open])
      for (const host of ownOrigins(at)) expect(await save(at, host), host).toMatch(/^400 .*Invalid custom host/)
    for (const host of ['http://169.254.170.2/v2', 'http://[fd00:ec2::254]/', 'http://100.100.100.200'])
      expect(await save(sluice, host), host).toMatch(/^400 .*Invalid custom host/)
  })
})
