/** Paths without a wire of their own (files, batches, fine-tuning, stored responses, anything else), as clients and providers see them. */
import http from 'node:http'
import OpenAI, { toFile } from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loopbackAllowed, type Sluice, startSluice } from '../support/sluice.ts'
import { answerEvents, answerJson, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream
/** Of a workspace where only `native` has stored responses. */
let openai: OpenAI

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice({ variables: loopbackAllowed })
  await sluice.connect('native', 'openai', upstream.origin)
  await sluice.connect('claude', 'anthropic', upstream.origin)
  openai = clientOf({})
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const atNative = { 'x-portkey-provider': '@native' }

function clientOf(defaultHeaders: Record<string, string>, apiKey = sluice.apiKey): OpenAI {
  return new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey, maxRetries: 0, defaultHeaders })
}

function call(method: string, path: string, headers: Record<string, string> = atNative, body?: string) {
  return fetch(`${sluice.origin}${path}`, {
    method,
    headers: { authorization: `Bearer ${sluice.apiKey}`, ...headers },
    ...(body === undefined ? {} : { body }),
  })
}

const last = () => upstream.received.at(-1)

async function errorOf(response: Response): Promise<{ message: string; code: string | null; param: string | null }> {
  const { error } = (await response.json()) as { error: { message: string; code: string | null; param: string | null } }
  return error
}

describe('files, batches and fine-tuning of the official client', () => {
  const jobs = () => clientOf(atNative)
  const file = { id: 'file-1', object: 'file', bytes: 5, created_at: 1, filename: 'a.jsonl', purpose: 'batch' }

  it('uploads a file byte for byte, with the provider’s key in place of ours', async () => {
    upstream.script(answerJson(file))
    const bytes = Buffer.from('{"custom_id":"1"}\n{"model":"@native/inside a file, so left alone"}\n')
    const { data, response } = await jobs()
      .files.create({ file: await toFile(bytes, 'a.jsonl'), purpose: 'batch' })
      .withResponse()
    expect(data.id).toBe('file-1')
    expect(last()).toMatchObject({ method: 'POST', path: '/v1/files' })
    expect(last()?.headers.authorization).toBe('Bearer secret-of-native')
    expect(last()?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/)
    expect(last()?.body).toContain(bytes.toString())
    expect(Object.keys(last()?.headers ?? {}).filter((name) => name.startsWith('x-portkey'))).toEqual([])
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ operation: 'uploadFile', outcome: 'completed', cost_nanos: 0, is_priced: true })
    expect(log.metrics.ai_model).toBeNull()
    expect(JSON.stringify([log.request, log.transformedRequest])).not.toContain('so left alone')
  })

  it('lists files with the query as it is, and brings a file’s content as bytes', async () => {
    upstream.script(answerJson({ object: 'list', data: [file], has_more: false }))
    const page = await jobs().files.list({ purpose: 'batch', limit: 2 })
    expect(page.data[0]?.id).toBe('file-1')
    expect(last()).toMatchObject({ method: 'GET', path: '/v1/files?purpose=batch&limit=2', body: '' })
    const bytes = Buffer.from([0, 255, 254, 10, 13, 0])
    upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'x-own': 'kept' }).end(bytes)
    })
    const content = await jobs().files.content('file-1')
    expect(Buffer.from(await content.arrayBuffer())).toEqual(bytes)
    expect(content.headers.get('x-own')).toBe('kept')
    expect(content.headers.get('content-type')).toBe('application/octet-stream')
    expect(last()?.path).toBe('/v1/files/file-1/content')
    expect(await sluice.logOf(content)).toMatchObject({ metrics: { operation: 'retrieveFileContent' } })
  })

  it('makes, reads and cancels a batch; what it will cost is said to be unknown', async () => {
    const batch = { id: 'batch_1', object: 'batch', status: 'validating' }
    upstream.script(answerJson(batch))
    const input = { input_file_id: 'file-1', endpoint: '/v1/chat/completions', completion_window: '24h' } as const
    const { data, response } = await jobs().batches.create(input).withResponse()
    expect(data.id).toBe('batch_1')
    expect(last()?.json()).toEqual(input)
    const log = await sluice.logOf(response)
    expect(log).toMatchObject({ metrics: { operation: 'createBatch', cost_nanos: null, is_priced: false } })
    expect(log.warnings).toMatchObject([{ type: 'unpriced' }])
    const read = await jobs().batches.retrieve('batch_1').withResponse()
    expect(await sluice.logOf(read.response)).toMatchObject({ metrics: { operation: 'retrieveBatch', cost_nanos: 0 } })
    await jobs().batches.cancel('batch_1')
    expect(last()).toMatchObject({ method: 'POST', path: '/v1/batches/batch_1/cancel' })
    await jobs().fineTuning.jobs.list({ limit: 1 })
    expect(last()?.path).toBe('/v1/fine_tuning/jobs?limit=1')
  })

  it('goes to one target only', async () => {
    const config = { strategy: { mode: 'fallback' }, targets: [{ provider: '@native' }, { provider: '@claude' }] }
    const response = await call('GET', '/v1/files', { 'x-portkey-config': JSON.stringify(config) })
    expect(response.status).toBe(400)
    expect((await errorOf(response)).message).toContain('Maximum one target is allowed')
    upstream.script(answerJson({ data: [] }))
    const one = { targets: [{ provider: '@native' }] }
    expect((await call('GET', '/v1/files', { 'x-portkey-config': JSON.stringify(one) })).status).toBe(200)
  })

  it('asks which provider is meant when nobody says', async () => {
    const { message } = await errorOf(await call('GET', '/v1/files', {}))
    expect(message).toMatch(/^no provider was named for GET \/v1\/files: .*@native/)
  })
})

describe('responses that a provider has stored', () => {
  const stored = { id: 'resp_1', object: 'response', status: 'completed', output: [] }

  it('are read, cancelled and deleted at the only provider that can have them', async () => {
    upstream.script(answerJson(stored))
    const { data, response } = await openai.responses
      .retrieve('resp_1', { include: ['reasoning.encrypted_content', 'file_search_call.results'] })
      .withResponse()
    expect(data).toMatchObject(stored)
    expect(decodeURIComponent(last()?.path ?? '')).toBe(
      '/v1/responses/resp_1?include[]=reasoning.encrypted_content&include[]=file_search_call.results',
    )
    expect(await sluice.logOf(response)).toMatchObject({ metrics: { operation: 'getModelResponse', cost_nanos: 0 } })
    await openai.responses.cancel('resp_1')
    expect(last()).toMatchObject({ method: 'POST', path: '/v1/responses/resp_1/cancel' })
    upstream.script(answerJson({ object: 'list', data: [{ id: 'msg_1' }], has_more: false }))
    const items = await openai.responses.inputItems.list('resp_1')
    expect(items.data).toMatchObject([{ id: 'msg_1' }])
    upstream.script((_, answer) => void answer.writeHead(204).end())
    await openai.responses.delete('resp_1')
    expect(last()).toMatchObject({ method: 'DELETE', path: '/v1/responses/resp_1', body: '' })
  })

  it('are counted there, the model’s address taken off', async () => {
    upstream.script(answerJson({ object: 'response.input_tokens', input_tokens: 11 }))
    const response = await sluice.post('/v1/responses/input_tokens', '{ "model":"@native/gpt-5",  "input":"hi" }')
    expect(response.status).toBe(200)
    expect(last()?.body).toBe('{ "model":"gpt-5",  "input":"hi" }')
  })

  it('are not looked for where none are', async () => {
    const response = await call('GET', '/v1/responses/resp_1', { 'x-portkey-provider': '@claude' })
    expect(response.status).toBe(400)
    expect((await errorOf(response)).message).toContain('only supported for native Responses API providers')
  })

  it('are found by ?model=, whose name goes on without its address', async () => {
    upstream.script(answerJson(stored))
    await call('GET', '/v1/responses/resp_1?model=@native%2Fgpt-5&starting_after=2', {})
    expect(last()?.path).toBe('/v1/responses/resp_1?model=gpt-5&starting_after=2')
  })

  it('of one who may not know are not shown', async () => {
    expect((await fetch(`${sluice.origin}/v1/responses/resp_1`)).status).toBe(401)
  })
})

const overrides = ['x-http-method-override', 'x-http-method', 'x-method-override']

describe('any other path', () => {
  it('lists the chat answers that a provider has stored', async () => {
    upstream.script(answerJson({ object: 'list', data: [{ id: 'chatcmpl-1' }] }))
    const stored = await openai.chat.completions.list({ limit: 1 }, { headers: { 'x-portkey-provider': '@native' } })
    expect(stored.data).toEqual([{ id: 'chatcmpl-1' }])
    expect(upstream.received.at(-1)).toMatchObject({ method: 'GET', path: '/v1/chat/completions?limit=1' })
  })

  it('is not opened as a websocket, which is told so', async () => {
    const headers = {
      ...atNative,
      authorization: `Bearer ${sluice.apiKey}`,
      connection: 'upgrade',
      upgrade: 'websocket',
    }
    const { status, text } = await new Promise<{ status: number; text: string }>((resolve, reject) => {
      const sent = http.request(`${sluice.origin}/v1/realtime`, { headers }, async (answer) =>
        resolve({ status: answer.statusCode ?? 0, text: (await answer.toArray()).join('') }),
      )
      sent.on('error', reject).end()
    })
    expect(status).toBe(400)
    expect(text).toContain('a websocket, which is not served')
  })

  it.each(['POST', 'PUT', 'PATCH'])('passes by %s, untouched but for the model’s address', async (method) => {
    upstream.script(answerJson('{ "kept" :1e3 }', 201, { 'x-ratelimit-remaining-requests': '7' }))
    const body = '{"n":1.00, "model":"@native/gpt-5","nested":{"model":"@native/gpt-5"} }'
    const response = await call(method, '/v1/assistants/a%20b?x=1&x=2', { 'content-type': 'application/json' }, body)
    expect(response.status).toBe(201)
    expect(await response.text()).toBe('{ "kept" :1e3 }')
    expect(last()).toMatchObject({ method, path: '/v1/assistants/a%20b?x=1&x=2' })
    expect(last()?.body).toBe('{"n":1.00, "model":"gpt-5","nested":{"model":"@native/gpt-5"} }')
    const log = await sluice.logOf(response)
    expect(log).toMatchObject({ metrics: { operation: 'proxy', is_priced: false, outcome: 'completed' } })
  })

  it('is the same below /v1/proxy, in any content type', async () => {
    upstream.script(answerJson({}))
    await call('POST', '/v1/proxy/anything/else', { ...atNative, 'content-type': 'text/plain' }, 'no JSON {')
    expect(last()).toMatchObject({ path: '/v1/anything/else', body: 'no JSON {' })
    expect(last()?.headers['content-type']).toBe('text/plain')
    await call('POST', '/v1/proxy/list', { ...atNative, 'content-type': 'application/json' }, '[1, 2]')
    expect(last()?.body).toBe('[1, 2]')
  })

  it('takes along the client’s headers, but no credential, no hop and nothing of ours', async () => {
    upstream.script(answerJson({}, 200, { 'set-cookie': 'a=b', 'keep-alive': 'timeout=9' }))
    const response = await call('GET', '/v1/threads', {
      ...atNative,
      'x-own': 'kept',
      'openai-beta': 'assistants=v2',
      'x-api-key': 'a key',
      'api-key': 'a key',
      'x-forwarded-for': '10.0.0.1',
      cookie: 'session=1',
      ...Object.fromEntries(overrides.map((name) => [name, 'POST'])),
      'x-sneaky': `it is ${sluice.apiKey}`,
      'x-portkey-metadata': '{"a":"b"}',
    })
    expect(last()?.headers).toMatchObject({ 'x-own': 'kept', 'openai-beta': 'assistants=v2' })
    expect(JSON.stringify(last())).not.toContain(sluice.apiKey)
    for (const name of ['x-api-key', 'api-key', 'cookie', 'x-forwarded-for', 'x-portkey-metadata', ...overrides])
      expect(last()?.headers[name], name).toBeUndefined()
    expect(response.headers.get('set-cookie')).toBeNull()
    expect(response.headers.get('x-portkey-provider')).toBe('openai')
  })

  it('does not leave the provider’s base', async () => {
    const before = upstream.received.length
    for (const path of ['/v1/files/%2e%2e/%2e%2e/admin', '/v1/files/..%2f..%2fadmin', '/v1/x/%252e%252e%252fy']) {
      const response = await call('GET', path)
      expect(response.status, path).toBeGreaterThanOrEqual(400)
    }
    expect(upstream.received.length).toBe(before)
  })

  it('is a 404 for the control plane’s own paths and for what is below no version', async () => {
    const before = upstream.received.length
    for (const path of [
      'scim/workspaces',
      'generations',
      'webhooks',
      'model-configs/pricing/a/b',
      '/users',
      'SCIM/x',
    ]) {
      const refused = await call('POST', `/v1/${path}`, atNative, '{"secret":"of the control plane"}')
      expect([refused.status, await refused.text()]).toEqual([
        404,
        expect.stringContaining('a path of the control plane'),
      ])
    }
    expect((await call('POST', '/elsewhere', atNative, '{}')).status).toBe(404)
    expect(upstream.received.length).toBe(before)
    upstream.script(answerJson({}))
    expect((await call('GET', '/v1/proxy/collections')).status).toBe(200)
    expect(last()?.path).toBe('/v1/collections')
  })

  it('streams as it comes and meters the usage that the stream tells', async () => {
    const frames = [
      'event: response.created\ndata: {"type":"response.created","response":{"usage":null}}\n\n',
      'event: response.completed\ndata: {"type":"response.completed","response":{"model":"gpt-5","usage":{"input_tokens":100,"output_tokens":20}}}\n\n',
    ]
    upstream.script(answerEvents(frames))
    const body = JSON.stringify({ model: '@native/gpt-5', stream: true })
    const response = await call('POST', '/v1/proxy/responses', { 'content-type': 'application/json' }, body)
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    expect(await response.text()).toBe(frames.join(''))
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({
      stream_mode: 1,
      req_units: 100,
      res_units: 20,
      is_priced: true,
      cost_nanos: 325_000,
    })
  })

  it('tells a provider’s refusal in its own words, and goes on to the next target', async () => {
    upstream.script(answerJson({ error: { message: 'no such thread' } }, 404))
    const response = await call('GET', '/v1/threads/t')
    expect(response.status).toBe(404)
    expect(await response.text()).toBe('{"error":{"message":"no such thread"}}')
    upstream.script(({ headers }, answer) =>
      headers['x-api-key'] === undefined
        ? void answer.writeHead(500).end('{}')
        : void answer.writeHead(200, { 'content-type': 'application/json' }).end('{"by":"claude"}'),
    )
    const config = { strategy: { mode: 'fallback' }, targets: [{ provider: '@native' }, { provider: '@claude' }] }
    const second = await call('GET', '/v1/threads/t', { 'x-portkey-config': JSON.stringify(config) })
    expect(await second.text()).toBe('{"by":"claude"}')
    expect((await sluice.logOf(second)).metrics).toMatchObject({ outcome: 'completed' })
  })

  it('gives Azure its version in the query', async () => {
    await sluice.connect('azure', 'azure-openai', upstream.origin, {
      configurations: { custom_host: upstream.origin, azure_resource_name: 'x', azure_api_version: '2024-10-21' },
    })
    upstream.script(answerJson({ data: [] }))
    await call('GET', '/v1/files?limit=3', { 'x-portkey-provider': '@azure' })
    expect(last()?.path).toBe('/openai/files?api-version=2024-10-21&limit=3')
    expect(last()?.headers['api-key']).toBe('secret-of-azure')
  })
})

describe('a config', () => {
  it('retries what is passed on, each call in the record', async () => {
    let calls = 0
    upstream.script((_, answer) => {
      calls += 1
      answer.writeHead(calls === 1 ? 503 : 200, { 'content-type': 'application/json' }).end('{}')
    })
    const config = { provider: '@native', retry: { attempts: 2, on_status_codes: [503] } }
    const response = await call('GET', '/v1/threads', { 'x-portkey-config': JSON.stringify(config) })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-portkey-retry-attempt-count')).toBe('1')
    const log = await sluice.logOf(response)
    expect(log.attempts).toMatchObject([
      { status: 503, wire: 'raw' },
      { status: 200, wire: 'raw', retry: 1 },
    ])
  })

  it('may name another model, which the body then says', async () => {
    upstream.script(answerJson({}))
    const headers = {
      'x-portkey-config': JSON.stringify({ provider: '@native', override_params: { model: 'gpt-5-mini' } }),
      'content-type': 'application/json',
    }
    await call('POST', '/v1/threads', headers, '{"model":"gpt-5", "n":1.0}')
    expect(last()?.body).toBe('{"model":"gpt-5-mini", "n":1.0}')
    await call('GET', '/v1/threads', headers)
    expect(last()).toMatchObject({ method: 'GET', body: '' })
    const batch = '{"input_file_id":"file-1"}'
    await call('POST', '/v1/batches', headers, batch)
    expect(last()?.body).toBe(batch)
  })

  it('changes nothing else of the body, and says so', async () => {
    upstream.script(answerJson({}))
    const config = { provider: '@native', override_params: { temperature: 0 } }
    const headers = { 'x-portkey-config': JSON.stringify(config), 'content-type': 'application/json' }
    const response = await call('POST', '/v1/threads', headers, '{"model":"gpt-5"}')
    expect(last()?.body).toBe('{"model":"gpt-5"}')
    expect(response.headers.get('x-portkey-warnings')).toContain('dropped temperature')
  })
})

describe('what a raw request is sent with', () => {
  it('is a signature where the provider wants one, over the path as it came', async () => {
    await sluice.connect('aws', 'bedrock', upstream.origin, {
      configurations: {
        custom_host: upstream.origin,
        aws_auth_type: 'accessKey',
        aws_region: 'eu-central-1',
        aws_access_key_id: 'AKIATEST',
        aws_secret_access_key: 'a-secret-access-key',
      },
    })
    upstream.script(answerJson({ ok: true }))
    const arn = 'arn%3Aaws%3Abedrock%3Aeu-central-1%3A1%3Ainference-profile%2Feu.amazon.nova'
    const headers = { 'x-portkey-provider': '@aws', 'x-amz-date': 'a lie', 'content-type': 'application/json' }
    const response = await call('POST', `/v1/model/${arn}/invoke`, headers, '{"inputText":"hi"}')
    expect(response.status).toBe(200)
    expect(last()).toMatchObject({ path: `/model/${arn}/invoke`, body: '{"inputText":"hi"}' })
    expect(last()?.headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=AKIATEST\/\d+\/eu-central-1\/bedrock/)
    expect(last()?.headers['x-amz-date']).toMatch(/^\d{8}T\d{6}Z$/)
    const { metrics } = await sluice.logOf(response)
    expect(metrics).toMatchObject({ is_priced: false })
  })

  it("is the caller's own key of a provider that is not stored", async () => {
    upstream.script(answerJson({ data: [] }))
    const response = await call('GET', '/v1/files', {
      authorization: 'Bearer sk-own-secret-0123456789',
      'x-portkey-api-key': sluice.apiKey,
      'x-portkey-provider': 'groq',
      'x-portkey-custom-host': upstream.origin,
    })
    expect(response.status).toBe(200)
    expect(last()).toMatchObject({ path: '/openai/v1/files' })
    expect(last()?.headers.authorization).toBe('Bearer sk-own-secret-0123456789')
    expect(JSON.stringify(await sluice.logOf(response))).not.toContain('sk-own-secret')
  })

  it('is one model, though the body says two', async () => {
    upstream.script(answerJson({}))
    await call('POST', '/v1/threads', { 'content-type': 'application/json' }, '{"model":"o1","model":"@native/gpt-5"}')
    expect(last()?.body).toBe('{"model":"gpt-5","model":"gpt-5"}')
  })

  it('is HEAD for HEAD', async () => {
    upstream.script((_, answer) => void answer.writeHead(200, { 'x-own': 'seen' }).end())
    const response = await call('HEAD', '/v1/files/file-1/content')
    expect(response.headers.get('x-own')).toBe('seen')
    expect(last()).toMatchObject({ method: 'HEAD' })
  })
})

describe('an answer that is passed on', () => {
  it('ends at the provider when the client leaves', async () => {
    const other = await startUpstream((_, answer) => {
      answer.writeHead(200, { 'content-type': 'text/event-stream' })
      answer.write('data: 1\n\n')
    })
    await sluice.connect('endless', 'openai', other.origin)
    const leaving = new AbortController()
    const response = await fetch(`${sluice.origin}/v1/threads/t/events`, {
      headers: { authorization: `Bearer ${sluice.apiKey}`, 'x-portkey-provider': '@endless' },
      signal: leaving.signal,
    })
    await response.body?.getReader().read()
    leaving.abort()
    await other.abandoned
    expect((await sluice.logOf(response)).metrics).toMatchObject({ outcome: 'client-closed' })
    await other.stop()
  })

  it('is broken off where the provider breaks off', async () => {
    upstream.script((_, answer) => {
      answer.writeHead(200, { 'content-type': 'application/octet-stream' })
      answer.write(Buffer.alloc(1000), () => answer.destroy())
    })
    const response = await call('GET', '/v1/files/file-1/content')
    await expect(response.arrayBuffer()).rejects.toThrow()
    expect((await sluice.logOf(response)).metrics).toMatchObject({ outcome: 'interrupted' })
  })
})

describe('limits on paths that are passed on', () => {
  it('let free requests pass an exhausted budget and refuse what cannot be metered', async () => {
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.000001, type: 'cost' } })
    const headers = { ...atNative, authorization: `Bearer ${secret}` }
    upstream.script(answerJson({ data: [] }))
    expect((await call('GET', '/v1/files', headers)).status).toBe(200)
    const before = upstream.received.length
    const refused = await call('POST', '/v1/batches', { ...headers, 'content-type': 'application/json' }, '{}')
    expect(refused.status).toBe(400)
    expect(await errorOf(refused)).toMatchObject({
      code: 'unsupported_parameter',
      message: expect.stringContaining('under a limit on cost or tokens'),
    })
    const anything = await call('POST', '/v1/threads', { ...headers, 'content-type': 'application/json' }, '{}')
    expect((await errorOf(anything)).code).toBe('unsupported_parameter')
    expect(upstream.received.length).toBe(before)
    expect(await sluice.logOf(anything)).toMatchObject({ metrics: { operation: 'proxy', outcome: 'refused' } })
  })

  it.each([
    ['tokens in all', { usage_limits: { credit_limit: 1_000_000, type: 'tokens' } }],
    ['tokens a minute', { rate_limits: [{ type: 'tokens', unit: 'rpm', value: 1_000_000 }] }],
  ])('refuse what cannot be metered under a limit on %s, and let the rest pass', async (_, settings) => {
    const { secret } = await sluice.client.makeKey(settings)
    const headers = { ...atNative, authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
    upstream.script(answerJson({}))
    const refused = await call('POST', '/v1/threads', headers, '{}')
    expect((await errorOf(refused)).code).toBe('unsupported_parameter')
    expect((await call('DELETE', '/v1/threads/t', headers)).status).toBe(200)
  })

  it('of the provider count as well', async () => {
    await sluice.connect('metered', 'openai', upstream.origin)
    await sluice.admin('PUT', '/providers/metered', { usage_limits: { credit_limit: 5, type: 'cost' } })
    const refused = await call('POST', '/v1/threads', { 'x-portkey-provider': '@metered' }, '{}')
    expect((await errorOf(refused)).code).toBe('unsupported_parameter')
  })

  it('count requests', async () => {
    const { secret } = await sluice.client.makeKey({ rate_limits: [{ type: 'requests', unit: 'rpd', value: 2 }] })
    const headers = { ...atNative, authorization: `Bearer ${secret}` }
    upstream.script(answerJson({ data: [] }))
    const statuses = []
    for (let at = 0; at < 3; at++) statuses.push((await call('GET', '/v1/files', headers)).status)
    expect(statuses).toEqual([200, 200, 429])
  })
})

describe('an integration that restricts its models', () => {
  beforeAll(async () => {
    await sluice.connect('strict', 'openai', upstream.origin)
    await sluice.admin('PUT', '/integrations/strict/models', {
      allow_all_models: false,
      models: [{ slug: 'gpt-5', enabled: true }],
    })
  })

  const strict = { 'x-portkey-provider': '@strict', 'content-type': 'application/json' }

  it.each([
    ['another model in the body', '/v1/threads', '{"model":"gpt-4o"}'],
    ['no model', '/v1/threads', '{}'],
    ['another model in the address than in the body', '/v1/deployments/gpt-4o/run', '{"model":"gpt-5"}'],
    ['another model in the query', '/v1/threads?model=gpt-4o', '{"model":"gpt-5"}'],
  ])('refuses %s', async (_, path, body) => {
    const before = upstream.received.length
    const response = await call('POST', path, strict, body)
    expect(response.status).toBe(412)
    expect(upstream.received.length).toBe(before)
  })

  it('lets the allowed model and free requests pass', async () => {
    upstream.script(answerJson({}))
    expect((await call('POST', '/v1/threads', strict, '{"model":"gpt-5"}')).status).toBe(200)
    expect((await call('GET', '/v1/files', { 'x-portkey-provider': '@strict' })).status).toBe(200)
  })
})

describe('a request of the type proxy', () => {
  it('is denied by allowedRequestTypes, and looked at by no other check', async () => {
    const before = upstream.received.length
    const config = (checks: unknown[]) => ({
      'x-portkey-config': JSON.stringify({
        provider: '@native',
        input_guardrails: checks.map((check) => ({ ...(check as object), deny: true })),
      }),
    })
    const denied = config([{ 'default.allowedRequestTypes': { allowedTypes: ['chatComplete'] } }])
    expect((await call('GET', '/v1/threads', denied)).status).toBe(446)
    expect(upstream.received.length).toBe(before)
    upstream.script(answerJson({}))
    const other = config([{ 'default.contains': { words: ['never'], operator: 'all' } }])
    expect((await call('GET', '/v1/threads', other)).status).toBe(200)
  })
})
