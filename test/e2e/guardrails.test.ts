import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Sluice } from '../support/sluice.ts'
import { startTwoProviders, type TwoProviders } from '../support/two-providers.ts'
import { answerEvents, answerJson, chatAnswer, chatStream, messagesStream, type Upstream } from '../support/upstream.ts'

let stage: TwoProviders
let sluice: Sluice
let open: Upstream
let claude: Upstream
let openai: OpenAI
let anthropic: Anthropic

beforeAll(async () => {
  stage = await startTwoProviders()
  ;({ sluice, open, claude, openai, anthropic } = stage)
})

beforeEach(() => {
  open.script(answerJson(chatAnswer('call me at +41 44 668 18 00')))
})

afterAll(() => stage?.stop())

const config = (value: object) => ({ 'x-portkey-config': JSON.stringify({ provider: '@open', ...value }) })
const chat = (content: string, more: object = {}) => ({
  model: 'gpt-4o',
  messages: [{ role: 'user', content }],
  ...more,
})

interface Answered {
  readonly choices: { readonly message: { readonly content: string } }[]
  readonly error?: { readonly type: string }
  readonly hook_results?: Record<string, { verdict: boolean; transformed: boolean; checks: { error?: unknown }[] }[]>
}
const jsonOf = async (response: Response) => (await response.json()) as Answered

const denySecret = { 'default.contains': { operator: 'none', words: ['secret'] }, deny: true }

describe('an input guardrail', () => {
  it('denies with 446 and hook_results, and the provider is never asked', async () => {
    const before = open.received.length
    const response = await sluice.post(
      '/v1/chat/completions',
      chat('a secret thing'),
      config({ input_guardrails: [denySecret] }),
    )
    expect(response.status).toBe(446)
    const body = await jsonOf(response)
    expect(body.error?.type).toBe('hooks_failed')
    expect(JSON.stringify(body.error)).toMatch(
      /denied the request: the check 'contains' failed \(.+\); more is in hook_results/,
    )
    expect(body.hook_results?.before_request_hooks?.[0]).toMatchObject({ verdict: false, deny: true })
    expect(open.received.length).toBe(before)
    const log = await sluice.logOf(response)
    expect(log.guardrails).toMatchObject([{ hook: 'input', verdict: false, deny: true, attempt: 1 }])
    expect(log.metrics).toMatchObject({ outcome: 'refused', response_status_code: 446 })
  })

  it('reaches the OpenAI client as an error with its status', async () => {
    const call = openai.chat.completions.create(
      { model: 'gpt-4o', messages: [{ role: 'user', content: 'secret' }], stream: true },
      { headers: config({ input_guardrails: [denySecret] }) },
    )
    await expect(call).rejects.toMatchObject({ status: 446, type: 'hooks_failed' })
  })

  it('reaches the Anthropic client in its own words', async () => {
    const call = anthropic.messages.create(
      { model: 'gpt-4o', max_tokens: 20, messages: [{ role: 'user', content: 'secret' }] },
      { headers: config({ input_guardrails: [denySecret] }) },
    )
    await expect(call).rejects.toMatchObject({
      status: 446,
      error: { type: 'error', hook_results: { before_request_hooks: [{ verdict: false }] } },
    })
  })

  it('that fails without denying answers 246, which the OpenAI client takes', async () => {
    const guardrail = { 'default.contains': { operator: 'none', words: ['secret'] } }
    const { data, response } = await openai.chat.completions
      .create(
        { model: 'gpt-4o', messages: [{ role: 'user', content: 'secret' }] },
        { headers: config({ input_guardrails: [guardrail] }) },
      )
      .withResponse()
    expect(response.status).toBe(246)
    expect(data.choices[0]?.message.content).toBe('call me at +41 44 668 18 00')
  })

  it('redacts before the provider sees the text, and leaves the rest of the body alone', async () => {
    const response = await sluice.post(
      '/v1/chat/completions',
      chat('write to ada@example.org or bob@example.org, ada@example.org first', { temperature: 0.5 }),
      config({ input_guardrails: [{ 'portkey.pii': { redact: true } }] }),
    )
    expect(response.status).toBe(200)
    expect(open.received.at(-1)?.json()).toMatchObject({
      temperature: 0.5,
      messages: [
        { role: 'user', content: 'write to {{EMAIL_ADDRESS_1}} or {{EMAIL_ADDRESS_2}}, {{EMAIL_ADDRESS_1}} first' },
      ],
    })
    expect((await jsonOf(response)).hook_results?.before_request_hooks?.[0]).toMatchObject({ transformed: true })
  })

  it('redacts also when the request is translated for the provider', async () => {
    claude.script(
      answerJson({
        id: 'm',
        type: 'message',
        role: 'assistant',
        model: 'c',
        content: [{ type: 'text', text: 'ok' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 1, output_tokens: 1 },
      }),
    )
    await sluice.post('/v1/chat/completions', chat('my card is 4111 1111 1111 1111', { max_tokens: 10 }), {
      'x-portkey-config': JSON.stringify({
        provider: '@claude',
        input_guardrails: [{ 'portkey.pii': { redact: true } }],
      }),
    })
    expect(claude.received.at(-1)?.body).toContain('my card is {{CREDIT_CARD_1}}')
    expect(claude.received.at(-1)?.body).not.toContain('4111 1')
  })

  it('looks at the last message, or at all of them when told to', async () => {
    const messages = [
      { role: 'user', content: 'a secret' },
      { role: 'user', content: 'good day' },
    ]
    const last = await sluice.post(
      '/v1/chat/completions',
      { model: 'gpt-4o', messages },
      config({ input_guardrails: [denySecret] }),
    )
    const all = await sluice.post(
      '/v1/chat/completions',
      { model: 'gpt-4o', messages },
      config({ input_guardrails: [{ ...denySecret, messages: 'all' }] }),
    )
    expect([last.status, all.status]).toEqual([200, 446])
  })

  it('looks at the system prompt when told to', async () => {
    const body = {
      model: 'gpt-4o',
      messages: [
        { role: 'system', content: 'a secret' },
        { role: 'user', content: 'hi' },
      ],
    }
    const response = await sluice.post(
      '/v1/chat/completions',
      body,
      config({ input_guardrails: [{ ...denySecret, system_prompt: true }] }),
    )
    expect(response.status).toBe(446)
  })

  it('that is async changes nothing and is noted in the log', async () => {
    const response = await sluice.post(
      '/v1/chat/completions',
      chat('secret'),
      config({ input_guardrails: [{ ...denySecret, async: true, on_fail: { feedback: { value: -5 } } }] }),
    )
    expect(response.status).toBe(200)
    expect(await jsonOf(response)).not.toHaveProperty('hook_results')
    const log = await sluice.logOf(response)
    expect(log.guardrails).toMatchObject([{ verdict: false, isAsync: true, feedback: { value: -5, weight: 1 } }])
  })

  it('is asked again for the next target, and its denial may be a reason to go there', async () => {
    const targets = [
      { provider: '@open', input_guardrails: [denySecret] },
      { provider: '@open', override_params: { model: 'gpt-4o-mini' } },
    ]
    const response = await sluice.post('/v1/chat/completions', chat('secret'), {
      'x-portkey-config': JSON.stringify({ strategy: { mode: 'fallback', on_status_codes: [446] }, targets }),
    })
    expect(response.status).toBe(200)
    expect(open.received.at(-1)?.json()).toMatchObject({ model: 'gpt-4o-mini' })
    expect((await sluice.logOf(response)).guardrails).toMatchObject([{ attempt: 1, verdict: false }])
  })

  it('shows a check that broke, and counts it as passed unless told otherwise', async () => {
    const webhook = { webhookURL: 'http://hooks.internal/judge' }
    const ask = (parameters: object) =>
      sluice.post(
        '/v1/chat/completions',
        chat('hi'),
        config({ input_guardrails: [{ webhook: parameters, deny: true }] }),
      )
    const passed = await ask(webhook)
    expect(passed.status).toBe(200)
    expect((await jsonOf(passed)).hook_results?.before_request_hooks?.[0]?.checks[0]?.error).toMatchObject({
      message: expect.stringContaining('hooks.internal'),
    })
    expect((await ask({ ...webhook, failOnError: true })).status).toBe(446)
  })

  it('can refuse with an ordinary answer', async () => {
    const answer = await openai.chat.completions.create(
      { model: 'gpt-4o', messages: [{ role: 'user', content: 'secret' }] },
      { headers: config({ input_guardrails: [{ ...denySecret, soft_deny_200: true }] }) },
    )
    expect(answer.choices[0]?.message.content).toContain('refused by a guardrail')
  })

  it('with an unknown check is refused with the nearest name', async () => {
    const response = await sluice.post(
      '/v1/chat/completions',
      chat('hi'),
      config({ input_guardrails: [{ 'default.contain': {} }] }),
    )
    expect(response.status).toBe(400)
    expect(await response.text()).toContain("did you mean 'default.contains'?")
  })
})

const noPhones = { 'portkey.pii': { categories: ['PHONE_NUMBER'] }, deny: true }

describe('an output guardrail', () => {
  it('keeps a denied answer back, and its cost is still counted', async () => {
    const response = await sluice.post('/v1/chat/completions', chat('hi'), config({ output_guardrails: [noPhones] }))
    expect(response.status).toBe(446)
    const text = await response.text()
    expect(text).not.toContain('668 18')
    expect(text).toContain('after_request_hooks')
    expect((await sluice.logOf(response)).metrics).toMatchObject({ total_units: 15 })
  })

  it('redacts every choice of a whole answer', async () => {
    const answer = chatAnswer('x')
    const choices = ['+41 44 668 18 00', 'or (212) 555-0142'].map((content, index) => ({
      index,
      message: { role: 'assistant', content },
      finish_reason: 'stop',
    }))
    open.script(answerJson({ ...answer, choices }))
    const response = await sluice.post(
      '/v1/chat/completions',
      chat('hi', { n: 2 }),
      config({ output_guardrails: [{ 'portkey.pii': { redact: true } }] }),
    )
    const body = await jsonOf(response)
    expect(body.choices.map(({ message }) => message.content)).toEqual(['{{PHONE_NUMBER_1}}', 'or {{PHONE_NUMBER_2}}'])
  })

  it('adds what it found to the answer of the Anthropic client', async () => {
    const answer = await anthropic.messages.create(
      { model: 'gpt-4o', max_tokens: 20, messages: [{ role: 'user', content: 'hi' }] },
      { headers: config({ output_guardrails: [{ 'default.wordCount': { minWords: 1 } }] }) },
    )
    expect(answer).toMatchObject({ hook_results: { after_request_hooks: [{ verdict: true }] } })
  })

  it.each(['stream', 'whole'])('keeps a denied %s back from the OpenAI client', async (kind) => {
    if (kind === 'stream') open.script(answerEvents(chatStream(['call ', '+41 44 ', '668 18 00'])))
    const call = openai.chat.completions.create(
      { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }], stream: kind === 'stream' },
      { headers: config({ output_guardrails: [noPhones] }) },
    )
    await expect(call).rejects.toMatchObject({ status: 446 })
  })

  it('redacts a stream although the number came in pieces', async () => {
    open.script(answerEvents(chatStream(['call ', '+41 44 ', '668 18 00', ' now'])))
    const stream = await openai.chat.completions.create(
      { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }], stream: true },
      { headers: config({ output_guardrails: [{ 'portkey.pii': { redact: true } }] }) },
    )
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe('call {{PHONE_NUMBER_1}} now')
  })

  it('redacts a stream of the Anthropic client', async () => {
    claude.script(answerEvents(messagesStream(['mail ', 'ada@', 'example.org'])))
    const stream = anthropic.messages.stream(
      { model: 'claude-sonnet-4-5', max_tokens: 20, messages: [{ role: 'user', content: 'hi' }] },
      {
        headers: {
          'x-portkey-config': JSON.stringify({
            provider: '@claude',
            output_guardrails: [{ 'portkey.pii': { redact: true } }],
          }),
        },
      },
    )
    expect(await stream.finalText()).toBe('mail {{EMAIL_ADDRESS_1}}')
  })

  it('that only looks lets a stream pass byte for byte and is noted after', async () => {
    const frames = chatStream(['one two three'])
    open.script(answerEvents(frames))
    const guardrail = { 'default.wordCount': { maxWords: 2 } }
    const response = await sluice.post(
      '/v1/chat/completions',
      chat('hi', { stream: true, stream_options: { include_usage: true } }),
      config({ output_guardrails: [guardrail] }),
    )
    expect(response.status).toBe(200)
    expect(await response.text()).toBe(frames.join(''))
    expect((await sluice.logOf(response)).guardrails).toMatchObject([{ hook: 'output', verdict: false }])
  })

  it('shows what it found after the stream to a client that takes extras', async () => {
    open.script(answerEvents(chatStream(['one'])))
    const headers = {
      ...config({ output_guardrails: [{ 'default.wordCount': {} }] }),
      'x-portkey-strict-open-ai-compliance': 'false',
    }
    const response = await sluice.post('/v1/chat/completions', chat('hi', { stream: true }), headers)
    const last = (await response.text()).trim().split('\n\n').at(-1)
    expect(JSON.parse(last?.slice('data: '.length) ?? '')).toMatchObject({
      hook_results: { after_request_hooks: [{ verdict: true }] },
    })
  })
})

describe('the responses route', () => {
  it('is guarded on both sides', async () => {
    const create = (input: string, guardrails: object) =>
      openai.responses.create(
        { model: 'claude-sonnet-4-5', input, max_output_tokens: 20 },
        {
          headers: { 'x-portkey-config': JSON.stringify({ provider: '@claude', ...guardrails }) },
        },
      )
    await expect(create('a secret', { input_guardrails: [denySecret] })).rejects.toMatchObject({ status: 446 })
    const usage = { input_tokens: 1, output_tokens: 1 }
    const content = [{ type: 'text', text: 'mail ada@example.org' }]
    claude.script(
      answerJson({ id: 'm', type: 'message', role: 'assistant', model: 'c', content, stop_reason: 'end_turn', usage }),
    )
    const answer = await create('write to bob@example.org', {
      input_guardrails: [{ 'portkey.pii': { redact: true } }],
      output_guardrails: [{ 'portkey.pii': { redact: true } }],
    })
    expect(answer.output_text).toBe('mail {{EMAIL_ADDRESS_2}}')
    expect(claude.received.at(-1)?.body).toContain('write to {{EMAIL_ADDRESS_1}}')
  })
})

describe('a saved guardrail', () => {
  const save = async (checks: object[], actions: object, more: object = {}) =>
    (await sluice.admin('POST', '/guardrails', { name: 'rule', checks, actions, ...more })) as unknown as {
      id: string
      slug: string
    }

  it('is used by its slug, and a change makes a version', async () => {
    const { slug } = await save([{ id: 'default.regexMatch', parameters: { rule: 'launch.*code', not: true } }], {
      deny: true,
    })
    const ask = () => sluice.post('/v1/chat/completions', chat('the launch code'), config({ input_guardrails: [slug] }))
    expect((await ask()).status).toBe(446)
    await sluice.admin('PUT', `/guardrails/${slug}`, { actions: { deny: false } })
    expect(await sluice.admin('GET', `/guardrails/${slug}/versions`)).toMatchObject({
      total: 2,
      data: [{ actions: { deny: false } }, { actions: { deny: true } }],
    })
  })

  it('with a check of a service that cannot be connected is refused when it is saved', async () => {
    await expect(save([{ id: 'pillar.scanPrompt', parameters: {} }], {})).rejects.toThrow(/cannot be connected here/)
  })

  it('that is a default of a workspace has to exist, and stays while it is one', async () => {
    const { slug } = await save([{ id: 'contains', parameters: { words: ['taboo'], operator: 'none' } }], {
      deny: true,
    })
    const { data } = (await sluice.admin('GET', '/admin/workspaces')) as unknown as { data: { id: string }[] }
    const workspace = `/admin/workspaces/${data[0]?.id}`
    await expect(sluice.admin('PUT', workspace, { defaults: { input_guardrails: ['pg-unknown'] } })).rejects.toThrow(
      /'pg-unknown', which does not exist/,
    )
    await sluice.admin('PUT', workspace, { defaults: { input_guardrails: [slug] } })
    expect(await sluice.admin('GET', workspace)).toMatchObject({ defaults: { input_guardrails: [slug] } })
    await expect(sluice.admin('DELETE', `/guardrails/${slug}`)).rejects.toThrow(/default of the workspace/)
    await sluice.admin('PUT', workspace, { defaults: { input_guardrails: [] } })
  })

  it('holds for every request when it is a default of the organisation', async () => {
    const { slug } = await save(
      [{ id: 'contains', parameters: { words: ['forbidden'], operator: 'none' } }],
      { deny: true },
      { organisation_id: 'any' },
    )
    await sluice.admin('PUT', '/admin/organisation/defaults', { input_guardrails: [slug] })
    expect(await sluice.admin('GET', '/admin/organisation/defaults')).toMatchObject({ input_guardrails: [{ slug }] })
    await expect(sluice.admin('DELETE', `/guardrails/${slug}`)).rejects.toThrow(/default of the organisation/)
    await sluice.admin('PUT', '/admin/organisation/defaults', { input_guardrails: [] })
    await sluice.admin('DELETE', `/guardrails/${slug}`)
  })
})
