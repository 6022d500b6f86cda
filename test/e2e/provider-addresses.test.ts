/** What a provider says that would lead a client, or the gateway, elsewhere; and what stays in the record when bodies are kept out. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { dumpEverythingStored } from '../support/stored-everything.ts'
import { answerJson, chatAnswer, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream
let elsewhere: Upstream

const hi = { model: 'gpt-5', max_tokens: 20, messages: [{ role: 'user' as const, content: 'hi' }] }

beforeAll(async () => {
  upstream = await startUpstream()
  elsewhere = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('up', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
  await elsewhere?.stop()
})

const at = { 'x-portkey-provider': '@up' }
const paths: readonly [string, object][] = [
  ['/v1/chat/completions', hi],
  ['/v1/embeddings', { model: 'text-embedding-3-small', input: 'a' }],
  ['/v1/some/path', { a: 1 }],
]

describe('an address of the provider', () => {
  it.each(paths)('in a header reaches no client of %s', async (path, body) => {
    const url = `${elsewhere.origin}/signed?secret=1`
    const addresses = { location: url, 'content-location': url, 'operation-location': url, refresh: `0; url=${url}` }
    upstream.script(
      answerJson({ ...chatAnswer('a'), data: [] }, 200, {
        ...addresses,
        'x-portkey-cache-status': 'HIT',
        'x-own': 'seen',
      }),
    )
    const response = await sluice.post(path, body, at)
    expect(response.status).toBe(200)
    expect(JSON.stringify([...response.headers])).not.toContain('secret=1')
    expect(response.headers.get('x-own')).toBe('seen')
    expect(response.headers.get('x-portkey-cache-status')).toBe('DISABLED')
  })

  it('that is left out of a passed-on answer is told', async () => {
    upstream.script(answerJson({}, 202, { location: `${elsewhere.origin}/jobs/1` }))
    const response = await sluice.post('/v1/some/path', {}, at)
    expect(response.status).toBe(202)
    expect(response.headers.get('x-portkey-warnings')).toContain('dropped response.headers.location')
  })

  it.each(paths)('is neither followed nor passed on as a redirect of %s', async (path, body) => {
    for (const status of [301, 302, 303, 307, 308, 300]) {
      upstream.script(answerJson({}, status, { location: `${elsewhere.origin}/signed?secret=1` }))
      const response = await sluice.post(path, body, at)
      const text = await response.text()
      expect([response.status, text]).toEqual([
        502,
        expect.stringContaining(`redirects to '${new URL(elsewhere.origin).host}'`),
      ])
      expect(text).not.toContain('secret=1')
      expect(response.headers.get('location')).toBeNull()
    }
    expect(elsewhere.received).toEqual([])
  })
})

describe('a request that keeps its bodies out', () => {
  const quiet = { ...at, 'x-portkey-debug': 'false' }
  const secret = 'my-very-secret-question'
  const body = { ...hi, messages: [{ role: 'user', content: secret }] }

  it.each([
    ['an error that quotes it', () => answerJson({ error: { message: `cannot answer '${secret}'` } }, 400)],
    ['an answer that is no JSON', () => answerJson(`<html>${secret}</html>`)],
    ['an outage', () => answerJson({ error: { message: secret } }, 503)],
  ])('has a record of code and status after %s', async (_, script) => {
    upstream.script(script())
    const log = await sluice.logOf(await sluice.post('/v1/chat/completions', body, quiet))
    expect(log.response.status).toBeGreaterThanOrEqual(400)
    expect(JSON.stringify(log)).toMatch(/"code":"upstream_/)
    expect(JSON.stringify(log)).not.toContain(secret)
  })

  it('has none of it in a record of what was refused before it was understood', async () => {
    const broken = await sluice.post('/v1/chat/completions', `{"model":"${secret}`, quiet)
    expect(broken.status).toBe(400)
    expect(JSON.stringify(await sluice.logOf(broken))).not.toContain(secret)
    const unknown = await sluice.post(
      '/v1/chat/completions',
      { ...body, model: '@nobody/gpt-5' },
      { 'x-portkey-debug': 'false' },
    )
    expect(unknown.status).toBe(400)
    const log = await sluice.logOf(unknown)
    expect(log.request.body ?? null).toBeNull()
  })

  it('has none of it in the notes of guardrails', async () => {
    upstream.script(answerJson(chatAnswer(`{"a": ${secret}}`)))
    const config = { output_guardrails: [{ 'default.jsonSchema': { schema: { type: 'object' } } }] }
    const headers = { ...quiet, 'x-portkey-config': JSON.stringify(config) }
    const log = await sluice.logOf(await sluice.post('/v1/chat/completions', body, headers))
    expect(JSON.stringify(log)).not.toContain(secret)
    expect(await dumpEverythingStored(sluice)).not.toContain('cannot answer')
  })
})
