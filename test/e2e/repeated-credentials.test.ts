/** A provider that repeats the credentials it was sent, in a good answer, a stream, a header or an error: nobody is shown them and nothing keeps them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { encodeFrames } from '../support/aws-frames.ts'
import { loopbackAllowed, type Sluice, startSluice } from '../support/sluice.ts'
import { dumpEverythingStored } from '../support/stored-everything.ts'
import {
  answerEvents,
  answerJson,
  chatAnswer,
  chatChunk,
  chatStream,
  type Script,
  startUpstream,
  type Upstream,
} from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

const key = 'sk-stored-0123456789abcdefghij'
const headerKey = 'custom-credential-9876543210'
const hi = { model: 'gpt-5', max_tokens: 20, messages: [{ role: 'user' as const, content: 'hi' }] }

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice({ variables: loopbackAllowed })
  await sluice.connect('oai', 'openai', upstream.origin, {
    key,
    configurations: { custom_host: `${upstream.origin}/v1`, custom_headers: { 'x-gate-token': headerKey } },
  })
  const configurations = { aws_auth_type: 'apiKey', aws_region: 'eu-west-1', custom_host: upstream.origin }
  await sluice.connect('aws', 'bedrock', upstream.origin, { key, configurations })
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  sluice.post(path, body, { 'x-portkey-provider': '@oai', ...headers })

async function told(response: Response): Promise<string> {
  const text = await response.text()
  const log = await sluice.logOf(response)
  return `${response.status} ${JSON.stringify([...response.headers])} ${text} ${JSON.stringify(log)}`
}

/** Each piece in a packet of its own. */
function inPieces(contentType: string, text: string, size: number): Script {
  return async (_, response) => {
    response.writeHead(200, { 'content-type': contentType })
    for (let at = 0; at < text.length; at += size) {
      response.write(text.slice(at, at + size))
      await new Promise((resolve) => setImmediate(resolve))
    }
    response.end()
  }
}

const said = `You sent ${key} and ${headerKey}.`
const clean = 'You sent ***** and *****.'
const stream = chatStream([`You sent ${key} and ${headerKey}`, '.']).join('')

const cases: readonly [string, Script, () => Promise<Response>][] = [
  ['a whole answer', answerJson(chatAnswer(said)), () => post('/v1/chat/completions', hi)],
  ['a translated answer', answerJson(chatAnswer(said)), () => post('/v1/messages', hi)],
  ['a stream', answerEvents([stream]), () => post('/v1/chat/completions', { ...hi, stream: true })],
  [
    'a stream in pieces of three bytes',
    inPieces('text/event-stream', stream, 3),
    () => post('/v1/chat/completions', { ...hi, stream: true }),
  ],
  ['a translated stream', answerEvents([stream]), () => post('/v1/messages', { ...hi, stream: true })],
  [
    'a translated stream of AWS',
    (_, response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
      response.end(
        encodeFrames([
          ['event messageStart', { role: 'assistant' }],
          ['event contentBlockDelta', { contentBlockIndex: 0, delta: { text: `You sent ${key}` } }],
          ['event messageStop', { stopReason: 'end_turn' }],
        ]),
      )
    },
    () =>
      post(
        '/v1/chat/completions',
        { ...hi, model: 'amazon.nova-lite-v1:0', stream: true },
        { 'x-portkey-provider': '@aws' },
      ),
  ],
  ['an answer that is passed on', answerJson({ said }), () => post('/v1/some/path', { a: 1 })],
  ['a passed-on answer in pieces', inPieces('text/plain', said, 2), () => post('/v1/some/path', { a: 1 })],
  ['an error', answerJson({ error: { message: said } }, 401), () => post('/v1/chat/completions', hi)],
  ['an error of a passed-on path', answerJson({ error: { message: said } }, 403), () => post('/v1/some/path', {})],
  [
    'an error in a stream',
    answerEvents([chatChunk({ content: 'a' }), `data: {"error":{"message":"${said}"}}\n\n`]),
    () => post('/v1/chat/completions', { ...hi, stream: true }),
  ],
  [
    'a header',
    answerJson(chatAnswer('hi'), 200, { 'x-debug': `Bearer ${key}` }),
    () => post('/v1/chat/completions', hi),
  ],
  [
    'embeddings',
    answerJson({ object: 'list', data: [], model: said, usage: { prompt_tokens: 1, total_tokens: 1 } }),
    () => post('/v1/embeddings', { model: 'text-embedding-3-small', input: 'a' }),
  ],
  [
    'sound',
    inPieces('audio/mpeg', `ID3${said}`, 5),
    () => post('/v1/audio/speech', { model: 'tts-1', input: 'a', voice: 'alloy' }),
  ],
]

describe('a provider that repeats credentials', () => {
  it.each(cases)('has them taken out of %s', async (_, script, ask) => {
    upstream.script(script)
    const all = await told(await ask())
    expect(all).toContain('*****')
    expect(all).not.toContain(key)
    expect(all).not.toContain(headerKey)
  })

  it('is understood as before', async () => {
    upstream.script(answerEvents([stream]))
    const asked = { ...hi, stream: true, stream_options: { include_usage: true } }
    const text = await (await post('/v1/chat/completions', asked)).text()
    expect(text).toBe(stream.replaceAll(key, '*****').replaceAll(headerKey, '*****'))
    upstream.script(answerJson(chatAnswer(said)))
    const answer = (await (await post('/v1/chat/completions', hi)).json()) as {
      choices: { message: { content: string } }[]
    }
    expect(answer.choices[0]?.message.content).toBe(clean)
  })

  it('has the credential of the request itself taken out as well', async () => {
    upstream.script(answerJson(chatAnswer(`You sent ${key}-own`)))
    const headers = {
      authorization: `Bearer ${key}-own`,
      'x-portkey-api-key': sluice.apiKey,
      'x-portkey-provider': 'groq',
    }
    const response = await sluice.post('/v1/chat/completions', hi, {
      ...headers,
      'x-portkey-custom-host': upstream.origin,
    })
    expect(response.status).toBe(200)
    expect(await told(response)).not.toContain(key)
  })

  it('leaves nothing of them anywhere', async () => {
    const config = JSON.stringify({ provider: '@oai', cache: { mode: 'simple', max_age: 600 } })
    upstream.script(answerJson(chatAnswer(said)))
    for (let turn = 0; turn < 2; turn++)
      await told(await sluice.post('/v1/chat/completions', { ...hi, seed: 3 }, { 'x-portkey-config': config }))
    const kept = await dumpEverythingStored(sluice)
    expect(kept).toContain(clean)
    expect(kept).not.toContain(key)
  })
})
