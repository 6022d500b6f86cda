/** An outage from its beginning to its end, as users of official clients see it. */
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemAmbient } from '../../src/ambient.ts'
import type { Sluice } from '../support/sluice.ts'
import { startTwoProviders, type TwoProviders } from '../support/two-providers.ts'
import {
  answerEvents,
  answerJson,
  answerThenCut,
  chatAnswer,
  chatStream,
  messagesStream,
  type Upstream,
} from '../support/upstream.ts'

let stage: TwoProviders
let sluice: Sluice
let open: Upstream
let claude: Upstream
let openai: OpenAI
/** Added to the clock. */
let laterMs = 0

beforeAll(async () => {
  const ambient = systemAmbient(() => {})
  stage = await startTwoProviders({ ambient: { ...ambient, now: () => ambient.now() + laterMs } })
  ;({ sluice, open, claude, openai } = stage)
})

afterAll(() => stage?.stop())

const messages = [{ role: 'user' as const, content: 'hi' }]
const healthy = answerEvents(chatStream(['from ', 'openai']))
const down = answerJson({ error: { message: 'down', type: 'server_error' } }, 503)

async function said(headers: Record<string, string>): Promise<string> {
  const stream = await openai.chat.completions.create(
    { model: 'gpt-4o', max_tokens: 20, stream: true, messages },
    { headers },
  )
  let text = ''
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
  return text
}

describe('an outage', () => {
  it('moves streams to the other provider, opens the breaker, and closes it when it is over', async () => {
    const config = {
      strategy: { mode: 'fallback', cb_config: { failure_threshold: 3, cooldown_interval: 30_000 } },
      targets: [{ provider: '@open' }, { provider: '@claude', override_params: { model: 'claude-sonnet-4-5' } }],
    }
    const { slug } = (await sluice.admin('POST', '/configs', { name: 'Outage', config })) as unknown as { slug: string }
    const ask = () => said({ 'x-portkey-config': slug })
    const calls = () => open.received.length
    open.script(healthy)
    claude.script(answerEvents(messagesStream(['from ', 'claude'])))
    expect(await ask()).toBe('from openai')
    open.script(down)
    const before = calls()
    for (let request = 0; request < 6; request++) expect(await ask()).toBe('from claude')
    expect(calls() - before).toBe(3)
    // after the cooldown one request tries; it fails, so the circuit opens again
    laterMs += 31_000
    expect(await ask()).toBe('from claude')
    expect(await ask()).toBe('from claude')
    expect(calls() - before).toBe(4)
    open.script(healthy)
    laterMs += 31_000
    expect(await ask()).toBe('from openai')
    expect(await ask()).toBe('from openai')
    expect(calls() - before).toBe(6)
  })

  it('that cuts a stream in its middle is told as an error, and the next request goes elsewhere', async () => {
    const frames = chatStream(['from ', 'openai'])
    const config = JSON.stringify({
      strategy: { mode: 'fallback' },
      targets: [{ provider: '@open' }, { provider: '@claude', override_params: { model: 'claude-sonnet-4-5' } }],
    })
    open.script(answerThenCut(frames.slice(0, 2)))
    await expect(said({ 'x-portkey-config': config })).rejects.toThrow(/closed the connection|interrupted/)
    open.script(answerThenCut([]))
    expect(await said({ 'x-portkey-config': config })).toBe('from claude')
  })
})

describe('a storm of retries', () => {
  it('of many clients at once leaves a failing provider at most 1.2 times its requests', async () => {
    open.script(answerJson({ error: { message: 'down' } }, 500, { 'retry-after-ms': '0' }))
    const config = { provider: '@open', retry: { attempts: 5, on_status_codes: [500], use_retry_after_header: true } }
    const ask = () =>
      sluice.post('/v1/chat/completions', { model: 'gpt-4o', messages }, { 'x-portkey-config': JSON.stringify(config) })
    const storm = async (clients: number, each: number) => {
      const run = async () => {
        for (let request = 0; request < each; request++) expect((await ask()).status).toBe(500)
      }
      await Promise.all(Array.from({ length: clients }, run))
    }
    await storm(4, 5)
    const before = open.received.length
    await storm(20, 10)
    const called = open.received.length - before
    expect(called).toBeLessThanOrEqual(240)
    expect(called).toBeGreaterThan(200)
  })
})

describe('conditions by metadata', () => {
  it('lead each plan to its own provider, with the official client', async () => {
    const claudeAnswer = {
      id: 'm',
      type: 'message',
      role: 'assistant',
      model: 'c',
      content: [{ type: 'text', text: 'from claude' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    }
    open.script(answerJson(chatAnswer('from openai')))
    claude.script(answerJson(claudeAnswer))
    const rule = Object.fromEntries([
      ['query', { 'metadata.plan': { $in: ['pro', 'team'] } }],
      ['then', 'better'],
    ])
    const config = {
      strategy: { mode: 'conditional', conditions: [rule], default: 'usual' },
      targets: [
        { name: 'usual', provider: '@open' },
        { name: 'better', provider: '@claude', override_params: { model: 'claude-sonnet-4-5' } },
      ],
    }
    const ask = async (plan: string) => {
      const answer = await openai.chat.completions.create(
        { model: 'gpt-4o', max_tokens: 20, messages },
        {
          headers: {
            'x-portkey-config': JSON.stringify(config),
            'x-portkey-metadata': JSON.stringify({ plan }),
          },
        },
      )
      return answer.choices[0]?.message.content
    }
    expect(await Promise.all(['free', 'pro', 'team'].map(ask))).toEqual(['from openai', 'from claude', 'from claude'])
  })
})
