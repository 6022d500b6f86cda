/** What comes after an output guardrail's denial: another try, another target, or the refusal; each call is paid for. */
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemAmbient } from '../../src/ambient.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import {
  answerEvents,
  answerJson,
  chatAnswer,
  chatStream,
  messagesStream,
  type Script,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts'

let sluice: Sluice
let first: Upstream
let second: Upstream
let claude: Upstream
/** Added to the clock: what instances keep of the catalog grows old. */
let laterMs = 0

beforeAll(async () => {
  first = await startUpstream()
  second = await startUpstream()
  claude = await startUpstream()
  const ambient = systemAmbient(() => {})
  sluice = await startSluice({ ambient: { ...ambient, now: () => ambient.now() + laterMs } })
  await sluice.connect('first', 'openai', first.origin)
  await sluice.connect('second', 'openai', second.origin)
  await sluice.connect('claude', 'anthropic', claude.origin)
})

afterAll(async () => {
  await sluice?.stop()
  for (const upstream of [first, second, claude]) await upstream?.stop()
})

beforeEach(() => {
  first.script(answerJson(chatAnswer('a secret')))
  second.script(answerJson(chatAnswer('from second')))
})

const noSecret = { 'default.contains': { operator: 'none', words: ['secret'] } }
const deny = { output_guardrails: [{ ...noSecret, deny: true }] }
const tell = { output_guardrails: [noSecret] }
const hi = { model: 'gpt-4o', messages: [{ role: 'user' as const, content: 'hi' }] }
const targets = [{ provider: '@first' }, { provider: '@second' }]
/** Of one answer of 10 tokens in and 5 out, by the price list. */
const answerNanos = 10 * 2_500 + 5 * 10_000

const ask = (config: object, more: object = {}) =>
  sluice.post('/v1/chat/completions', { ...hi, ...more }, { 'x-portkey-config': JSON.stringify(config) })

const contentOf = async (response: Response) =>
  ((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message.content

function inTurn(...scripts: readonly Script[]): Script {
  let turn = 0
  return (received, response, request) => scripts[Math.min(turn++, scripts.length - 1)]?.(received, response, request)
}

describe('a denied answer', () => {
  it('is asked for again where retries list 446, and both answers are paid for', async () => {
    first.script(inTurn(answerJson(chatAnswer('a secret')), answerJson(chatAnswer('nothing'))))
    const response = await ask({
      provider: '@first',
      ...deny,
      retry: { attempts: 2, on_status_codes: [446] },
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-portkey-retry-attempt-count')).toBe('1')
    expect(await contentOf(response)).toBe('nothing')
    const log = await sluice.logOf(response)
    expect(log.attempts).toMatchObject([
      { status: 200, errorCode: 'guardrail_denied' },
      { status: 200, retry: 1 },
    ])
    expect(log.guardrails).toMatchObject([
      { attempt: 1, verdict: false, deny: true },
      { attempt: 2, verdict: true },
    ])
    expect(log.metrics).toMatchObject({ cost_nanos: 2 * answerNanos, total_units: 30, outcome: 'completed' })
  })

  it('is not asked for again by the usual retries', async () => {
    const before = first.received.length
    const response = await ask({ provider: '@first', ...deny, retry: { attempts: 2 } })
    expect(response.status).toBe(446)
    expect(first.received).toHaveLength(before + 1)
  })

  it.each([
    ['on any error', {}, 200],
    ['on 446', { on_status_codes: [446] }, 200],
    ['on others only', { on_status_codes: [429, 503] }, 446],
    ['on none', { on_status_codes: [] }, 446],
  ])('goes to the next target of a fallback %s as listed', async (_, codes, status) => {
    const response = await ask({ strategy: { mode: 'fallback', ...codes }, ...deny, targets })
    expect(response.status).toBe(status)
    const { metrics } = await sluice.logOf(response)
    expect(metrics.cost_nanos).toBe(status === 200 ? 2 * answerNanos : answerNanos)
  })

  it('keeps a request denied on its input from being tried again', async () => {
    const config = {
      provider: '@first',
      input_guardrails: [{ ...noSecret, deny: true }],
      retry: { attempts: 3, on_status_codes: [446] },
    }
    const before = first.received.length
    const response = await ask(config, { messages: [{ role: 'user', content: 'secret' }] })
    expect(response.status).toBe(446)
    expect((await sluice.logOf(response)).attempts).toHaveLength(1)
    expect(first.received).toHaveLength(before)
  })

  it('counts on the limits of the target that gave it, also when another answered', async () => {
    await sluice.connect('metered', 'openai', first.origin)
    await sluice.admin('PUT', '/providers/metered', { usage_limits: [{ type: 'cost', credit_limit: 1 }] })
    const config = { strategy: { mode: 'fallback' }, ...deny, targets: [{ provider: '@metered' }, targets[1]] }
    const response = await ask(config)
    expect(await contentOf(response)).toBe('from second')
    expect((await sluice.logOf(response)).metrics).toMatchObject({ cost_nanos: 2 * answerNanos })
  })
})

describe('a denied stream', () => {
  it('goes to the next target before its first byte, across wires', async () => {
    first.script(answerEvents(chatStream(['This is. ', 'A sec', 'ret. ', 'Told.'])))
    claude.script(answerEvents(messagesStream(['from ', 'claude'])))
    const openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
    const config = {
      strategy: { mode: 'fallback' },
      ...deny,
      targets: [{ provider: '@first' }, { provider: '@claude', override_params: { model: 'claude-sonnet-4-5' } }],
    }
    const { data, response } = await openai.chat.completions
      .create({ ...hi, max_tokens: 20, stream: true }, { headers: { 'x-portkey-config': JSON.stringify(config) } })
      .withResponse()
    let text = ''
    for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe('from claude')
    const log = await sluice.logOf(response)
    expect(log.attempts).toMatchObject([{ errorCode: 'guardrail_denied' }, { status: 200 }])
    expect(log.metrics.cost_nanos).toBeGreaterThan(10 * 3_000 + 5 * 15_000)
  })

  it('does not after it: the client has an error in its own wire', async () => {
    const words = ['One. ', 'Two. ', 'Three. ', 'Four. ']
    let release = () => {}
    first.script((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const frames = chatStream([...words, 'A secret. ', 'Five. '])
      response.write(frames.slice(0, 5).join(''))
      release = () => {
        if (!response.writableEnded) response.end(frames.slice(5).join(''))
      }
    })
    const before = second.received.length
    const openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
    const config = { strategy: { mode: 'fallback' }, ...deny, targets }
    const stream = await openai.chat.completions.create(
      { ...hi, stream: true },
      { headers: { 'x-portkey-config': JSON.stringify(config) } },
    )
    let text = ''
    const read = async () => {
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? ''
        release()
      }
    }
    await expect(read()).rejects.toMatchObject({ type: 'hooks_failed' })
    expect(words.join('').startsWith(text)).toBe(true)
    expect(text).not.toBe('')
    expect(second.received).toHaveLength(before)
  })
})

describe('an answer whose checks failed without denying', () => {
  it('leads to the next target where a fallback lists 246, else it is the answer', async () => {
    const on = await ask({ strategy: { mode: 'fallback', on_status_codes: [246] }, ...tell, targets })
    expect(on.status).toBe(200)
    expect(await contentOf(on)).toBe('from second')
    const log = await sluice.logOf(on)
    expect(log.attempts).toMatchObject([{ errorCode: 'guardrail_denied' }, { status: 200 }])
    expect(log.metrics).toMatchObject({ cost_nanos: 2 * answerNanos })
    const off = await ask({ strategy: { mode: 'fallback' }, ...tell, targets })
    expect(off.status).toBe(246)
    expect(await contentOf(off)).toBe('a secret')
  })

  it('is the answer when it is the last one, and is paid for once', async () => {
    second.script(answerJson(chatAnswer('another secret')))
    const response = await ask({ strategy: { mode: 'fallback', on_status_codes: [246] }, ...tell, targets })
    expect(response.status).toBe(246)
    expect(await contentOf(response)).toBe('another secret')
    expect((await sluice.logOf(response)).metrics).toMatchObject({
      cost_nanos: 2 * answerNanos,
      outcome: 'completed',
    })
  })

  it('is tried again where retries list 246, and the last one is the answer', async () => {
    const before = first.received.length
    const response = await ask({ provider: '@first', ...tell, retry: { attempts: 1, on_status_codes: [246] } })
    expect(response.status).toBe(246)
    expect(await contentOf(response)).toBe('a secret')
    expect(first.received).toHaveLength(before + 2)
    expect((await sluice.logOf(response)).metrics).toMatchObject({ cost_nanos: 2 * answerNanos })
  })
})

describe('a cached answer', () => {
  it('is judged again by the version of a guardrail that holds now, and a denial of it is not tried again', async () => {
    second.script(answerJson(chatAnswer('Number 12.')))
    const saved = (await sluice.admin('POST', '/guardrails', {
      name: 'cached',
      checks: [{ id: 'default.contains', parameters: { words: ['secret'], operator: 'none' } }],
      actions: { deny: true },
    })) as unknown as { slug: string; version_id: string }
    const config = {
      provider: '@second',
      cache: { mode: 'simple' },
      output_guardrails: [saved.slug],
      retry: { attempts: 2, on_status_codes: [446] },
    }
    const body = { messages: [{ role: 'user', content: 'which number?' }] }
    const before = second.received.length
    const kept = await ask(config, body)
    expect(kept.status).toBe(200)
    const firstLog = await sluice.logOf(kept)
    await sluice.admin('PUT', `/guardrails/${saved.slug}`, {
      checks: [{ id: 'default.contains', parameters: { words: ['Number'], operator: 'none' } }],
    })
    laterMs = 31_000
    const denied = await ask(config, body)
    expect(denied.status).toBe(446)
    expect(denied.headers.get('x-portkey-cache-status')).toBe('HIT')
    expect(second.received).toHaveLength(before + 1)
    const log = await sluice.logOf(denied)
    expect(log.metrics).toMatchObject({ cost: 0 })
    const versions = [firstLog, log].map(({ guardrails }) => (guardrails as { versionId: string }[])[0]?.versionId)
    expect(new Set(versions).size).toBe(2)
  })
})
