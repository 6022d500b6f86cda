/** Every place where text can stand in a request or an answer is seen by guardrails, on every client wire. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTwoProviders, type TwoProviders } from '../support/two-providers.ts'
import { answerJson, chatAnswer, startUpstream, type Upstream } from '../support/upstream.ts'

let stage: TwoProviders
let google: Upstream

beforeAll(async () => {
  stage = await startTwoProviders()
  google = await startUpstream()
  await stage.sluice.connect('google', 'google', google.origin)
})

afterAll(async () => {
  await stage?.stop()
  await google?.stop()
})

const forbids = { 'default.contains': { operator: 'none', words: ['forbiddenword'] }, deny: true }
const redacts = { 'portkey.pii': { redact: true } }

async function post(path: string, body: object, config: object) {
  const answer = await fetch(`${stage.sluice.origin}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-portkey-api-key': stage.sluice.apiKey,
      'x-portkey-config': JSON.stringify(config),
    },
    body: JSON.stringify(body),
  })
  return { status: answer.status, text: await answer.text() }
}

const chat = (body: object, config: object) =>
  post('/v1/chat/completions', { model: 'gpt-4o-mini', ...body }, { provider: '@open', ...config })

const wholeGoogle = { candidates: [{ content: { role: 'model', parts: [{ text: 'ok' }] }, finishReason: 'STOP' }] }

describe("a guardrail on Google's wire", () => {
  it.each<[string, object]>([
    ['parts that are one object', { contents: [{ role: 'user', parts: { text: 'forbiddenword' } }] }],
    [
      'parts of an earlier spelling',
      { contents: [{ role: 'model', parts: [{ function_call: { name: 'f', args: { a: 'forbiddenword' } } }] }] },
    ],
    [
      'a text file inside the request',
      {
        contents: [
          {
            role: 'user',
            parts: [
              { text: 'read' },
              { inline_data: { mime_type: 'text/plain', data: Buffer.from('forbiddenword').toString('base64') } },
            ],
          },
        ],
      },
    ],
  ])('sees %s', async (_, body) => {
    google.script(answerJson(wholeGoogle))
    const config = { provider: '@google', input_guardrails: [{ ...forbids, tool_calls: true }] }
    const { status } = await post('/v1beta/models/gemini-2.5-flash:generateContent', body, config)
    expect(status).toBe(446)
  })

  it('sees a system instruction that is one object, when it looks at system prompts', async () => {
    google.script(answerJson(wholeGoogle))
    const config = { provider: '@google', input_guardrails: [{ ...forbids, system_prompt: true }] }
    const body = {
      system_instruction: { parts: { text: 'forbiddenword' } },
      contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
    }
    expect((await post('/v1beta/models/gemini-2.5-flash:generateContent', body, config)).status).toBe(446)
  })

  it('redacts parts that are one object', async () => {
    google.script(answerJson(wholeGoogle))
    const config = { provider: '@google', input_guardrails: [redacts] }
    const body = { contents: [{ role: 'user', parts: { text: 'Mail ada@example.org' } }] }
    expect((await post('/v1beta/models/gemini-2.5-flash:generateContent', body, config)).status).toBe(200)
    const sent = google.received.at(-1)?.body.toString() ?? ''
    expect(sent).toContain('{{EMAIL_ADDRESS_1}}')
    expect(sent).not.toContain('ada@example.org')
  })
})

describe('a redacting guardrail', () => {
  const conversation = {
    messages: [
      { role: 'user', content: 'My mail is ada@example.org' },
      { role: 'assistant', content: null, function_call: { name: 'mail', arguments: '{"to":"ada@example.org"}' } },
      { role: 'function', name: 'mail', content: 'sent' },
      { role: 'user', content: 'Thanks' },
    ],
  }

  it('takes out in every later turn what it took out in the first, calls of tools included', async () => {
    stage.open.script(answerJson(chatAnswer('ok')))
    expect((await chat(conversation, { input_guardrails: [redacts] })).status).toBe(200)
    const sent = stage.open.received.at(-1)?.body.toString() ?? ''
    expect(sent).not.toContain('ada@example.org')
    expect(JSON.parse(sent).messages[1].function_call.arguments).toBe('{"to":"{{EMAIL_ADDRESS_1}}"}')
  })

  it('looks at the last message only when it is told to', async () => {
    stage.open.script(answerJson(chatAnswer('ok')))
    await chat(conversation, { input_guardrails: [{ ...redacts, messages: 'last' }] })
    expect(stage.open.received.at(-1)?.body.toString()).toContain('ada@example.org')
  })

  it.each([{ logprobs: true }, { modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } }])(
    'refuses %j, which would say the text a second time',
    async (more) => {
      stage.open.script(answerJson(chatAnswer('ok')))
      const body = { messages: [{ role: 'user', content: 'hi' }], ...more }
      const { status, text } = await chat(body, { output_guardrails: [redacts] })
      expect(status).toBe(400)
      expect(JSON.parse(text).error).toMatchObject({ param: Object.keys(more)[0] })
    },
  )
})

const answerOf = (message: object) => ({
  ...chatAnswer(''),
  choices: [{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason: 'stop' }],
})

describe('a guardrail on an answer', () => {
  const messages = [{ role: 'user', content: 'hi' }]

  it('sees what an older function is called with', async () => {
    stage.open.script(answerJson(answerOf({ function_call: { name: 'f', arguments: '{"a":"forbiddenword"}' } })))
    expect((await chat({ messages }, { output_guardrails: [{ ...forbids, tool_calls: true }] })).status).toBe(446)
  })

  it('sees the transcript of what is spoken', async () => {
    stage.open.script(answerJson(answerOf({ audio: { id: 'a', data: 'AAAA', transcript: 'forbiddenword' } })))
    const body = { messages, modalities: ['text', 'audio'], audio: { voice: 'alloy', format: 'wav' } }
    expect((await chat(body, { output_guardrails: [forbids] })).status).toBe(446)
  })

  const call = { tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] }

  it.each<[string, object]>([
    ['default.wordCount', { minWords: 3 }],
    ['default.sentenceCount', { minSentences: 1 }],
    ['default.characterCount', { minCharacters: 1 }],
    ['default.regexMatch', { rule: 'x' }],
    ['default.endsWith', { suffix: '.' }],
    ['default.containsCode', { format: 'sql' }],
    ['default.jsonKeys', { keys: ['a'] }],
    ['default.validUrls', {}],
  ])('is noted and passes in %s when the answer is a call of a tool alone', async (id, parameters) => {
    stage.open.script(answerJson(answerOf(call)))
    const { status, text } = await chat({ messages }, { output_guardrails: [{ [id]: parameters, deny: true }] })
    expect(status).toBe(200)
    const [check] = JSON.parse(text).hook_results.after_request_hooks[0].checks
    expect(check).toMatchObject({ verdict: true, skipped: true, data: { explanation: 'there is no text to check' } })
  })

  it.each<[string, object]>([
    ['default.contains', { words: ['x'] }],
    ['default.notNull', {}],
    ['default.jsonSchema', { schema: { type: 'object' } }],
  ])('is denied by %s, which judges the absence', async (id, parameters) => {
    stage.open.script(answerJson(answerOf(call)))
    expect((await chat({ messages }, { output_guardrails: [{ [id]: parameters, deny: true }] })).status).toBe(446)
  })
})
