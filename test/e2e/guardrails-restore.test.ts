/** Personal data that is taken out on the way to the provider and given back in the answer, with official clients; what the log keeps of it. */
import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sluice } from '../support/sluice.ts'
import { startTwoProviders, type TwoProviders } from '../support/two-providers.ts'
import {
  answerEvents,
  answerJson,
  chatAnswer,
  chatChunk,
  chatStream,
  doneFrame,
  messagesStream,
  type Upstream,
} from '../support/upstream.ts'

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

afterAll(() => stage?.stop())

const restoring = { 'portkey.pii': { redact: true, restore: true }, messages: 'all', tool_calls: true }
const config = (value: object = {}, provider = '@open') => ({
  'x-portkey-config': JSON.stringify({ provider, input_guardrails: [restoring], ...value }),
})
const ask = (content: string, more: object = {}) => ({
  model: 'gpt-4o',
  messages: [{ role: 'user' as const, content }],
  ...more,
})
const mail = 'ada@example.org'
const bodiesOf = (log: object) => JSON.stringify(log)

describe('what was taken out of a request', () => {
  it('is back in a whole answer, and neither the provider nor the log has it', async () => {
    open.script(answerJson(chatAnswer('I wrote to {{EMAIL_ADDRESS_1}}, not to {{EMAIL_ADDRESS_9}}.')))
    const { data, response } = await openai.chat.completions
      .create(ask(`write to ${mail}`), { headers: config() })
      .withResponse()
    expect(data.choices[0]?.message.content).toBe(`I wrote to ${mail}, not to {{EMAIL_ADDRESS_9}}.`)
    expect(open.received.at(-1)?.body).toContain('write to {{EMAIL_ADDRESS_1}}')
    expect(open.received.at(-1)?.body).not.toContain(mail)
    const log = bodiesOf(await sluice.logOf(response))
    expect(log).toContain('write to {{EMAIL_ADDRESS_1}}')
    expect(log).toContain('I wrote to {{EMAIL_ADDRESS_1}}')
    expect(log).not.toContain(mail)
  })

  it('is back in a stream whose placeholders come in pieces', async () => {
    const words = ['{', 'keep {', '{EMAIL_', 'ADDRESS_1}', '} and {{', 'mustache}} {{EMAIL']
    open.script(answerEvents(chatStream(words)))
    const { data, response } = await openai.chat.completions
      .create({ ...ask(`write to ${mail}`), stream: true }, { headers: config() })
      .withResponse()
    let text = ''
    for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe(`{keep ${mail} and {{mustache}} {{EMAIL`)
    expect(bodiesOf(await sluice.logOf(response))).not.toContain(mail)
  })

  it('is back in the arguments of tool calls, whole and streamed, as valid JSON', async () => {
    const piece = (text: string) =>
      chatChunk({
        tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'send', arguments: text } }],
      })
    const more = (text: string) => chatChunk({ tool_calls: [{ index: 0, function: { arguments: text } }] })
    open.script(
      answerEvents([
        piece('{"to":"{{EMAIL'),
        more('_ADDRESS_1}}","n":'),
        more('1}'),
        chatChunk({}, 'tool_calls'),
        doneFrame,
      ]),
    )
    const stream = openai.chat.completions.stream(ask(`write to "quoted name"@example.org`), { headers: config() })
    const call = (await stream.finalChatCompletion()).choices[0]?.message.tool_calls?.[0]
    expect(call?.type === 'function' && JSON.parse(call.function.arguments)).toEqual({
      to: '"quoted name"@example.org',
      n: 1,
    })
  })

  it('is back in the Anthropic wire, also when the provider speaks another', async () => {
    claude.script(answerEvents(messagesStream(['to {{EMAIL_ADDR', 'ESS_1}}!'])))
    const body = {
      model: 'claude-sonnet-4-5',
      max_tokens: 20,
      messages: [{ role: 'user' as const, content: `I am ${mail}` }],
    }
    const passed = await anthropic.messages.stream(body, { headers: config({}, '@claude') }).finalText()
    expect(passed).toBe(`to ${mail}!`)
    open.script(answerEvents(chatStream(['to {{EMAIL_ADDR', 'ESS_1}}!'])))
    const translated = await anthropic.messages.stream({ ...body, model: 'gpt-4o' }, { headers: config() }).finalText()
    expect(translated).toBe(`to ${mail}!`)
  })

  it('is the asker’s own when the answer comes from the cache', async () => {
    const cached = config({ cache: { mode: 'simple' } })
    open.script(answerJson(chatAnswer('hello {{EMAIL_ADDRESS_1}}')))
    const first = await openai.chat.completions.create(ask('greet ada@example.org'), { headers: cached })
    const before = open.received.length
    const { data, response } = await openai.chat.completions
      .create(ask('greet bob@example.org'), { headers: cached })
      .withResponse()
    expect(first.choices[0]?.message.content).toBe('hello ada@example.org')
    expect(response.headers.get('x-portkey-cache-status')).toBe('HIT')
    expect(data.choices[0]?.message.content).toBe('hello bob@example.org')
    expect(open.received.length).toBe(before)
  })

  it('is not flagged by a check of the answer, and what the model says of others is not given back', async () => {
    open.script(answerJson(chatAnswer('{{EMAIL_ADDRESS_1}} and eve@example.org')))
    const denying = { 'portkey.pii': { categories: ['EMAIL_ADDRESS'], redact: true }, deny: true }
    const answer = await openai.chat.completions.create(ask(`I am ${mail}`), {
      headers: config({ output_guardrails: [denying] }),
    })
    expect(answer.choices[0]?.message.content).toBe(`${mail} and {{EMAIL_ADDRESS_2}}`)
  })

  it('has one name in all turns of a conversation, tool calls among them', async () => {
    open.script(answerJson(chatAnswer('ok')))
    await openai.chat.completions.create(
      {
        model: 'gpt-4o',
        messages: [
          { role: 'user', content: `write to ${mail} and bob@example.org` },
          {
            role: 'assistant',
            content: `I write to ${mail}`,
            tool_calls: [
              { id: 'c', type: 'function', function: { name: 'send', arguments: JSON.stringify({ to: mail }) } },
            ],
          },
          { role: 'tool', tool_call_id: 'c', content: `sent to ${mail}` },
          { role: 'user', content: 'and bob@example.org?' },
        ],
      },
      { headers: config() },
    )
    const sent = open.received.at(-1)?.json() as { messages: { content: string; tool_calls?: unknown }[] }
    expect(sent.messages.map(({ content }) => content)).toEqual([
      'write to {{EMAIL_ADDRESS_1}} and {{EMAIL_ADDRESS_2}}',
      'I write to {{EMAIL_ADDRESS_1}}',
      'sent to {{EMAIL_ADDRESS_1}}',
      'and {{EMAIL_ADDRESS_2}}?',
    ])
    expect(JSON.stringify(sent)).not.toContain(mail)
  })

  it('cannot be given back to the second of several streamed answers, so they are refused', async () => {
    const call = openai.chat.completions.create({ ...ask(`I am ${mail}`), stream: true, n: 2 }, { headers: config() })
    await expect(call).rejects.toMatchObject({ status: 400, param: 'n' })
  })

  it('stays out when restore was not asked for, and out of the log of a request that is denied', async () => {
    open.script(answerJson(chatAnswer('hello {{EMAIL_ADDRESS_1}}')))
    const kept = await openai.chat.completions.create(ask(`I am ${mail}`), {
      headers: config({ input_guardrails: [{ 'portkey.pii': { redact: true } }] }),
    })
    expect(kept.choices[0]?.message.content).toBe('hello {{EMAIL_ADDRESS_1}}')
    const denied = await sluice.post('/v1/chat/completions', ask(`a secret of ${mail}`), {
      ...config({
        input_guardrails: [restoring, { 'default.contains': { operator: 'none', words: ['secret'] }, deny: true }],
      }),
    })
    expect(denied.status).toBe(446)
    expect(bodiesOf(await sluice.logOf(denied))).not.toContain(mail)
  })
})
