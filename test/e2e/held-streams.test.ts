/** Streams that are held by windows, as official clients see them: each route, passed on and translated. */
import type Anthropic from '@anthropic-ai/sdk'
import type OpenAI from 'openai'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTwoProviders, type TwoProviders } from '../support/two-providers.ts'
import { answerEvents, chatStream, doneFrame, messagesStream, type Upstream } from '../support/upstream.ts'

let stage: TwoProviders
let open: Upstream
let claude: Upstream
let openai: OpenAI
let anthropic: Anthropic

const words = ['Hello. ', 'Mail ada', '@exam', 'ple.org', ' now. ', 'Or bob@example.org. ', 'Bye.']
const redacted = 'Hello. Mail {{EMAIL_ADDRESS_1}} now. Or {{EMAIL_ADDRESS_2}}. Bye.'

function completionStream(texts: readonly string[]): string[] {
  const base = { id: 'cmpl-1', object: 'text_completion', created: 1, model: 'm' }
  const frame = (more: object) => `data: ${JSON.stringify({ ...base, ...more })}\n\n`
  const choice = (text: string, finish: string | null) =>
    frame({ choices: [{ text, index: 0, logprobs: null, finish_reason: finish }] })
  return [...texts.map((text) => choice(text, null)), choice('', 'stop'), doneFrame]
}

beforeAll(async () => {
  stage = await startTwoProviders()
  ;({ open, claude, openai, anthropic } = stage)
})

beforeEach(() => {
  open.script(answerEvents(chatStream(words)))
  claude.script(answerEvents(messagesStream(words)))
})

afterAll(() => stage?.stop())

const headersOf = (provider: string, guardrail: object) => ({
  headers: { 'x-portkey-config': JSON.stringify({ provider, output_guardrails: [guardrail] }) },
})

type Ask = (provider: string, guardrail: object) => Promise<AsyncIterable<string>>

async function* mapped<T>(stream: AsyncIterable<T>, text: (part: T) => string | null | undefined) {
  for await (const part of stream) yield text(part) ?? ''
}

const messages = [{ role: 'user' as const, content: 'hi' }]
const model = 'gpt-4o'

const chat: Ask = async (provider, guardrail) =>
  mapped(
    await openai.chat.completions.create(
      { model, messages, max_tokens: 50, stream: true },
      headersOf(provider, guardrail),
    ),
    (chunk) => chunk.choices[0]?.delta.content,
  )
const respond: Ask = async (provider, guardrail) =>
  mapped(
    await openai.responses.create(
      { model, input: 'hi', max_output_tokens: 50, stream: true },
      headersOf(provider, guardrail),
    ),
    (event) => (event.type === 'response.output_text.delta' ? event.delta : ''),
  )
const complete: Ask = async (provider, guardrail) => {
  open.script(answerEvents(completionStream(words)))
  return mapped(
    await openai.completions.create({ model, prompt: 'hi', stream: true }, headersOf(provider, guardrail)),
    (chunk) => chunk.choices[0]?.text,
  )
}
const message: Ask = async (provider, guardrail) =>
  mapped(
    await anthropic.messages.create({ model, messages, max_tokens: 50, stream: true }, headersOf(provider, guardrail)),
    (event) => (event.type === 'content_block_delta' && event.delta.type === 'text_delta' ? event.delta.text : ''),
  )

const routes: readonly [string, string, Ask][] = [
  ['chat, passed on', '@open', chat],
  ['chat, translated', '@claude', chat],
  ['messages, passed on', '@claude', message],
  ['messages, translated', '@open', message],
  ['responses, translated', '@claude', respond],
  ['completions, passed on', '@open', complete],
]

describe.each(routes)('a held stream of %s', (_, provider, ask) => {
  it.each(['sentence', 'whole', 20])('is redacted, held by %s', async (window) => {
    let text = ''
    for await (const part of await ask(provider, { 'portkey.pii': { redact: true }, stream_window: window }))
      text += part
    expect(text).toBe(redacted)
  })

  it('ends in the client’s own error when what comes later is denied', async () => {
    let text = ''
    const read = async () => {
      const guardrail = { contains: { words: ['Bye'], operator: 'none' }, deny: true, stream_window: 'sentence' }
      const stream = await ask(provider, guardrail)
      for await (const part of stream) text += part
    }
    await expect(read()).rejects.toThrow(/guardrail/)
    expect(text).not.toContain('Bye')
    expect(words.join('').startsWith(text)).toBe(true)
  })
})
