/** Requests that try to pay less than they cost: caps written twice, tools and tiers that are billed beside the tokens, files that lie. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settledLedger } from '../support/ledger-state.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, chatAnswer, messagesStream, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('open', 'openai', upstream.origin)
  await sluice.connect('claude', 'anthropic', upstream.origin)
  // before the first request, because an instance may know its workspace's policies for half a minute
  for (const [key, value] of [
    ['model', 'gpt-5-pro'],
    ['endpoint_type', 'embed'],
  ])
    await sluice.admin('POST', '/policies/usage-limits', {
      name: `about ${key}`,
      conditions: [
        { key: 'metadata.about', value: key },
        { key, value },
      ],
      group_by: [{ key: 'api_key' }],
      type: 'cost',
      credit_limit: 1,
      workspace_id: await workspaceId(),
    })
})

async function workspaceId() {
  const { data } = (await sluice.admin('GET', '/admin/workspaces')) as unknown as { data: { id: string }[] }
  return data[0]?.id
}

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

/** A key with so many dollars, and how it asks. */
async function keyWith(dollars: number) {
  const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: dollars } })
  return {
    id,
    headers: { authorization: `Bearer ${secret}` },
    post: (path: string, body: unknown, headers: Record<string, string> = {}) =>
      sluice.post(path, body, { authorization: `Bearer ${secret}`, ...headers }),
    rest: (count: number) => settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count }),
  }
}

const messages = [{ role: 'user', content: 'hi' }]

describe('a cap that is written twice', () => {
  it('is held as the larger of both, and lowered in both places', async () => {
    upstream.script(answerJson(chatAnswer('ok')))
    const key = await keyWith(0.01)
    const both = { model: '@open/gpt-4o', messages, max_completion_tokens: 16, max_tokens: 90_000 }
    const response = await key.post('/v1/chat/completions', both)
    expect(response.status).toBe(200)
    const sent = upstream.received.at(-1)?.json() as { max_tokens: number; max_completion_tokens: number }
    expect(sent.max_tokens).toBeLessThan(1_000)
    expect(sent.max_completion_tokens).toBe(sent.max_tokens)
    await key.rest(1)
  })
})

describe('a member that is said twice', () => {
  it('goes out once, as it was judged', async () => {
    upstream.script(answerJson(chatAnswer('ok')))
    const key = await keyWith(0.01)
    const rest = '"model":"@open/gpt-4o","messages":[{"role":"user","content":"hi"}]'
    const response = await key.post('/v1/chat/completions', `{"max_tokens":90000,${rest},"max_tokens":16}`)
    expect(response.status).toBe(200)
    expect(upstream.received.at(-1)?.body).not.toContain('90000')
    expect(upstream.received.at(-1)?.json().max_tokens).toBe(16)
  })
})

describe('what a config makes of a request', () => {
  it('is what is charged: pictures and characters that the client did not write', async () => {
    const config = (override_params: object) => ({
      'x-portkey-config': JSON.stringify({ provider: '@open', override_params }),
    })
    upstream.script(answerJson({ created: 1, data: Array.from({ length: 10 }, () => ({ url: 'https://x.test/1' })) }))
    const key = await keyWith(2)
    const picture = { model: 'dall-e-2', prompt: 'a cat', size: '256x256' }
    const pictures = await key.post('/v1/images/generations', picture, config({ n: 10, size: '1024x1024' }))
    expect(pictures.status).toBe(200)
    expect((await sluice.logOf(pictures)).metrics.cost_nanos).toBe(10 * 20_000_000)
    upstream.script((_, response) => void response.writeHead(200, { 'content-type': 'audio/mpeg' }).end('sound'))
    const speech = { model: 'tts-1', voice: 'alloy', input: 'a' }
    const spoken = await key.post('/v1/audio/speech', speech, config({ input: 'a'.repeat(1_000) }))
    expect(spoken.status).toBe(200)
    await spoken.text()
    expect((await sluice.logOf(spoken)).metrics.cost_nanos).toBe(1_000 * 15_000)
    expect((await key.rest(2)).spent).toBe(215_000_000)
  })
})

const searched = (searches: number) => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-sonnet-4-5',
  content: [{ type: 'text', text: 'found' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1_000, output_tokens: 100, server_tool_use: { web_search_requests: searches } },
})

describe('a tool that the provider runs itself', () => {
  const search = { type: 'web_search_20250305', name: 'web_search', max_uses: 5 }
  const claude = { model: '@claude/claude-sonnet-4-5', max_tokens: 100, messages }
  const tokensNanos = 1_000 * 3_000 + 100 * 15_000

  it('is paid for by its uses, beside the tokens', async () => {
    upstream.script(answerJson(searched(3)))
    const key = await keyWith(20)
    const response = await key.post('/v1/messages', { ...claude, tools: [search] })
    expect(response.status).toBe(200)
    expect((await sluice.logOf(response)).metrics.cost_nanos).toBe(tokensNanos + 3 * 10_000_000)
    expect((await key.rest(1)).spent).toBe(tokensNanos + 3 * 10_000_000)
  })

  it('is held as what it may find, so that a small budget does not begin it', async () => {
    const before = upstream.received.length
    const key = await keyWith(1)
    expect((await key.post('/v1/messages', { ...claude, tools: [search] })).status).toBe(412)
    upstream.script(answerJson(searched(0)))
    expect((await key.post('/v1/messages', claude)).status).toBe(200)
    expect(upstream.received.length).toBe(before + 1)
  })

  it('whose use has no price is refused under a limit on cost, and told without one', async () => {
    upstream.script(
      answerJson({
        id: 'resp_1',
        object: 'response',
        status: 'completed',
        model: 'gpt-5',
        output: [
          { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'ok', annotations: [] }] },
        ],
        usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
      }),
    )
    const body = { model: '@open/gpt-5', input: 'draw', tools: [{ type: 'image_generation' }] }
    const key = await keyWith(100)
    const refused = await key.post('/v1/responses', body)
    expect(refused.status).toBe(400)
    expect(JSON.stringify(await refused.json())).toContain('image_generation')
    const told = await sluice.logOf(await sluice.post('/v1/responses', body))
    expect(told.warnings).toMatchObject([{ type: 'unpriced', field: 'tools.image_generation' }])
  })

  it('counts each search among the items of an answer', async () => {
    const call = (action: object) => ({ type: 'web_search_call', id: 'ws', status: 'completed', action })
    const output = [
      call({ type: 'search', query: 'a' }),
      call({ type: 'open_page', url: 'u' }),
      call({ type: 'search' }),
    ]
    const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 }
    upstream.script(answerJson({ id: 'r', object: 'response', status: 'completed', model: 'gpt-5', output, usage }))
    const key = await keyWith(20)
    const body = { model: '@open/gpt-5', input: 'find', tools: [{ type: 'web_search' }] }
    const response = await key.post('/v1/responses', body)
    expect(response.status).toBe(200)
    expect((await key.rest(1)).spent).toBe(10 * 1_250 + 5 * 10_000 + 2 * 10_000_000)
  })
})

describe('a model that searches by itself', () => {
  const preview = { model: '@open/gpt-4o-search-preview', max_tokens: 16, messages }

  it('is paid for by its searches, though nobody named a tool', async () => {
    upstream.script(answerJson(chatAnswer('found', { prompt: 100, completion: 10 })))
    const key = await keyWith(20)
    expect((await key.post('/v1/chat/completions', preview)).status).toBe(200)
    expect((await key.rest(1)).spent).toBe(100 * 2_500 + 10 * 10_000 + 25_000_000)
  })

  it('is held with them, so that a small budget does not begin it', async () => {
    const key = await keyWith(0.01)
    expect((await key.post('/v1/chat/completions', preview)).status).toBe(412)
  })

  it('is held with as many as it may make, and pays for those that it tells', async () => {
    await sluice.connect('research', 'perplexity-ai', upstream.origin)
    const body = { model: '@research/sonar-deep-research', max_tokens: 16, messages }
    const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110, num_search_queries: 30 }
    upstream.script(answerJson({ ...chatAnswer('found'), usage }))
    expect((await (await keyWith(1)).post('/v1/chat/completions', body)).status).toBe(412)
    const key = await keyWith(20)
    expect((await key.post('/v1/chat/completions', body)).status).toBe(200)
    expect((await key.rest(1)).spent).toBe(100 * 2_000 + 10 * 8_000 + 30 * 5_000_000)
  })
})

describe('a tier that is dearer than the list', () => {
  it('is held and charged at the most that it costs', async () => {
    upstream.script(answerJson(chatAnswer('ok', { prompt: 100, completion: 10 })))
    const key = await keyWith(1)
    const usual = await key.post('/v1/chat/completions', { model: '@open/gpt-4o', messages, max_tokens: 16 })
    const tier = { service_tier: 'priority' }
    const dear = await key.post('/v1/chat/completions', { model: '@open/gpt-4o', messages, max_tokens: 16, ...tier })
    expect([usual.status, dear.status]).toEqual([200, 200])
    const nanos = 100 * 2_500 + 10 * 10_000
    expect((await sluice.logOf(usual)).metrics.cost_nanos).toBe(nanos)
    expect((await sluice.logOf(dear)).metrics.cost_nanos).toBe(nanos * 2.5)
    await key.rest(2)
  })
})

describe('models that a body names beside its model', () => {
  it('are not asked: neither the integration nor the price knows of them', async () => {
    await sluice.connect('router', 'openrouter', upstream.origin)
    upstream.script(answerJson(chatAnswer('ok')))
    const body = {
      model: '@router/openai/gpt-4o-mini',
      models: ['openai/o1-pro'],
      route: 'fallback',
      preset: 'dear',
      messages,
    }
    const response = await sluice.post('/v1/chat/completions', body)
    expect(response.headers.get('x-portkey-warnings')).toContain('dropped models')
    expect(upstream.received.at(-1)?.json()).toEqual({ model: 'openai/gpt-4o-mini', messages })
  })
})

describe('a client that leaves before the usage is told', () => {
  /** Sends these frames and then nothing, until the client has read them and is gone. */
  async function leaveAfter(frames: readonly string[], body: object, path = '/v1/chat/completions') {
    upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(frames.join(''))
    })
    const key = await keyWith(1)
    const gone = new AbortController()
    const response = await fetch(`${sluice.origin}${path}`, {
      method: 'POST',
      signal: gone.signal,
      headers: {
        ...key.headers,
        'content-type': 'application/json',
        'x-portkey-config': '{"on_client_close":"cut"}',
      },
      body: JSON.stringify({ model: '@open/gpt-4o', stream: true, ...body }),
    })
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
    for (let read = ''; !read.includes(frames.at(-1) ?? ''); ) read += (await reader?.read())?.value ?? ''
    gone.abort()
    return (await key.rest(1)).spent
  }
  const choice = (index: number, content: string) =>
    `data: ${JSON.stringify({ id: 'c', model: 'gpt-4o', choices: [{ index, delta: { content }, finish_reason: null }] })}\n\n`
  const outputNanos = 10_000

  it('pays for all the answers that it asked for, not for the first alone', async () => {
    const frames = Array.from({ length: 8 }, (_, index) => choice(index, 'word'.repeat(50)))
    expect(await leaveAfter(frames, { messages, n: 8, max_tokens: 100 })).toBeGreaterThanOrEqual(8 * 50 * outputNanos)
  })

  it('pays for scripts whose letters are tokens', async () => {
    const frames = Array.from({ length: 40 }, () => choice(0, '漢字'))
    expect(await leaveAfter(frames, { messages, max_tokens: 100 })).toBeGreaterThanOrEqual(60 * outputNanos)
  })

  it('pays what was held when the model had only thought', async () => {
    const frames = [
      ...messagesStream([]).slice(0, 1),
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}\n\n',
    ]
    const body = { model: '@claude/claude-sonnet-4-5', messages, max_tokens: 5_000 }
    expect(await leaveAfter(frames, body, '/v1/messages')).toBeGreaterThanOrEqual(5_000 * 15_000)
  })
})

describe('a model whose price is of something else', () => {
  it('is none, so that words are not free where seconds have a price', async () => {
    upstream.script(answerJson(chatAnswer('ok')))
    const key = await keyWith(1)
    const body = { model: '@open/whisper-1', messages }
    expect((await key.post('/v1/chat/completions', body)).status).toBe(412)
    const told = await sluice.logOf(await sluice.post('/v1/chat/completions', body))
    expect(told.metrics).toMatchObject({ is_priced: false, cost_nanos: null })
  })
})

describe('a path that is passed on', () => {
  const ask = (about: string, path: string) =>
    sluice.post(path, { model: '@open/gpt-4o', messages }, { 'x-portkey-metadata': JSON.stringify({ about }) })

  it('is subject to policies about models and endpoints, since it need not say which it is', async () => {
    upstream.script(answerJson(chatAnswer('ok')))
    for (const about of ['model', 'endpoint_type']) {
      expect((await ask(about, '/v1/proxy/chat/completions')).status, about).toBe(400)
      expect((await ask(about, '/v1/chat/completions')).status, about).toBe(200)
    }
    expect((await ask('nothing', '/v1/proxy/chat/completions')).status).toBe(200)
  })

  it('has a cost that is not known when its answer broke off', async () => {
    upstream.script((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' })
      response.write('{"usage":', () => response.destroy())
    })
    const response = await ask('nothing', '/v1/proxy/chat/completions')
    await response.text().catch(() => '')
    const log = await sluice.logOf(response)
    expect(log.metrics).toMatchObject({ outcome: 'interrupted', cost_nanos: null, is_priced: false })
  })
})
