/** The semantic cache as clients meet it: what is found, what must not be, what it costs, and that it never stands in the way. */
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ClosedLog } from '../../src/records/log.ts'
import { settledLedger } from '../support/ledger-state.ts'
import { embedLocally } from '../support/local-embedder.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerEvents, answerJson, chatAnswer, chatStream, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let chat: Upstream
let claude: Upstream
let embedder: Upstream
let count = 0
const closed: ClosedLog[] = []

/** Every call of the provider gives another answer. */
function answering(): void {
  chat.script((received, response, request) => {
    count += 1
    const isStream = received.json().stream === true
    const script = isStream ? answerEvents(chatStream(['No', `. ${count}`])) : answerJson(chatAnswer(`No. ${count}`))
    return script(received, response, request)
  })
  embedder.script((received, response, request) => {
    const embedding = embedLocally(String(received.json().input))
    const answer = {
      object: 'list',
      model: 'text-embedding-3-small',
      data: [{ object: 'embedding', index: 0, embedding }],
    }
    return answerJson({ ...answer, usage: { prompt_tokens: 9, total_tokens: 9 } })(received, response, request)
  })
}

beforeAll(async () => {
  ;[chat, claude, embedder] = await Promise.all([startUpstream(), startUpstream(), startUpstream()])
  sluice = await startSluice()
  const { logs } = sluice.running.program.gateway
  const close = logs.close.bind(logs)
  Object.assign(logs, {
    close(log: ClosedLog) {
      closed.push(log)
      return close(log)
    },
  })
  await sluice.connect('open', 'openai', chat.origin)
  await sluice.connect('other', 'openai', chat.origin)
  await sluice.connect('claude', 'anthropic', claude.origin)
  await sluice.connect('embed', 'openai', embedder.origin)
})
beforeEach(answering)
afterAll(async () => {
  await sluice?.stop()
  for (const each of [chat, claude, embedder]) await each?.stop()
})

const semantic = { mode: 'semantic', embedding_model: '@embed/text-embedding-3-small', similarity_threshold: 0.9 }

interface Asking {
  readonly headers?: Record<string, string>
  readonly body?: object
  readonly cache?: object
  readonly config?: object
}

async function ask(text: string, { headers = {}, body = {}, cache = {}, config = {} }: Asking = {}) {
  const setting = { provider: '@open', cache: { ...semantic, ...cache }, ...config }
  const question = { model: 'gpt-4o', messages: [{ role: 'user', content: text }], ...body }
  const sent = { 'x-portkey-config': JSON.stringify(setting), ...headers }
  const response = await sluice.post('/v1/chat/completions', question, sent)
  const answer = await response.text()
  return { response, answer, status: response.headers.get('x-portkey-cache-status') }
}

/** Asked, answered and kept. */
async function keep(text: string, asking: Asking = {}) {
  const first = await ask(text, asking)
  await sluice.logOf(first.response)
  return first
}

const reset = 'How do I reset my password?'
const resetToo = 'My password: how can I reset it, please?'

describe('a question that means the same', () => {
  it('gets the answer of the other, free but for its embedding', async () => {
    const first = await keep(reset)
    expect(first.status).toBe('SEMANTIC MISS')
    const calls = chat.received.length
    const second = await ask(resetToo)
    expect(second).toMatchObject({ status: 'SEMANTIC HIT', answer: first.answer })
    expect(chat.received.length).toBe(calls)
    const log = await sluice.logOf(second.response)
    expect(log.metrics).toMatchObject({ outcome: 'completed', cache_status: 'SEMANTIC HIT', cost: 0 })
    expect(log.metrics.cache_saved_ms).toBeTypeOf('number')
  })

  it('asked again word for word is a hit that needs no embedding', async () => {
    await keep('Where can I see my invoices?')
    const embeddings = embedder.received.length
    expect((await ask('Where can I see my invoices?')).status).toBe('HIT')
    expect(embedder.received.length).toBe(embeddings)
  })

  it('is answered in the form that its client asked for', async () => {
    const first = await keep('How do I export my contacts?')
    const openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
    const headers = { 'x-portkey-config': JSON.stringify({ provider: '@open', cache: semantic }) }
    const { data, response } = await openai.chat.completions
      .create(
        { model: 'gpt-4o', messages: [{ role: 'user', content: 'My contacts: how can I export them?' }], stream: true },
        { headers },
      )
      .withResponse()
    let text = ''
    for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? ''
    expect(response.headers.get('x-portkey-cache-status')).toBe('SEMANTIC HIT')
    expect(JSON.parse(first.answer).choices[0].message.content).toBe(text)
  })

  it('passes the output guardrails that hold now', async () => {
    await keep('How do I close my account?')
    const guardrail = { 'default.contains': { operator: 'none', words: ['No'] }, deny: true }
    const second = await ask('My account: how can I close it?', { config: { output_guardrails: [guardrail] } })
    expect([second.status, second.response.status]).toEqual(['SEMANTIC HIT', 446])
  })

  it('is found for messages, responses and completions as well', async () => {
    const said = [{ type: 'text', text: 'Bonjour' }]
    const whole = {
      id: 'msg',
      type: 'message',
      role: 'assistant',
      model: 'claude',
      content: said,
      stop_reason: 'end_turn',
    }
    claude.script(answerJson({ ...whole, usage: { input_tokens: 9, output_tokens: 2 } }))
    const config = { 'x-portkey-config': JSON.stringify({ provider: '@claude', cache: semantic }) }
    const message = (text: string) => ({
      model: 'claude-sonnet-4-5',
      max_tokens: 50,
      messages: [{ role: 'user', content: [{ type: 'text', text }] }],
    })
    const responses = (text: string) => ({ model: 'claude-sonnet-4-5', max_output_tokens: 50, input: text })
    for (const [path, body] of [
      ['/v1/messages', message],
      ['/v1/responses', responses],
    ] as const) {
      const first = await sluice.post(path, body('How do I change my address?'), config)
      expect(await first.text()).toContain('Bonjour')
      await sluice.logOf(first)
      const second = await sluice.post(path, body('My address: how can I change it?'), config)
      expect(await second.text()).toContain('Bonjour')
      expect([path, second.headers.get('x-portkey-cache-status'), second.headers.get('x-portkey-warnings')]).toEqual([
        path,
        'SEMANTIC HIT',
        null,
      ])
    }
    const prompt = async (text: string) => {
      const headers = { 'x-portkey-config': JSON.stringify({ provider: '@open', cache: semantic }) }
      const response = await sluice.post('/v1/completions', { model: 'gpt-3.5-turbo-instruct', prompt: text }, headers)
      await response.text()
      await sluice.logOf(response)
      return response.headers.get('x-portkey-cache-status')
    }
    chat.script(
      answerJson({ id: 'c', object: 'text_completion', choices: [{ text: 'x', index: 0, finish_reason: 'stop' }] }),
    )
    expect(await prompt('How do I cancel my order?')).toBe('SEMANTIC MISS')
    expect(await prompt('My order: how can I cancel it?')).toBe('SEMANTIC HIT')
  })
})

describe('the call for an embedding', () => {
  it('has a record of its own under the span of the request, charged at its price', async () => {
    const { response } = await keep('How do I print my ticket?')
    const log = await sluice.logOf(response)
    const inner = closed.filter((each) => each.traceId === log.trace_id && each.id !== log.id)
    expect(inner).toMatchObject([
      {
        parentSpanId: log.metrics.span_id,
        spanName: 'semantic cache embedding',
        operation: 'embed',
        model: 'text-embedding-3-small',
        outcome: 'completed',
        hasPayload: false,
        isPriced: true,
      },
    ])
    expect(inner[0]?.costNanos).toBe(180)
    expect(log.metrics.cost).not.toBe(0)
  })

  it('sends only what the input guardrails have let through', async () => {
    const guardrail = { 'default.regexReplace': { rule: 'K-\\d+', redactText: '[id]' } }
    await keep('Who owns the contract K-4711?', { config: { input_guardrails: [guardrail] } })
    const sent = embedder.received.at(-1)?.json()
    expect(sent?.input).toBe('Who owns the contract [id]?')
  })

  it('that fails costs the call of the provider, not the answer', async () => {
    embedder.script(answerJson({ error: { message: 'busy' } }, 503))
    const { response, status } = await ask('How do I renew my contract?')
    expect([response.status, status]).toEqual([200, 'MISS'])
    expect(response.headers.get('x-portkey-warnings')).toContain('answered 503')
  })

  it('of vectors whose size cannot be kept is told', async () => {
    embedder.script(answerJson({ object: 'list', data: [{ embedding: [1, 2, 3] }], usage: { prompt_tokens: 1 } }))
    const { response, status } = await ask('How do I split my contract?')
    expect([response.status, status]).toEqual([200, 'MISS'])
    expect(response.headers.get('x-portkey-warnings')).toContain('gave 3 numbers')
  })

  it('is subject to the limits of the key, and what they refuse is looked for no further', async () => {
    const { secret } = await sluice.client.makeKey({ rate_limits: [{ type: 'requests', unit: 'rpd', value: 1 }] })
    const headers = { authorization: `Bearer ${secret}` }
    const embeddings = embedder.received.length
    const first = await ask('How do I rename my team?', { headers })
    expect([first.response.status, embedder.received.length - embeddings]).toEqual([429, 1])
  })

  it('is spent from the budget of the key, to the nano-dollar', async () => {
    const { id, secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 1 } })
    const { response } = await keep('How do I leave a review?', { headers: { authorization: `Bearer ${secret}` } })
    expect(response.status).toBe(200)
    const books = await settledLedger(sluice.running.program, `api_key/${id}/`, { apiKeyId: id, count: 2 })
    const own = closed.filter((each) => each.apiKeyId === id)
    expect(own.map((each) => each.operation).sort()).toEqual(['chat', 'embed'])
    const cost = own.reduce((sum, each) => sum + (each.costNanos ?? Number.NaN), 0)
    expect([books.spent, books.held]).toEqual([cost, 0])
  })

  it('is refused by a budget that is too small for it, and the rest of the request as well', async () => {
    const { secret } = await sluice.client.makeKey({ usage_limits: { credit_limit: 0.0000001 } })
    const embeddings = embedder.received.length
    const calls = chat.received.length
    const { response } = await ask('How do I write a review?', { headers: { authorization: `Bearer ${secret}` } })
    expect(response.status).toBe(412)
    expect([embedder.received.length, chat.received.length]).toEqual([embeddings, calls])
  })

  it('is not made where no model is named: only identical requests match then', async () => {
    const embeddings = embedder.received.length
    const { response, status } = await ask('How do I merge my teams?', { cache: { embedding_model: undefined } })
    expect(status).toBe('MISS')
    expect(response.headers.get('x-portkey-warnings')).toContain('no embedding model is named')
    expect(embedder.received.length).toBe(embeddings)
  })
})

describe('a purge', () => {
  it('reaches what is found by meaning', async () => {
    await keep('How do I mute a chat?')
    await sluice.admin('DELETE', '/cache')
    const { data } = (await sluice.admin('GET', '/admin/workspaces')) as unknown as { data: { id: string }[] }
    // instead of the 30 s for which a catalog is kept
    await sluice.running.program.gateway.catalog.loadWorkspace(data[0]?.id ?? '', 0)
    expect((await ask('My chat: how can I mute it?')).status).toBe('SEMANTIC MISS')
  })
})

describe('a question that only looks the same', () => {
  const system = (content: string) => ({ role: 'system', content })
  const user = (content: string) => ({ role: 'user', content })
  const base = 'How do I pay my bill?'
  const near = 'My bill: how can I pay it?'

  it.each<[string, Asking, Asking]>([
    [
      'after another system prompt',
      { body: { messages: [system('You sell cars'), user(base)] } },
      { body: { messages: [system('You sell boats'), user(near)] } },
    ],
    [
      'after another conversation',
      { body: { messages: [user('I live in Rome'), { role: 'assistant', content: 'Nice' }, user(base)] } },
      { body: { messages: [user('I live in Oslo'), { role: 'assistant', content: 'Nice' }, user(near)] } },
    ],
    ['for another model', {}, { body: { model: 'gpt-4o-mini', messages: [user(near)] } }],
    ['with another temperature', {}, { body: { temperature: 0.1, messages: [user(near)] } }],
    ['for another user', {}, { headers: { 'x-portkey-metadata': '{"_user":"bob"}' } }],
    ['in another namespace', {}, { headers: { 'x-portkey-cache-namespace': 'eu' } }],
    ['for another form of answer', {}, { body: { response_format: { type: 'json_object' }, messages: [user(near)] } }],
  ])('%s is asked of the provider', async (_, first, second) => {
    await keep(base, first)
    expect((await ask(near, second)).status).toBe('SEMANTIC MISS')
  })

  it.each([
    ['How many people live in France?', 'How many people live in Spain?'],
    ['What is 12 times 13?', 'What is 12 times 14?'],
    ['Which foods should I eat before a race?', 'Which foods should I not eat before a race?'],
  ])('%s, not %s', async (first, second) => {
    await keep(first)
    expect((await ask(second)).status).toBe('SEMANTIC MISS')
  })

  it('is not found under a threshold that it does not reach', async () => {
    await keep('How do I rotate my keys?', { cache: { similarity_threshold: 1 } })
    const second = await ask('My keys: how can I rotate them today, thanks?', { cache: { similarity_threshold: 1 } })
    expect(second.status).toBe('SEMANTIC MISS')
  })
})

describe('what has no meaning to compare', () => {
  it('is looked for word for word: a tool result as the last message, a very long text', async () => {
    const call = { id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }
    const messages = [
      { role: 'user', content: 'Weather?' },
      { role: 'assistant', content: null, tool_calls: [call] },
      { role: 'tool', tool_call_id: 'a', content: 'sunny' },
    ]
    const embeddings = embedder.received.length
    const tool = await ask('', { body: { messages } })
    const long = await ask('Why? '.repeat(1_000))
    expect([tool.status, long.status]).toEqual(['MISS', 'MISS'])
    expect(tool.response.headers.get('x-portkey-warnings')).toContain('not a text of the user')
    expect(long.response.headers.get('x-portkey-warnings')).toContain('up to 4000')
    expect(embedder.received.length).toBe(embeddings)
  })
})

describe('the workspace', () => {
  it('may name the embedding model for all its configs', async () => {
    const { data } = (await sluice.admin('GET', '/admin/workspaces')) as unknown as { data: { id: string }[] }
    const id = data[0]?.id ?? ''
    await sluice.admin('PUT', `/admin/workspaces/${id}`, {
      defaults: { semantic_cache: { embedding_model: '@embed/e' } },
    })
    // instead of the 30 s for which a catalog is kept
    await sluice.running.program.gateway.catalog.loadWorkspace(id, 0)
    expect((await ask('How do I leave my team?', { cache: { embedding_model: undefined } })).status).toBe(
      'SEMANTIC MISS',
    )
  })
})
