/** What was found by trying to break the running program from outside, each as the one who tried would tell it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/ledger-state.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import {
  answerEvents,
  answerJson,
  chatAnswer,
  chatChunk,
  doneFrame,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream(answerJson(chatAnswer('hello')))
  sluice = await startSluice()
  await sluice.connect('sim', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const chat = (more: object = {}) => ({
  model: '@sim/gpt-4o-mini',
  max_tokens: 20,
  messages: [{ role: 'user', content: 'hello' }],
  ...more,
})

async function ask(secret: string, more: object = {}, headers: Record<string, string> = {}): Promise<Response> {
  const response = await sluice.post('/v1/chat/completions', chat(more), {
    authorization: `Bearer ${secret}`,
    ...headers,
  })
  return new Response(await response.text(), response)
}

describe('a provider that counts tokens wrongly', () => {
  const wrong = [
    ['as no number can be', { prompt_tokens: 3, completion_tokens: 1e300 }],
    ['in quadrillions', { prompt_tokens: 3, completion_tokens: 1e15 }],
  ] as const

  it.each(wrong)('%s empties no budget: its answer is estimated', async (_, usage) => {
    const key = await sluice.client.makeKey({ usage_limits: { credit_limit: 1 } })
    upstream.script(answerJson({ ...chatAnswer('hello'), usage }))
    const { metrics } = await sluice.logOf(await ask(key.secret))
    expect(metrics).toMatchObject({ outcome: 'completed', is_estimated: true })
    const usageChunk = `data: ${JSON.stringify({ object: 'chat.completion.chunk', choices: [], usage })}\n\n`
    upstream.script(
      answerEvents([chatChunk({ role: 'assistant', content: 'hello' }), chatChunk({}, 'stop'), usageChunk, doneFrame]),
    )
    const streamed = await ask(key.secret, { stream: true })
    expect(streamed.status).toBe(200)
    expect((await sluice.logOf(streamed)).metrics).toMatchObject({ outcome: 'completed', is_estimated: true })
  })

  it('in fractions is counted in whole tokens', async () => {
    upstream.script(answerJson({ ...chatAnswer('hello'), usage: { prompt_tokens: 3.5, completion_tokens: 2.25 } }))
    const { metrics } = await sluice.logOf(await ask(sluice.apiKey))
    expect(metrics).toMatchObject({ req_units: 4, res_units: 3, is_estimated: false })
  })
})

describe('a value to group by', () => {
  beforeAll(async () => {
    upstream.script(answerJson(chatAnswer('hello')))
    const workspace = await sluice.admin('POST', '/admin/workspaces', { name: 'grouped' })
    grouped = String(workspace.id)
    await sluice.admin('PUT', '/integrations/sim/workspaces', {
      workspaces: [{ id: grouped, enabled: true }],
      create_default_provider: true,
    })
    await sluice.admin('POST', '/policies/usage-limits', {
      name: 'by user',
      conditions: [{ key: 'workspace_id', value: '*' }],
      group_by: [{ key: 'metadata._user' }],
      type: 'requests',
      credit_limit: 1,
      workspace_id: grouped,
    })
  })
  let grouped = ''

  it.each([
    ['of thousands of characters', 'x'.repeat(3_000)],
    ['that is half a character', '\ud800'],
    ['in a script that escapes to many bytes', '\u{1f600}'.repeat(64)],
  ])('%s is counted like any other', async (_, user) => {
    const { secret } = await sluice.client.makeKey({ workspace_id: grouped })
    const { slug } = (
      (await sluice.admin('GET', `/providers?workspace_id=${grouped}`)) as unknown as { data: [{ slug: string }] }
    ).data[0]
    const metadata = { 'x-portkey-metadata': JSON.stringify({ _user: user }).replace(/[\u0080-\uffff]/g, escaped) }
    const send = async () => (await ask(secret, { model: `@${slug}/gpt-4o-mini` }, metadata)).status
    expect(await send()).toBe(200)
    const settled = await until(send, (status) => status !== 429)
    expect(settled).toBe(412)
  })
})

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

describe('a model whose answers call it by another name', () => {
  it('is priced and counted by the name that was asked for', async () => {
    upstream.script(answerJson({ ...chatAnswer('hello'), model: 'gpt-4o-mini-2029-01-01-of-nowhere' }))
    const { metrics } = await sluice.logOf(await ask(sluice.apiKey))
    expect(metrics).toMatchObject({ ai_model: 'gpt-4o-mini', cost_nanos: 10 * 150 + 5 * 600 })
  })
})

describe('a request whose bodies are to be kept nowhere', () => {
  it('has a record without them', async () => {
    upstream.script(answerJson(chatAnswer('a secret answer')))
    const body = { messages: [{ role: 'user', content: 'a secret question' }] }
    const log = await sluice.logOf(await ask(sluice.apiKey, body, { 'x-portkey-debug': 'false' }))
    expect(log.metrics.outcome).toBe('completed')
    expect(JSON.stringify(log)).not.toContain('secret')
  })
})

describe('a request that names things nobody expects', () => {
  it.each([
    ['a model of a million characters', { model: `@sim/${'x'.repeat(1_000_000)}` }, '/v1/chat/completions'],
    ['a user of a million characters', { user: 'x'.repeat(1_000_000) }, '/v1/chat/completions'],
    ['half a character as user', { user: '\ud800' }, '/v1/chat/completions'],
    ['half a character in its model', { model: '@sim/\ud800' }, '/v1/chat/completions'],
    [
      '9,000 fields that are dropped',
      Object.fromEntries(Array.from({ length: 9_000 }, (_, at) => [`field_${at}`, at])),
      '/v1/messages',
    ],
  ])('%s has its record like any other', async (_, more, path) => {
    const response = await sluice.post(path, chat(more), { 'x-portkey-debug': 'false' })
    await response.text()
    expect(response.status).toBe(200)
    expect((await sluice.logOf(response)).metrics.outcome).toBe('completed')
  })
})

describe('an id longer than any there can be', () => {
  const long = 'a'.repeat(5_000)

  it.each([
    ['in an admin path', () => sluice.client.try('GET', `/api-keys/${long}`)],
    ['of a log', () => sluice.client.try('GET', `/logs/${long}`)],
    [
      'in an admin body',
      () => sluice.client.try('POST', '/api-keys/workspace/service', { name: 'x', scopes: [], workspace_id: long }),
    ],
  ])('%s is not found, and nothing fails', async (_, call) => {
    const { status } = await call()
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
  })

  it('of a config is refused as unknown', async () => {
    expect((await ask(sluice.apiKey, {}, { 'x-portkey-config': `pc-${long}` })).status).toBe(400)
  })
})

describe('a provider key as it was pasted', () => {
  it('loses the newline at its end', async () => {
    await sluice.connect('pasted', 'openai', upstream.origin, { key: 'sk-pasted\n' })
    upstream.script(answerJson(chatAnswer('hello')))
    const sees = async () => (await ask(sluice.apiKey, { model: '@pasted/gpt-4o-mini' })).status
    expect(await until(sees, (status) => status === 200)).toBe(200)
    expect(upstream.received.at(-1)?.headers.authorization).toBe('Bearer sk-pasted')
  })

  it.each(['sk-one\r\nx-evil: two', 'sk-ключ'])('%j is refused without being repeated', async (key) => {
    const made = { name: 'odd', ai_provider_id: 'openai', key }
    const { status, body } = await sluice.client.try('POST', '/integrations', made)
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toContain('printable ASCII')
    expect(JSON.stringify(body)).not.toContain('sk-')
  })
})

describe('a config whose provider was mistyped', () => {
  it('is what the refusal names, beside the models that there are', async () => {
    const config = JSON.stringify({ provdier: '@sim' })
    const response = await ask(sluice.apiKey, { model: 'gpt-4o-mini' }, { 'x-portkey-config': config })
    expect(response.status).toBe(400)
    expect(await response.text()).toMatch(
      /no provider was named.*not read was config\.provdier.*did you mean 'provider'/,
    )
  })
})

describe('a default that would not hold because it was mistyped', () => {
  const workspace = async () => {
    const { data } = (await sluice.admin('GET', '/admin/workspaces')) as unknown as { data: { slug: string }[] }
    return `/admin/workspaces/${data[0]?.slug}`
  }

  it.each([
    [{ input_guardrail: [] }, /unknown field 'defaults.input_guardrail'; did you mean 'input_guardrails'/],
    [{ blockInlineConfig: true }, /did you mean 'block_inline_config'/],
    [{ block_inline_config: 1 }, /defaults.block_inline_config is 1/],
  ])('%j of a workspace is refused', async (defaults, message) => {
    const { status, body } = await sluice.client.try('PUT', await workspace(), { defaults })
    expect(status).toBe(400)
    expect(body.message).toMatch(message)
  })

  it('of a workspace that is nobody’s name for one of ours stays', async () => {
    expect((await sluice.client.try('PUT', await workspace(), { defaults: { colour: 'blue' } })).status).toBe(200)
  })

  it('of a key is refused', async () => {
    const made = sluice.client.makeKey({ defaults: { alow_config_override: false } })
    await expect(made).rejects.toThrow("did you mean 'allow_config_override'?")
  })

  it('of the organisation is refused', async () => {
    const put = await sluice.client.try('PUT', '/admin/organisation/defaults', { input_guardrail: [] })
    expect(put.status).toBe(400)
    expect(put.body.message).toContain("allowed are 'input_guardrails'")
  })
})
