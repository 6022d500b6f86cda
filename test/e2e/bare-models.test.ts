/** A model that is named without its provider, as quick starts of agents write it. */
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import {
  answerEvents,
  answerJson,
  chatAnswer,
  messagesStream,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

const messages = [{ role: 'user' as const, content: 'hi' }]

beforeAll(async () => {
  upstream = await startUpstream(answerJson(chatAnswer('hello')))
  sluice = await startSluice()
  await sluice.connect('oai', 'openai', upstream.origin)
  await sluice.connect('claude', 'anthropic', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const script = (more: (path: string) => unknown) =>
  upstream.script((received, response, request) => {
    if (received.path.endsWith('/models')) return void response.writeHead(404).end()
    return answerJson(more(received.path))(received, response, request)
  })

describe("a model's bare name", () => {
  it('means the only provider that lists it, for the OpenAI client and on paths that are passed on', async () => {
    script(() => chatAnswer('hello'))
    const openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
    const { data, response } = await openai.chat.completions.create({ model: 'gpt-4o', messages }).withResponse()
    expect(data.choices[0]?.message.content).toBe('hello')
    expect(response.headers.get('x-portkey-warnings')).toContain("'@oai' is the only one here that lists this model")
    expect(upstream.received.at(-1)?.headers.authorization).toBe('Bearer secret-of-oai')
    const { metrics } = await sluice.logOf(response)
    expect(metrics).toMatchObject({ virtual_key: 'oai', is_priced: true })
    const raw = await sluice.post('/v1/responses/input_tokens', { model: 'gpt-4o', input: 'hi' })
    expect(raw.status).toBe(200)
  })

  it('means a provider of another wire just as well', async () => {
    upstream.script((received, response, request) =>
      received.path.endsWith('/models')
        ? void response.writeHead(404).end()
        : answerEvents(messagesStream(['hello']))(received, response, request),
    )
    const response = await sluice.post('/v1/chat/completions', { model: 'claude-sonnet-4-5', messages, stream: true })
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('hello')])
    expect(upstream.received.at(-1)?.headers['x-api-key']).toBe('secret-of-claude')
  })

  it('is refused where nobody lists it, and where several do', async () => {
    script(() => chatAnswer('hello'))
    const nobody = await sluice.post('/v1/chat/completions', { model: 'nobody-knows', messages })
    expect([nobody.status, await nobody.text()]).toEqual([400, expect.stringContaining('no provider was named')])
    await sluice.connect('second', 'openai', upstream.origin)
    sluice.passTime(31_000)
    const several = await sluice.post('/v1/chat/completions', { model: 'gpt-4o', messages })
    expect([several.status, await several.text()]).toEqual([400, expect.stringContaining("'@oai/gpt-4o'")])
    await sluice.admin('PUT', '/integrations/second/models', {
      allow_all_models: false,
      models: [{ slug: 'own', enabled: true }],
    })
    sluice.passTime(31_000)
    expect((await sluice.post('/v1/chat/completions', { model: 'gpt-4o', messages })).status).toBe(200)
    const own = await sluice.post('/v1/chat/completions', { model: 'own', messages })
    expect([own.status, upstream.received.at(-1)?.headers.authorization]).toEqual([200, 'Bearer secret-of-second'])
  })
})
