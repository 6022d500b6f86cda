/** What every answer of the admin API has in common: status, headers, errors, CORS, versions, bad input. */
import { beforeEach, describe, expect, it } from 'vitest'
import { adminPaths, isAdminPath } from '../../src/admin/paths.ts'
import { resources } from '../../src/admin/resources/index.ts'
import { serveAdmin } from '../../src/admin/serve.ts'
import { hashSecret } from '../../src/identity/secret.ts'
import type { ClosedLog } from '../../src/records/log.ts'
import { type AdminStage, makeKey, startAdminStage } from '../support/admin-ports.ts'

let stage: AdminStage
beforeEach(async () => {
  stage = await startAdminStage()
})

const raw = (call: { method?: string; path?: string; headers?: Record<string, string>; body?: Uint8Array }) =>
  serveAdmin(
    {
      method: call.method ?? 'GET',
      path: call.path ?? '/v1/providers',
      query: {},
      headers: call.headers ?? { authorization: `Bearer ${stage.adminKey}` },
      body: call.body ?? new Uint8Array(),
    },
    stage.ports,
  )

describe('every answer', () => {
  it('is JSON with a trace id, the one that was sent when there is one', async () => {
    const answer = await raw({ headers: { 'x-portkey-api-key': stage.adminKey, 'x-portkey-trace-id': 'trace-7' } })
    expect(answer.headers).toMatchObject({ 'x-portkey-trace-id': 'trace-7' })
    expect(answer.headers['content-type']).toContain('application/json')
    expect((await raw({ headers: {} })).headers['x-portkey-trace-id']).toMatch(/./)
  })

  it('is the same under /v1 and /v2, with or without a slash at the end', async () => {
    const bodies = await Promise.all(['/v1/providers', '/v2/providers', '/v1/providers/'].map((path) => raw({ path })))
    expect(new Set(bodies.map(({ body }) => body)).size).toBe(1)
    expect(bodies[0]?.status).toBe(200)
  })

  it('carries an error in every shape that clients read', async () => {
    const { status, json } = await stage.call('GET', '/api-keys/none')
    expect(status).toBe(404)
    expect(json).toEqual({
      success: false,
      message: expect.any(String),
      errorCode: 'AB08',
      data: { message: json.message, errorCode: 'AB08' },
      error: { message: json.message, code: 'AB08', type: 'not_found_error', param: null },
    })
  })
})

describe('the key', () => {
  it('is read from x-portkey-api-key, else the bearer token, else x-api-key', async () => {
    const headers = [
      { 'x-portkey-api-key': stage.adminKey, authorization: 'Bearer other' },
      { authorization: `bearer ${stage.adminKey}` },
      { 'x-api-key': stage.adminKey },
    ]
    for (const each of headers) expect((await raw({ headers: each as Record<string, string> })).status).toBe(200)
    expect((await raw({ headers: { authorization: 'Bearer nonsense' } })).status).toBe(401)
  })

  it('may be the root key, which no table holds', async () => {
    const root = await startAdminStage({ settings: { ...stage.ports.settings, rootKeyHash: hashSecret('root-key') } })
    const made = await root.call('POST', '/admin/workspaces', { key: 'root-key', body: { name: 'By root' } })
    expect(made.status).toBe(200)
    expect((await root.call('GET', '/providers', { key: 'root-kex' })).status).toBe(401)
  })
})

describe('paths', () => {
  it('that do not exist are 404, methods that do not are 405 and say what is allowed', async () => {
    expect((await raw({ path: '/v1/nothing' })).status).toBe(404)
    expect((await raw({ path: '/' })).status).toBe(404)
    const patch = await raw({ method: 'PATCH', path: '/v1/providers/x' })
    expect(patch).toMatchObject({ status: 405, headers: { allow: 'GET, PUT, DELETE' } })
    expect((await raw({ path: '/v1/logs' })).status).toBe(405)
    expect((await raw({ method: 'HEAD' })).status).toBe(405)
  })

  it('are told to belong to the admin API exactly where it has a resource', () => {
    expect([...adminPaths].sort()).toEqual([...new Set(resources.map(({ path }) => path))].sort())
  })

  it('of the admin API are told from those of the data plane', () => {
    expect(['/v1/api-keys', '/v2/integrations/x/models', '/v1/logs/1', '/v1/admin/workspaces'].every(isAdminPath)).toBe(
      true,
    )
    expect(['/v1/chat/completions', '/v1/models', '/v1/providersx', '/api-keys', '/'].some(isAdminPath)).toBe(false)
  })
})

describe('bad bodies', () => {
  const post = (body: string | Uint8Array) =>
    raw({
      method: 'POST',
      path: '/v1/providers',
      body: typeof body === 'string' ? new TextEncoder().encode(body) : body,
    })

  it('are a clear 400 or 413, never a 500', async () => {
    const bodies: [string | Uint8Array, number][] = [
      ['{"name": ', 400],
      ['[]', 400],
      ['"text"', 400],
      ['null', 400],
      ['[['.repeat(10_000), 400],
      [`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 400],
      [new Uint8Array([0x7b, 0xff, 0x7d]), 400],
      [`{"name":"${'x'.repeat(1_100_000)}"}`, 413],
      ['{"__proto__":{"scopes":["x"]},"constructor":1}', 400],
      ['', 400],
    ]
    for (const [body, status] of bodies) expect((await post(body)).status, String(body).slice(0, 40)).toBe(status)
  })

  it('are not quoted back, as they may hold a credential', async () => {
    expect((await post('{"key": sk-secret-value}')).body).not.toContain('secret-value')
  })

  it('take camelCase for snake_case at the top level', async () => {
    const reply = await stage.call('POST', '/api-keys/workspace/service', {
      body: { name: 'x', scopes: [], usageLimits: { credit_limit: 0.05 }, expiresAt: '2027-01-01' },
    })
    expect((await stage.call('GET', `/api-keys/${reply.json.id}`)).json).toMatchObject({
      usage_limits: { credit_limit: 0.05 },
      expires_at: '2027-01-01T00:00:00.000Z',
    })
  })
})

describe('CORS', () => {
  it('answers a preflight without a key and names the headers asked for', async () => {
    const answer = await raw({
      method: 'OPTIONS',
      headers: { origin: 'https://console.example', 'access-control-request-headers': 'authorization, content-type' },
    })
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': 'authorization, content-type',
    })
    expect(answer.headers['access-control-allow-methods']).toContain('DELETE')
  })

  it('allows the configured origins alone', async () => {
    const settings = { ...stage.ports.settings, corsOrigins: ['https://console.example'] }
    const strict = await startAdminStage({ settings })
    const from = async (origin: string) => (await strict.call('GET', '/providers', { headers: { origin } })).headers
    expect(await from('https://console.example')).toMatchObject({
      'access-control-allow-origin': 'https://console.example',
      vary: 'Origin',
    })
    expect(await from('https://evil.example')).not.toHaveProperty('access-control-allow-origin')
  })
})

describe('failures of ours', () => {
  it('say nothing of their inside and leave a line in the log', async () => {
    const broken = await startAdminStage()
    const ports = {
      ...broken.ports,
      documents: { ...broken.ports.documents, list: () => Promise.reject(new Error('table sluice-x')) },
    }
    const answer = await serveAdmin(
      {
        method: 'GET',
        path: '/v1/providers',
        query: {},
        headers: { 'x-api-key': broken.adminKey },
        body: new Uint8Array(),
      },
      ports,
    )
    expect(answer.status).toBe(500)
    expect(answer.body).not.toContain('sluice-x')
    expect(JSON.parse(answer.body).errorCode).toBe('AB04')
    expect(JSON.stringify(broken.lines)).toContain('sluice-x')
  })
})

describe('logs', () => {
  const log = (workspaceId: string) =>
    ({
      id: 'log-1',
      traceId: 't',
      spanId: 's',
      spanName: 'llm',
      workspaceId,
      metadata: { _user: 'ann' },
      method: 'POST',
      path: '/v1/chat/completions',
      operation: 'chat',
      clientWire: 'openai-chat',
      isStream: false,
      startedAtMs: 0,
      deadlineAtMs: 1,
      holds: [],
      outcome: 'completed',
      status: 200,
      usage: { inputUncached: 10, output: 5 },
      costNanos: 12_345_678,
      isPriced: true,
      isEstimated: false,
      cacheStatus: 'DISABLED',
      endedAtMs: 1,
      totalMs: 1,
      upstreamMs: 1,
      gatewayMs: 0,
      attempts: [],
      warnings: [],
      hasPayload: true,
    }) satisfies ClosedLog

  it('are read one by one, with bodies and cost', async () => {
    stage.logs.set('log-1', log(stage.workspaceId))
    const body = new TextEncoder().encode('{"model":"m"}')
    stage.payloads.set('log-1', {
      request: { headers: {}, body },
      response: { headers: {}, body: new TextEncoder().encode('oops'), isCut: false },
    })
    const { json } = await stage.call('GET', '/logs/log-1')
    expect(json).toMatchObject({
      _id: 'log-1',
      request: { body: { model: 'm' } },
      response: { status: 200, body: 'oops' },
      metrics: { total_units: 15, cost: 1.2345678, cost_nanos: 12_345_678, 'metadata.key': ['_user'] },
    })
  })

  it('belong to their workspace', async () => {
    stage.logs.set('log-1', log('another'))
    const key = await makeKey(stage, ['logs.view'])
    expect((await stage.call('GET', '/logs/log-1', { key })).status).toBe(403)
    expect((await stage.call('GET', '/logs/none', { key })).status).toBe(404)
  })
})

describe('limit status', () => {
  it('shows limit, window, spent, held and remaining in dollars', async () => {
    const made = (
      await stage.call('POST', '/api-keys/workspace/service', {
        body: { name: 'x', scopes: [], usage_limits: { credit_limit: 1 } },
      })
    ).json
    stage.statuses.set(made.id, [
      {
        resource: 'cost',
        amount: 1e9,
        windowStartMs: 0,
        windowEndMs: 1000,
        spent: 25e7,
        held: 5e8,
        remaining: 25e7,
        resetsAtMs: 1000,
      },
    ])
    const row = {
      limit: 1,
      spent: 0.25,
      held: 0.5,
      remaining: 0.25,
      unit: 'usd',
      kind: 'api_key',
      id: made.id,
      resets_at: '1970-01-01T00:00:01.000Z',
    }
    const byAdmin = await stage.call('GET', '/limits/status', { query: { api_key: made.id } })
    expect(byAdmin.json.data).toMatchObject([row])
    const byItself = await stage.call('GET', '/limits/status', { key: made.key })
    expect(byItself.json.data).toMatchObject([row])
    const other = await makeKey(stage, ['providers.list'])
    expect((await stage.call('GET', '/limits/status', { key: other, query: { api_key: made.id } })).status).toBe(403)
  })
})
