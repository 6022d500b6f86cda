/** The cache as the official clients meet it: both forms from one entry, what separates entries, and what is never kept. */
import { randomBytes } from 'node:crypto'
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import {
  answerEvents,
  answerJson,
  answerThenCut,
  chatAnswer,
  chatChunk,
  chatStream,
  messagesStream,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts'

let sluice: Sluice
let open: Upstream
let other: Upstream
let claude: Upstream
let openai: OpenAI
let anthropic: Anthropic
let count = 0

beforeAll(async () => {
  ;[open, other, claude] = await Promise.all([startUpstream(), startUpstream(), startUpstream()])
  sluice = await startSluice()
  await sluice.connect('open', 'openai', open.origin)
  await sluice.connect('other', 'openai', other.origin)
  await sluice.connect('claude', 'anthropic', claude.origin)
  openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
  anthropic = new Anthropic({ baseURL: sluice.origin, apiKey: sluice.apiKey, maxRetries: 0 })
})

/** Every call of the provider gives another answer. */
beforeEach(() => {
  for (const each of [open, other])
    each.script((received, response, request) => {
      count += 1
      const isStream = (received.json() as { stream?: boolean }).stream === true
      const script = isStream ? answerEvents(chatStream(['No', `. ${count}`])) : answerJson(chatAnswer(`No. ${count}`))
      return script(received, response, request)
    })
})

afterAll(async () => {
  await sluice?.stop()
  for (const each of [open, other, claude]) await each?.stop()
})

const config = (value: object = {}) => ({
  'x-portkey-config': JSON.stringify({ provider: '@open', cache: { mode: 'simple' }, ...value }),
})
const question = (text: string, more: object = {}) => ({
  model: 'gpt-4o',
  messages: [{ role: 'user' as const, content: text }],
  ...more,
})

async function ask(text: string, headers: Record<string, string> = {}, more: object = {}, settings: object = {}) {
  const body = question(text, more)
  const response = await sluice.post('/v1/chat/completions', body, { ...config(settings), ...headers })
  const answer = await response.text()
  return { response, answer, status: response.headers.get('x-portkey-cache-status') }
}

async function streamed(text: string) {
  const { data, response } = await openai.chat.completions
    .create({ ...question(text), stream: true, stream_options: { include_usage: true } }, { headers: config() })
    .withResponse()
  let content = ''
  let total: number | undefined
  for await (const chunk of data) {
    content += chunk.choices[0]?.delta.content ?? ''
    total = chunk.usage?.total_tokens ?? total
  }
  return { content, total, status: response.headers.get('x-portkey-cache-status'), response }
}

async function whole(text: string) {
  const { data, response } = await openai.chat.completions.create(question(text), { headers: config() }).withResponse()
  const status = response.headers.get('x-portkey-cache-status')
  return { content: data.choices[0]?.message.content, total: data.usage?.total_tokens, status, response }
}

describe('an answer that was kept', () => {
  it('whole is replayed as a stream, its usage shown, free, without the provider', async () => {
    const first = await whole('whole to stream')
    await sluice.logOf(first.response)
    const calls = open.received.length
    const second = await streamed('whole to stream')
    expect([first.status, second.status]).toEqual(['MISS', 'HIT'])
    expect(second).toMatchObject({ content: first.content, total: 15 })
    expect(open.received.length).toBe(calls)
    const log = await sluice.logOf(second.response)
    expect(log.metrics).toMatchObject({ outcome: 'completed', cache_status: 'HIT', cost: 0 })
    expect(log.metrics.cache_saved_ms).toBeTypeOf('number')
  })

  it('streamed is replayed whole, and as a stream again', async () => {
    const first = await streamed('stream to whole')
    await sluice.logOf(first.response)
    const again = [await whole('stream to whole'), await streamed('stream to whole')]
    for (const each of again) expect(each).toMatchObject({ status: 'HIT', content: first.content, total: 15 })
  })

  it('is replayed to another whole request byte for byte', async () => {
    const first = await ask('bytes')
    await sluice.logOf(first.response)
    expect(await ask('bytes')).toMatchObject({ status: 'HIT', answer: first.answer })
  })

  it('of a translated provider serves the Anthropic client in both forms', async () => {
    claude.script(answerEvents(messagesStream(['Good', ' day'])))
    const headers = config({ provider: '@claude' })
    const body = { model: 'claude-sonnet-4-5', max_tokens: 50, messages: [{ role: 'user' as const, content: 'both' }] }
    const stream = anthropic.messages.stream(body, { headers })
    const { response } = await stream.withResponse()
    expect(await stream.finalText()).toBe('Good day')
    await sluice.logOf(response)
    const calls = claude.received.length
    const { data, response: second } = await anthropic.messages.create(body, { headers }).withResponse()
    expect(data.content).toMatchObject([{ type: 'text', text: 'Good day' }])
    expect(data.usage).toMatchObject({ input_tokens: 10, output_tokens: 5 })
    expect(second.headers.get('x-portkey-cache-status')).toBe('HIT')
    expect(claude.received.length).toBe(calls)
  })

  it('may have megabytes that cannot be compressed', async () => {
    const picture = randomBytes(900_000).toString('base64')
    open.script(answerJson(chatAnswer(picture)))
    const first = await ask('large')
    await sluice.logOf(first.response)
    const second = await ask('large')
    expect(second.status).toBe('HIT')
    expect(second.answer === first.answer).toBe(true)
  })

  it('of embeddings is replayed as well', async () => {
    const vectors = { object: 'list', model: 'e', data: [{ object: 'embedding', index: 0, embedding: [0.5, 0.25] }] }
    open.script(answerJson({ ...vectors, usage: { prompt_tokens: 2, total_tokens: 2 } }))
    const embed = () =>
      openai.embeddings
        .create({ model: 'text-embedding-3-small', input: 'hi', encoding_format: 'float' }, { headers: config() })
        .withResponse()
    const first = await embed()
    await sluice.logOf(first.response)
    const second = await embed()
    expect(second.response.headers.get('x-portkey-cache-status')).toBe('HIT')
    expect(second.data.data).toEqual(first.data.data)
  })

  it('passes the output guardrails that hold now', async () => {
    const first = await ask('guarded')
    await sluice.logOf(first.response)
    const guardrail = { 'default.contains': { operator: 'none', words: ['No'] }, deny: true }
    const second = await ask('guarded', {}, {}, { output_guardrails: [guardrail] })
    expect(second.response.status).toBe(446)
    expect(second.status).toBe('HIT')
  })
})

describe('another question', () => {
  it.each<[string, Record<string, string>, object, object]>([
    ['with other metadata', { 'x-portkey-metadata': '{"_user":"bob"}' }, {}, {}],
    ['in a namespace', { 'x-portkey-cache-namespace': 'eu' }, {}, {}],
    ['for another model', {}, { model: 'gpt-4o-mini' }, {}],
    ['with another parameter', {}, { temperature: 0.5 }, {}],
    ['to another provider', {}, {}, { provider: '@other' }],
    ['with parameters from the config', {}, {}, { override_params: { top_p: 0.5 } }],
  ])('%s is asked', async (name, headers, more, settings) => {
    const first = await ask(name)
    await sluice.logOf(first.response)
    const second = await ask(name, headers, more, settings)
    expect(second.status).toBe('MISS')
    expect(second.answer).not.toBe(first.answer)
  })

  it('in the same namespace is the same one, whatever the metadata', async () => {
    const inside = (user: string) => ({
      'x-portkey-cache-namespace': 'shared',
      'x-portkey-metadata': JSON.stringify({ _user: user }),
    })
    await sluice.logOf((await ask('namespace', inside('ann'))).response)
    expect((await ask('namespace', inside('bob'))).status).toBe('HIT')
  })
})

describe('what is not kept', () => {
  async function asksTwice(text: string, headers: Record<string, string> = {}, more: object = {}) {
    const before = open.received.length
    for (let time = 0; time < 2; time++) {
      const { response, status } = await ask(text, headers, more)
      expect(status).not.toBe('HIT')
      await sluice.logOf(response)
    }
    expect(open.received.length - before).toBe(2)
  }

  it('an error', async () => {
    open.script(answerJson({ error: { message: 'no' } }, 500))
    await asksTwice('error')
  })

  it('a stream that broke off', async () => {
    open.script(answerThenCut([chatChunk({ content: 'half' })]))
    await asksTwice('cut', {}, { stream: true })
  })

  it('the answer to a request whose bodies are kept nowhere', async () => {
    await asksTwice('secret', { 'x-portkey-debug': 'false' })
  })

  it('an answer with log probabilities, which only one form would show', async () => {
    await asksTwice('logprobs', {}, { logprobs: true })
  })

  it('anything, where the config does not ask for a cache', async () => {
    const first = await ask('none', {}, {}, { cache: undefined })
    expect(first.status).toBe('DISABLED')
    expect((await sluice.logOf(first.response)).metrics.cache_status).toBe('DISABLED')
  })
})

describe('a forced refresh', () => {
  it('asks the provider and replaces what was there', async () => {
    await sluice.logOf((await ask('refresh')).response)
    const forced = await ask('refresh', { 'x-portkey-cache-force-refresh': 'true' })
    expect(forced.status).toBe('REFRESH')
    await sluice.logOf(forced.response)
    expect(await ask('refresh')).toMatchObject({ status: 'HIT', answer: forced.answer })
  })
})

describe('limits', () => {
  it('are not touched by hits: a budget of two requests serves a third from the cache and refuses a new one', async () => {
    const { secret } = await sluice.client.makeKey({ rate_limits: [{ type: 'requests', unit: 'rpd', value: 2 }] })
    const headers = { authorization: `Bearer ${secret}` }
    await sluice.logOf((await ask('limited', headers)).response)
    for (let time = 0; time < 4; time++) expect((await ask('limited', headers)).status).toBe('HIT')
    expect((await ask('limited, second', headers)).response.status).toBe(200)
    expect((await ask('limited, third', headers)).response.status).toBe(429)
    expect((await ask('limited', headers)).response.status).toBe(200)
  })
})

describe('twenty identical requests at once', () => {
  it('are one call of the provider', async () => {
    const before = open.received.length
    const all = await Promise.all(Array.from({ length: 20 }, (_, at) => ask('at once', {}, { stream: at % 2 === 1 })))
    expect(open.received.length - before).toBe(1)
    expect(all.map((each) => each.status).sort()).toEqual([...Array(19).fill('HIT'), 'MISS'])
    expect(new Set(all.map((each) => each.response.status))).toEqual(new Set([200]))
  })

  it('do not wait for one that failed: each asks for itself', async () => {
    const before = open.received.length
    open.script(answerJson({ error: { message: 'no' } }, 500))
    const all = await Promise.all(Array.from({ length: 5 }, () => ask('all fail')))
    expect(all.map((each) => each.response.status)).toEqual(Array(5).fill(500))
    expect(open.received.length - before).toBe(5)
  })
})

describe('semantic mode', () => {
  it('without an embedding model matches identical requests and says that it does no more', async () => {
    const first = await ask('semantic', {}, {}, { cache: { mode: 'semantic' } })
    expect(first.response.headers.get('x-portkey-warnings')).toContain('no embedding model is named')
    await sluice.logOf(first.response)
    expect((await ask('semantic', {}, {}, { cache: { mode: 'semantic' } })).status).toBe('HIT')
  })
})

describe('a purge', () => {
  interface Space {
    readonly id: string
  }
  const workspace = async () =>
    ((await sluice.admin('GET', '/admin/workspaces')) as unknown as { data: Space[] }).data[0]?.id ?? ''
  /** Instead of the 30 s for which a catalog is kept. */
  const see = async () => sluice.running.program.gateway.catalog.loadWorkspace(await workspace(), 0)
  const purge = async (query = '') => {
    const answer = await sluice.admin('DELETE', `/cache${query}`)
    await see()
    return answer
  }
  const keep = async (text: string, headers: Record<string, string> = {}) => {
    const { response } = await ask(text, headers)
    await sluice.logOf(response)
  }

  it('of everything makes every answer be asked for again, and no later one', async () => {
    await keep('purge all')
    expect(await purge()).toMatchObject({ object: 'cache-purge', workspace_id: null, namespace: null })
    const again = await ask('purge all')
    expect(again.status).toBe('MISS')
    await sluice.logOf(again.response)
    expect((await ask('purge all')).status).toBe('HIT')
  })

  it('of a workspace is its own', async () => {
    await keep('purge workspace')
    const id = await workspace()
    expect(await purge(`?workspace_id=${id}`)).toMatchObject({ workspace_id: id })
    expect((await ask('purge workspace')).status).toBe('MISS')
  })

  it('of a namespace leaves the others', async () => {
    const inside = (namespace: string) => ({ 'x-portkey-cache-namespace': namespace })
    await keep('purge namespace', inside('purged'))
    await keep('purge namespace', inside('kept'))
    await purge(`?workspace_id=${await workspace()}&namespace=purged`)
    expect((await ask('purge namespace', inside('purged'))).status).toBe('MISS')
    expect((await ask('purge namespace', inside('kept'))).status).toBe('HIT')
  })

  it('of a config is for the requests that name it', async () => {
    const saved = { provider: '@open', cache: { mode: 'simple' } }
    const { slug } = await sluice.admin('POST', '/configs', { name: 'purged', config: saved })
    const headers = { 'x-portkey-config': String(slug) }
    await keep('purge config', headers)
    await purge(`?workspace_id=${await workspace()}&config=${slug}`)
    expect((await ask('purge config', headers)).status).toBe('MISS')
  })

  it.each([
    ['a namespace without a workspace', '?namespace=eu', 400],
    ['a config that does not exist', `?config=pc-none`, 404],
    ['what was mistyped', '?workspace=ws-main', 400],
    ['a workspace that is left empty', '?workspace_id=', 400],
    ['a namespace and a config', '?namespace=eu&config=pc-none', 400],
  ])('of %s is refused', async (_, query, status) => {
    const home = query.startsWith('?config') || query.includes('&') ? `&workspace_id=${await workspace()}` : ''
    expect((await sluice.client.try('DELETE', `/cache${query}${home}`)).status).toBe(status)
  })

  it('is not for keys that only call models', async () => {
    const { secret } = await sluice.client.makeKey({})
    const response = await fetch(`${sluice.origin}/v1/cache`, {
      method: 'DELETE',
      headers: { 'x-portkey-api-key': secret },
    })
    expect(response.status).toBe(403)
  })
})

describe("the organisation's longest time", () => {
  it('shortens what configs say', async () => {
    await sluice.admin('PUT', '/admin/organisation/defaults', { cache_max_age: 60 })
    expect(await sluice.admin('GET', '/admin/organisation/defaults')).toMatchObject({ cache_max_age: 60 })
    expect((await sluice.client.try('PUT', '/admin/organisation/defaults', { cache_max_age: 5 })).status).toBe(400)
    await sluice.admin('PUT', '/admin/organisation/defaults', { cache_max_age: null })
    expect(await sluice.admin('GET', '/admin/organisation/defaults')).toMatchObject({ cache_max_age: null })
  })
})
