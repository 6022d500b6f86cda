/** What the actions of guardrails do on both sides of a call, for every kind of client. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerEvents, answerJson, chatAnswer, chatStream, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let open: Upstream
let openai: OpenAI
let anthropic: Anthropic

beforeAll(async () => {
  open = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('open', 'openai', open.origin)
  openai = new OpenAI({ baseURL: `${sluice.origin}/v1`, apiKey: sluice.apiKey, maxRetries: 0 })
  anthropic = new Anthropic({ baseURL: sluice.origin, apiKey: sluice.apiKey, maxRetries: 0 })
})

afterAll(async () => {
  await sluice?.stop()
  await open?.stop()
})

beforeEach(() => open.script(answerJson(chatAnswer('a secret'))))

const noSecret = { 'default.contains': { operator: 'none', words: ['secret'] } }
const messages = [{ role: 'user' as const, content: 'hi' }]
const configured = (settings: object) => ({ 'x-portkey-config': JSON.stringify({ provider: '@open', ...settings }) })
const ask = (settings: object, more: object = {}, headers: Record<string, string> = {}) =>
  sluice.post('/v1/chat/completions', { model: 'gpt-4o', messages, ...more }, { ...configured(settings), ...headers })

interface Body {
  readonly choices: { readonly message: { readonly content: string } }[]
  readonly hook_results?: Record<string, { id: string; verdict: boolean; transformed: boolean; feedback: unknown }[]>
}
const bodyOf = async (response: Response) => (await response.json()) as Body

describe('a soft denial of an answer', () => {
  const soft = configured({ output_guardrails: [{ ...noSecret, deny: true, soft_deny_200: true }] })
  const refused = 'refused by a guardrail'

  it('is an ordinary chat, whole and streamed', async () => {
    const whole = await openai.chat.completions.create({ model: 'gpt-4o', messages }, { headers: soft })
    expect(whole.choices[0]?.message.content).toContain(refused)
    open.script(answerEvents(chatStream(['a sec', 'ret'])))
    const stream = await openai.chat.completions.create({ model: 'gpt-4o', messages, stream: true }, { headers: soft })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toContain(refused)
    expect(text).not.toContain('secret')
  })

  it('is an ordinary message, whole and streamed', async () => {
    const asked = { model: 'gpt-4o', max_tokens: 20, messages }
    const whole = await anthropic.messages.create(asked, { headers: soft })
    expect(whole.content).toMatchObject([{ type: 'text', text: expect.stringContaining(refused) }])
    open.script(answerEvents(chatStream(['a secret'])))
    expect(await anthropic.messages.stream(asked, { headers: soft }).finalText()).toContain(refused)
  })

  it('is an ordinary response, and its record says what it was', async () => {
    const content = [{ type: 'output_text', text: 'a secret', annotations: [] }]
    const output = [{ type: 'message', id: 'msg_1', role: 'assistant', status: 'completed', content }]
    const usage = { input_tokens: 10, output_tokens: 5, total_tokens: 15 }
    open.script(answerJson({ id: 'resp_1', object: 'response', status: 'completed', model: 'm', output, usage }))
    const { data, response } = await openai.responses
      .create({ model: 'gpt-4o', input: 'hi' }, { headers: soft })
      .withResponse()
    expect(data.output_text).toContain(refused)
    expect((await sluice.logOf(response)).metrics).toMatchObject({ outcome: 'refused', cost_nanos: 75_000 })
  })
})

describe('a failure that does not deny', () => {
  it('of the request makes 246 of a stream, whose bytes pass', async () => {
    const frames = chatStream(['fine'])
    open.script(answerEvents(frames))
    const settings = { input_guardrails: [{ 'default.contains': { operator: 'all', words: ['please'] } }] }
    const response = await ask(settings, { stream: true, stream_options: { include_usage: true } })
    expect(response.status).toBe(246)
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    expect(await response.text()).toBe(frames.join(''))
  })

  it.each(['whole', 'sentence'])('of an answer that is held by %s makes 246 of its stream', async (window) => {
    open.script(answerEvents(chatStream(['My secret. ', 'Or two. ', 'Or three. '])))
    const guardrail = { regexReplace: { rule: 'secret', failOnDetection: true }, stream_window: window }
    const response = await ask({ output_guardrails: [guardrail] }, { stream: true })
    expect(response.status).toBe(246)
    expect(await response.text()).not.toContain('secret')
  })
})

describe('feedback', () => {
  it('is that of success or of failure, and is in the record', async () => {
    const actions = { on_success: { feedback: { value: 5 } }, on_fail: { feedback: { value: -5, weight: 0.5 } } }
    const settings = {
      input_guardrails: [{ ...noSecret, ...actions }],
      output_guardrails: [{ ...noSecret, ...actions }],
    }
    const response = await ask(settings)
    expect((await bodyOf(response)).hook_results).toMatchObject({
      before_request_hooks: [
        { feedback: { value: 5, weight: 1, metadata: { successfulChecks: 'default.contains', failedChecks: '' } } },
      ],
      after_request_hooks: [{ feedback: { value: -5, weight: 0.5, metadata: { failedChecks: 'default.contains' } } }],
    })
    expect((await sluice.logOf(response)).guardrails).toMatchObject([
      { hook: 'input', feedback: { value: 5 } },
      { hook: 'output', feedback: { value: -5, weight: 0.5 } },
    ])
  })

  it('is null where none was asked for', async () => {
    const { hook_results: results } = await bodyOf(await ask({ input_guardrails: [noSecret] }))
    expect(results?.before_request_hooks?.[0]?.feedback).toBeNull()
  })
})

describe('checks', () => {
  const first = { id: 'default.regexReplace', parameters: { rule: 'secret', redactText: 'hidden' } }
  const second = { id: 'default.regexMatch', parameters: { rule: 'hidden' } }

  it.each([
    [true, 200],
    [false, 446],
  ])('in sequence (%s) see what the ones before left', async (sequential, status) => {
    const response = await ask({ output_guardrails: [{ checks: [first, second], sequential, deny: true }] })
    expect(response.status).toBe(status)
    if (status === 200) expect((await bodyOf(response)).choices[0]?.message.content).toBe('a hidden')
  })

  it('that are async change neither status nor text, on either side', async () => {
    const guardrail = { checks: [first], async: true, deny: true }
    const failing = { ...noSecret, async: true, deny: true }
    const response = await ask({ input_guardrails: [failing], output_guardrails: [guardrail, failing] })
    expect(response.status).toBe(200)
    const body = await bodyOf(response)
    expect(body.choices[0]?.message.content).toBe('a secret')
    expect(body.hook_results).toBeUndefined()
    const { guardrails } = await sluice.logOf(response)
    expect((guardrails as { isAsync: boolean }[]).map(({ isAsync }) => isAsync)).toEqual([true, true, true])
  })

  it('that are switched off do not run', async () => {
    const off = { checks: [{ ...second, is_enabled: false }, first], deny: true }
    const response = await ask({ output_guardrails: [off] })
    expect(response.status).toBe(200)
  })
})

describe('a denial in the middle of a stream', () => {
  it('tells a client that takes extras what was found, before the error', async () => {
    const guardrail = { ...noSecret, deny: true, stream_window: 'sentence' }
    let release = () => {}
    open.script((_, response) => {
      const frames = chatStream(['One. ', 'Two. ', 'Three. ', 'secret'])
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(frames.slice(0, 4).join(''))
      release = () => {
        if (!response.writableEnded) response.end(frames.slice(4).join(''))
      }
    })
    const extras = { 'x-portkey-strict-open-ai-compliance': 'false' }
    const response = await ask({ output_guardrails: [guardrail] }, { stream: true }, extras)
    let text = ''
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk).toString('utf8')
      if (text.includes('One.')) release()
    }
    expect(response.status).toBe(200)
    expect(text.indexOf('after_request_hooks')).toBeGreaterThan(text.indexOf('One.'))
    expect(text.indexOf('hooks_failed')).toBeGreaterThan(text.indexOf('after_request_hooks'))
    expect(text).not.toMatch(/Three|DONE/)
  })
})

describe('what checks quote', () => {
  const quoting = { regexMatch: { rule: 'secret', not: true } }

  it('is not shown of an answer that was denied', async () => {
    const text = await (await ask({ output_guardrails: [{ ...quoting, deny: true }] })).text()
    expect(text).toContain('after_request_hooks')
    expect(text).not.toContain('a secret')
  })

  it('is not shown of an answer that was changed beside it', async () => {
    const hide = { regexReplace: { rule: 'a s\\w+', redactText: 'hidden' } }
    const response = await ask({ output_guardrails: [quoting, hide] })
    expect(response.status).toBe(246)
    const text = await response.text()
    expect(text).toContain('hidden')
    expect(text).not.toContain('a secret')
  })

  it('is shown of an answer that goes out', async () => {
    expect(await (await ask({ output_guardrails: [quoting] })).text()).toContain('"textExcerpt":"a secret"')
  })
})

describe('the setting stream_window', () => {
  it('is kept by saved guardrails and refused when it is none of the allowed', async () => {
    const checks = [{ id: 'default.regexReplace', parameters: { rule: 'secret', redactText: '***' } }]
    const save = (streamWindow: unknown) =>
      sluice.admin('POST', '/guardrails', { name: 'window', checks, actions: { stream_window: streamWindow } })
    const { slug } = (await save('sentence')) as unknown as { slug: string }
    expect(await sluice.admin('GET', `/guardrails/${slug}`)).toMatchObject({ actions: { stream_window: 'sentence' } })
    open.script(answerEvents(chatStream(['A secret. ', 'Told. '])))
    const response = await ask({ output_guardrails: [slug] }, { stream: true })
    expect(await response.text()).toContain('A ***.')
    await expect(save('paragraph')).rejects.toThrow(/stream_window is 'paragraph'; it must be 'whole', 'sentence' or/)
  })
})
