/** What chat clients say in headers of their own about who asks and in which conversation. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, chatAnswer, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

const hi = { model: '@up/gpt-5', max_tokens: 20, messages: [{ role: 'user', content: 'hi' }], user: 'of-the-body' }
const webui = {
  'x-openwebui-user-email': 'ana@example.com',
  'x-openwebui-user-id': 'u-1',
  'x-openwebui-user-role': 'admin',
  'x-openwebui-user-name': 'Ana%20Mu%C3%B1oz',
  'x-openwebui-chat-id': '5f3c1c1e-8f7a-4c0e-9d51-6a2b8d9e0f11',
}

beforeAll(async () => {
  upstream = await startUpstream(answerJson(chatAnswer('hello')))
  sluice = await startSluice()
  await sluice.connect('up', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

async function ask(headers: Record<string, string>, path = '/v1/chat/completions', body: object = hi) {
  const response = await sluice.post(path, body, headers)
  const log = await sluice.logOf(response)
  return { traceId: response.headers.get('x-portkey-trace-id'), text: JSON.stringify(log), log }
}

async function setDefaults(defaults: object): Promise<void> {
  const { data } = (await sluice.admin('GET', '/admin/workspaces')) as unknown as { data: { slug: string }[] }
  await sluice.admin('PUT', `/admin/workspaces/${data[0]?.slug}`, { defaults })
  sluice.passTime(31_000)
}

describe('headers of Open WebUI', () => {
  it('are the user, the metadata and the trace of a request, on every path', async () => {
    for (const [path, body] of [
      ['/v1/chat/completions', hi],
      ['/v1/proxy/some/path', { model: '@up/gpt-5' }],
    ] as const) {
      const { traceId, text } = await ask(webui, path, body)
      expect(traceId).toBe(webui['x-openwebui-chat-id'])
      expect(text).toContain('"_user":"ana@example.com"')
      expect(text).toContain('"user_role":"admin"')
      expect(text).toContain('"user_name":"Ana Muñoz"')
    }
  })

  it('give way to what the request says itself', async () => {
    const own = { 'x-portkey-metadata': '{"_user":"explicit"}', 'x-portkey-trace-id': 'trace-1' }
    const { traceId, text } = await ask({ ...webui, ...own })
    expect(traceId).toBe('trace-1')
    expect(text).toContain('"_user":"explicit"')
  })

  it('are others where the workspace says so, or none', async () => {
    await setDefaults({ metadata_headers: { 'X-Employee': '_user', 'x-ticket': 'trace_id', 'x-team': 'team' } })
    const other = await ask({ ...webui, 'x-employee': 'e-7', 'x-ticket': 'T-1', 'x-team': 'search' })
    expect(other.traceId).toBe('T-1')
    expect(other.text).toContain('"_user":"e-7"')
    expect(other.text).toContain('"team":"search"')
    expect(other.text).not.toContain('"user_role"')
    await setDefaults({ metadata_headers: {} })
    const none = await ask(webui)
    expect(none.traceId).not.toBe(webui['x-openwebui-chat-id'])
    expect(none.text).toContain('"_user":"of-the-body"')
    await setDefaults({ metadata_headers: null })
    expect((await ask(webui)).text).toContain('"_user":"ana@example.com"')
  })
})
