/** Configs, keys and headers as published examples write them, saved and inline, byte for byte. */
import { readFileSync } from 'node:fs'
import { Portkey } from 'portkey-ai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, chatAnswer, type Script, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
const upstreams = new Map<string, Upstream>()

/** Slug and AI provider of each that the examples name. */
const providers = {
  'anthropic-prod': 'anthropic',
  'openai-prod': 'openai',
  'bedrock-prod': 'openai',
  'anthropic-us': 'anthropic',
  'anthropic-eu': 'anthropic',
  YOUR_OPENAI_PROVIDER_SLUG: 'openai',
  YOUR_ANTHROPIC_PROVIDER: 'anthropic',
} as const

type Slug = keyof typeof providers

const down = answerJson({ error: { type: 'api_error', message: 'down' } }, 503, { 'retry-after': '0' })

function answering(slug: Slug): Script {
  const text = `from ${slug}`
  if (providers[slug] === 'openai') return answerJson(chatAnswer(text))
  return answerJson({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude',
    content: [{ type: 'text', text }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 1, output_tokens: 1 },
  })
}

const upstream = (slug: Slug): Upstream => {
  const found = upstreams.get(slug)
  if (found === undefined) throw new Error(`no upstream ${slug}`)
  return found
}

beforeAll(async () => {
  sluice = await startSluice()
  for (const [slug, aiProvider] of Object.entries(providers)) {
    const started = await startUpstream()
    upstreams.set(slug, started)
    await sluice.connect(slug, aiProvider, started.origin)
  }
})

afterAll(async () => {
  await sluice?.stop()
  for (const each of upstreams.values()) await each.stop()
})

beforeEach(() => {
  for (const slug of Object.keys(providers) as Slug[]) upstream(slug).script(answering(slug))
})

const read = (name: string) => readFileSync(new URL(`../fixtures/configs/${name}.json`, import.meta.url), 'utf8')

const ask = (config: string, content = 'hi') =>
  sluice.post(
    '/v1/chat/completions',
    { model: 'a-model', max_tokens: 20, messages: [{ role: 'user', content }] },
    // a header is one line; nothing else of the text is touched
    { 'x-portkey-config': config.replace(/\n/g, ' ').replace(/\t/g, ' ') },
  )

const contentOf = async (response: Response) =>
  ((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content

describe('a published example', () => {
  it.each(['fallback', 'load-balance', 'cache-and-retry', 'balance-by-model'])('%s is saved as it is', async (name) => {
    const config = JSON.parse(read(name))
    const { slug } = (await sluice.admin('POST', '/configs', { name, config })) as unknown as { slug: string }
    const shown = (await sluice.admin('GET', `/configs/${slug}`)) as unknown as { config: string }
    expect(JSON.parse(shown.config)).toEqual(config)
    expect((await ask(slug)).status).toBe(200)
  })

  it('falls back from one provider to the next, in its order', async () => {
    const asked = async () => contentOf(await ask(read('fallback')))
    expect(await asked()).toBe('from anthropic-prod')
    upstream('anthropic-prod').script(down)
    expect(await asked()).toBe('from openai-prod')
    upstream('openai-prod').script(down)
    expect(await asked()).toBe('from bedrock-prod')
  })

  it.each([
    ['load-balance', ['from anthropic-eu', 'from anthropic-us']],
    ['balance-by-model', ['from YOUR_ANTHROPIC_PROVIDER', 'from YOUR_OPENAI_PROVIDER_SLUG']],
  ])('balances: %s', async (name, all) => {
    const answers = new Set<string | undefined>()
    while (answers.size < 2) answers.add(await contentOf(await ask(read(name))))
    expect([...answers].sort()).toEqual(all)
  })

  it('names the model with its provider', async () => {
    const { received } = upstream('YOUR_OPENAI_PROVIDER_SLUG')
    expect(received.at(-1)?.json()).toMatchObject({ model: 'gpt-model' })
    expect(upstream('YOUR_ANTHROPIC_PROVIDER').received.at(-1)?.json()).toMatchObject({ model: 'claude-sonnet-model' })
  })

  it('keeps answers, and tries again', async () => {
    const { received, script } = upstream('anthropic-prod')
    const before = received.length
    let turn = 0
    script((...given) => (turn++ === 0 ? down(...given) : answering('anthropic-prod')(...given)))
    const first = await ask(read('cache-and-retry'), 'once')
    expect(first.headers.get('x-portkey-retry-attempt-count')).toBe('1')
    expect(first.headers.get('x-portkey-cache-status')).toBe('MISS')
    await sluice.logOf(first)
    const second = await ask(read('cache-and-retry'), 'once')
    expect(second.headers.get('x-portkey-cache-status')).toBe('HIT')
    expect(await contentOf(second)).toBe('from anthropic-prod')
    expect(received).toHaveLength(before + 2)
  })
})

describe('the key of a published example', () => {
  it('is refused as an organisation key of one workspace, in words that say which type works, and works as that', async () => {
    const config = JSON.parse(read('fallback'))
    const saved = (await sluice.admin('POST', '/configs', { name: 'for a key', config })) as unknown as { slug: string }
    const { data } = (await sluice.admin('GET', '/admin/workspaces')) as unknown as { data: { id: string }[] }
    const portkey = new Portkey({ apiKey: sluice.adminKey, baseURL: `${sluice.origin}/v1` })
    const metadata = { environment: 'development', department: 'engineering', team: 'frontend' }
    const example = {
      name: 'frontend-engineering',
      type: 'organisation',
      workspace_id: data[0]?.id ?? '',
      defaults: { config_id: saved.slug, metadata },
    }
    await expect(portkey.apiKeys.create({ ...example, scopes: ['logs.view', 'configs.read'] })).rejects.toThrow(
      'create a key of the type workspace/service',
    )
    const ofWorkspace = { ...example, type: 'workspace' }
    const reading = await portkey.apiKeys.create({ ...ofWorkspace, scopes: ['logs.view', 'configs.read'] })
    const authorization = (key: unknown) => ({ authorization: `Bearer ${key}` })
    const hi = { model: 'a-model', max_tokens: 20, messages: [{ role: 'user', content: 'hi' }] }
    const refused = await sluice.post('/v1/chat/completions', hi, authorization(reading.key))
    expect(refused.status).toBe(403)
    const list = await fetch(`${sluice.origin}/v1/configs`, { headers: authorization(reading.key) })
    expect(list.status).toBe(403)
    const shown = await fetch(`${sluice.origin}/v1/configs/${saved.slug}`, { headers: authorization(reading.key) })
    expect(shown.status).toBe(200)

    const calling = await portkey.apiKeys.create({ ...ofWorkspace, scopes: ['completions.write'] })
    const answer = await sluice.post('/v1/chat/completions', hi, authorization(calling.key))
    const log = await sluice.logOf(answer)
    expect(await contentOf(answer)).toBe('from anthropic-prod')
    expect(JSON.stringify(log)).toContain(JSON.stringify(metadata).slice(1, -1))
  })
})

describe('a header of a published example', () => {
  it.each([
    ['{"_user": "ana@example.com"}', '"_user":"ana@example.com"'],
    ['{"agent":"main","environment":"production"}', '"agent":"main","environment":"production"'],
  ])('tags the request with its metadata: %s', async (metadata, said) => {
    const body = {
      model: '@anthropic-prod/claude-opus-4-5',
      max_tokens: 20,
      messages: [{ role: 'user', content: 'hi' }],
    }
    const headers = { 'x-portkey-metadata': metadata, 'x-portkey-trace-id': 'openclaw-main-agent' }
    const answer = await sluice.post('/v1/messages', body, headers)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('x-portkey-trace-id')).toBe('openclaw-main-agent')
    expect(JSON.stringify(await sluice.logOf(answer))).toContain(said)
  })
})
