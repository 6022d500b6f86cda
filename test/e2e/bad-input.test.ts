import http from 'node:http'
import net from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'

let sluice: Sluice

beforeAll(async () => {
  sluice = await startSluice({ bodyTimeoutMs: 300 })
})

afterAll(async () => {
  await sluice?.stop()
})

const question = [{ role: 'user', content: 'hi' }]

/** What every refusal of the OpenAI wire looks like. */
async function refusalOf(response: Response) {
  const body = (await response.json()) as { error: { message: string; type: string; code: string | null } }
  expect(response.headers.get('x-portkey-trace-id')).toBeTruthy()
  return { status: response.status, ...body.error }
}

function bodyOfMetadata(keys: number): string {
  const metadata = Object.fromEntries(Array.from({ length: keys }, (_, at) => [`k${at}`, '']))
  return JSON.stringify({ model: '@demo/hello', messages: question, metadata })
}

describe('a bad body on /v1/chat/completions', () => {
  it.each([
    ['malformed JSON', '{"model": "@demo/hello", ', 'JSON'],
    ['an array', '[]', 'object'],
    ['nothing', '', 'JSON'],
    ['no model', '{"messages":[{"role":"user","content":"x"}]}', 'model'],
    ['a number as model', '{"model":5,"messages":[{"role":"user","content":"x"}]}', 'model'],
    ['no messages', '{"model":"@demo/hello"}', 'messages'],
    ['empty messages', '{"model":"@demo/hello","messages":[]}', 'messages'],
    ['text as messages', '{"model":"@demo/hello","messages":"hi"}', 'messages'],
    ['text as stream', '{"model":"@demo/hello","messages":[{"role":"user","content":"x"}],"stream":"yes"}', 'stream'],
    ['nesting 10,000 deep', `{"model":"@demo/hello","messages":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, 'deep'],
    ['200,000 keys in metadata (issue 9)', bodyOfMetadata(200_000), '10000 keys'],
  ])('%s is a 400 that says what is wrong', async (_, body, word) => {
    const refusal = await refusalOf(await sluice.post('/v1/chat/completions', body))
    expect(refusal).toMatchObject({ status: 400, type: 'invalid_request_error' })
    expect(refusal.message).toContain(word)
  })

  it('invalid UTF-8 is a 400', async () => {
    const response = await fetch(`${sluice.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sluice.apiKey}`, 'content-type': 'application/json' },
      body: Buffer.concat([Buffer.from('{"model":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
    })
    expect(await refusalOf(response)).toMatchObject({ status: 400, message: expect.stringContaining('UTF-8') })
  })

  it('another content type is a 400 that names it', async () => {
    const response = await sluice.post('/v1/chat/completions', 'a=b', {
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect(await refusalOf(response)).toMatchObject({
      status: 400,
      message: expect.stringContaining('x-www-form-urlencoded'),
    })
  })

  it('more than 6 MB is a 413', async () => {
    const response = await sluice.post('/v1/chat/completions', 'x'.repeat(6 * 1024 * 1024 + 1))
    expect(await refusalOf(response)).toMatchObject({ status: 413 })
  })

  it('an announced length above the bound is a 413 before any of the body has come (issue 9)', async () => {
    const { status, connection } = await new Promise<{ status?: number; connection?: string }>((resolve, reject) => {
      const headers = { authorization: `Bearer ${sluice.apiKey}`, 'content-length': '99999999999' }
      const request = http.request(`${sluice.origin}/v1/chat/completions`, { method: 'POST', headers }, (response) => {
        const { statusCode: status = 0, headers } = response
        resolve({ status, connection: String(headers.connection) })
        request.destroy()
      })
      request.on('error', reject)
      request.flushHeaders()
    })
    expect({ status, connection }).toEqual({ status: 413, connection: 'close' })
  })

  it('a body that never ends is a 408', async () => {
    const { status, body } = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
      const headers = {
        authorization: `Bearer ${sluice.apiKey}`,
        'content-type': 'application/json',
        'content-length': '1000',
      }
      const request = http.request(`${sluice.origin}/v1/chat/completions`, { method: 'POST', headers }, (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () => resolve({ status: response.statusCode, body: text }))
      })
      request.on('error', reject)
      request.write('{')
    })
    expect(status).toBe(408)
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'request_body_timeout' } })
  })

  it('a metadata header that cannot be read is left out, and the answer says so', async () => {
    const response = await sluice.post(
      '/v1/chat/completions',
      { model: '@demo/hello', messages: question },
      { 'x-portkey-metadata': '[1]' },
    )
    expect(response.status).toBe(200)
    expect(response.headers.get('x-portkey-warnings')).toContain('dropped x-portkey-metadata')
    await response.text()
  })
})

describe('a bad request line or header', () => {
  it('oversized headers are a 431', async () => {
    const response = await fetch(`${sluice.origin}/v1/models`, { headers: { 'x-big': 'a'.repeat(40_000) } })
    expect(response.status).toBe(431)
    expect(await response.json()).toMatchObject({ error: { code: 'headers_too_large' } })
  })

  it('something that is not HTTP is a 400', async () => {
    const { port } = new URL(sluice.origin)
    const text = await new Promise<string>((resolve, reject) => {
      const socket = net.connect(Number(port), '127.0.0.1', () => socket.write('HELO sluice\r\n\r\n'))
      let read = ''
      socket.on('data', (chunk) => {
        read += chunk
      })
      socket.on('close', () => resolve(read))
      socket.on('error', reject)
    })
    expect(text).toMatch(/^HTTP\/1\.1 400 /)
  })

  it('an unknown path is a 404 that lists what is served', async () => {
    const response = await sluice.post('/nowhere', {})
    expect(await refusalOf(response)).toMatchObject({
      status: 404,
      message: expect.stringContaining('/v1/chat/completions'),
    })
  })

  it.each(['GET', 'POST'])('%s of a path that no provider has is the provider’s 404', async (method) => {
    const headers = { authorization: `Bearer ${sluice.apiKey}` }
    const response = await fetch(`${sluice.origin}/v1/nowhere`, { method, headers })
    expect(await refusalOf(response)).toMatchObject({ status: 404, message: expect.stringContaining('demo model') })
  })

  it('a base URL without its /v1 is told what was meant', async () => {
    const response = await fetch(`${sluice.origin}/chat/completions`, { method: 'POST' })
    const message = expect.stringContaining('did you mean /v1/chat/completions?')
    expect(await refusalOf(response)).toMatchObject({ status: 404, message })
  })

  it('a packed body is told to come unpacked', async () => {
    const headers = { 'content-encoding': 'gzip' }
    const response = await sluice.post('/v1/chat/completions', '{}', headers)
    expect(await refusalOf(response)).toMatchObject({ status: 400, message: expect.stringContaining("'gzip'") })
  })

  it('a wrong method is a 405 that names the right one', async () => {
    const response = await fetch(`${sluice.origin}/v1/completions`)
    expect(response.headers.get('allow')).toBe('POST')
    expect(await refusalOf(response)).toMatchObject({ status: 405, message: expect.stringContaining('POST') })
  })

  it('a wrong method on an Anthropic path answers in that wire', async () => {
    const response = await fetch(`${sluice.origin}/v1/messages`, { method: 'PUT' })
    expect(response.status).toBe(405)
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } })
  })
})

describe('keys', () => {
  it.each([
    ['authorization', (key: string) => `Bearer ${key}`],
    ['x-portkey-api-key', (key: string) => key],
    ['x-api-key', (key: string) => key],
  ])('are taken from %s', async (header, write) => {
    const headers = { authorization: '', [header]: write(sluice.apiKey) }
    const response = await sluice.post('/v1/chat/completions', { model: '@demo/hello', messages: question }, headers)
    expect(response.status).toBe(200)
    await response.text()
  })

  it('no key is a 401 that says where keys go', async () => {
    const response = await sluice.post('/v1/chat/completions', {}, { authorization: '' })
    expect(await refusalOf(response)).toMatchObject({
      status: 401,
      message: expect.stringContaining('x-portkey-api-key'),
    })
  })

  it('an admin key never calls models', async () => {
    const response = await sluice.post(
      '/v1/messages',
      { model: '@demo/hello', max_tokens: 5, messages: question },
      { authorization: `Bearer ${sluice.adminKey}` },
    )
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'permission_error' } })
  })
})

describe('addressing', () => {
  it.each([
    ['@nobody/x', 'nobody'],
    ['helo', '@demo/hello'],
    ['nothing/x', '@demo/'],
  ])('%s is refused with a hint', async (model, hint) => {
    const refusal = await refusalOf(await sluice.post('/v1/chat/completions', { model, messages: question }))
    expect(refusal.status).toBe(400)
    expect(refusal.message).toContain(hint)
  })
})

describe('CORS', () => {
  it('answers a preflight with the headers it was asked for', async () => {
    const response = await fetch(`${sluice.origin}/v1/chat/completions`, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,x-portkey-metadata',
      },
    })
    expect(response.status).toBe(204)
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    expect(response.headers.get('access-control-allow-headers')).toBe('authorization,x-portkey-metadata')
  })

  it('lets a page read every header of an answer', async () => {
    const response = await sluice.post(
      '/v1/chat/completions',
      { model: '@demo/hello', messages: question },
      { origin: 'https://app.example' },
    )
    expect(response.headers.get('access-control-expose-headers')).toBe('*')
    await response.text()
  })

  it('a bare name that exactly one provider lists means that model', async () => {
    const response = await sluice.post('/v1/chat/completions', { model: 'hello', messages: question })
    expect(response.status).toBe(200)
    await response.text()
  })
})
