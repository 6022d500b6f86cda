/** One budget, every kind of endpoint at once, two instances, vanishing clients and cut answers: never over, and the books agree. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { settledLedger } from '../support/ledger-state.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { startTwoGateways, type TwoGateways } from '../support/two-gateways.ts'
import { chatAnswer, chatStream, type Script, startUpstream, type Upstream } from '../support/upstream.ts'

const seed = Number(process.env.SEED ?? 20_261_121)
const random = seededRandom(seed)
const usage = { input_tokens: 40, output_tokens: 60, total_tokens: 100 }
const gemini = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'ok' }] }, finishReason: 'STOP', index: 0 }],
  usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 30, totalTokenCount: 42 },
}
const answers: readonly (readonly [RegExp, () => unknown])[] = [
  [/chat\/completions$/, () => chatAnswer('word '.repeat(20), { prompt: 12, completion: 25 })],
  [
    /embeddings$/,
    () => ({ object: 'list', data: [{ embedding: [0.1] }], usage: { prompt_tokens: 9, total_tokens: 9 } }),
  ],
  [/images\/generations$/, () => ({ created: 1, data: [{ b64_json: 'AA==' }, { b64_json: 'AA==' }] })],
  [/transcriptions$/, () => ({ text: 'hello', usage: { type: 'duration', seconds: 2 } })],
  [/moderations$/, () => ({ id: 'm', model: 'omni', results: [] })],
  [/generateContent$/, () => gemini],
  [/responses$/, () => ({ id: 'r', object: 'response', status: 'completed', model: 'gpt-4o', output: [], usage })],
]

/** Now and then cut, in the middle or before the beginning. */
const provider: Script = async (received, response) => {
  const fate = random()
  const isStream = /"stream":\s*true/.test(received.body)
  if (fate < 0.08) return void response.destroy()
  if (received.path.endsWith('/audio/speech')) {
    response.writeHead(200, { 'content-type': 'audio/mpeg' })
    response.write('sound')
    return void (fate < 0.2 ? setImmediate(() => response.destroy()) : response.end('sound'))
  }
  if (isStream) {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const frames = chatStream(
      Array.from({ length: 25 }, () => 'word'),
      { prompt: 12, completion: 25 },
    )
    for (const frame of fate < 0.2 ? frames.slice(0, 9) : frames) response.write(frame)
    return void (fate < 0.2 ? setImmediate(() => response.destroy()) : response.end())
  }
  const path = received.path.split('?')[0] ?? ''
  const answer = answers.find(([each]) => each.test(path))?.[1]()
  if (answer === undefined) return void response.writeHead(404).end('{}')
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
}

let gateways: TwoGateways
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream(provider)
  gateways = await startTwoGateways(async (first) => {
    await first.connect('open', 'openai', upstream.origin)
    await first.connect('gem', 'google', upstream.origin, { configurations: { custom_host: upstream.origin } })
  })
})

afterAll(async () => {
  await gateways?.stop()
  await upstream?.stop()
})

const messages = [{ role: 'user', content: 'hi' }]
const json = (path: string, body: object) => () => ({
  path,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' } as Record<string, string>,
})
const kinds = [
  json('/v1/chat/completions', { model: '@open/gpt-4o', max_tokens: 100, messages }),
  json('/v1/chat/completions', { model: '@open/gpt-4o', max_tokens: 100, messages, stream: true }),
  json('/v1/embeddings', { model: '@open/text-embedding-3-large', input: 'word '.repeat(200) }),
  json('/v1/images/generations', { model: '@open/dall-e-2', prompt: 'a cat', n: 2, size: '256x256' }),
  json('/v1/audio/speech', { model: '@open/tts-1-hd', voice: 'alloy', input: 'word '.repeat(20) }),
  json('/v1/responses', { model: '@open/gpt-4o', input: 'hi', max_output_tokens: 100 }),
  json('/v1beta/models/@gem/gemini-2.5-flash:generateContent', {
    contents: [{ parts: [{ text: 'hi' }] }],
    generationConfig: { maxOutputTokens: 100 },
  }),
  json('/v1/proxy/chat/completions', { model: '@open/gpt-4o', messages }),
  () => {
    const form = new FormData()
    form.set('model', '@open/whisper-1')
    form.set('file', new Blob([Buffer.alloc(1_000, 1)]), 'a.ogg')
    return { path: '/v1/audio/transcriptions', body: form, headers: {} as Record<string, string> }
  },
]

describe('one budget under every endpoint', () => {
  it(`is never passed, and its counters and records agree to the nano-dollar (seed ${seed})`, async () => {
    const limitNanos = 150_000_000
    const { id, secret } = await gateways.first.client.makeKey({ usage_limits: { credit_limit: 0.15 } })
    const statuses = new Map<number, number>()
    const ask = async (at: number) => {
      const { path, body, headers } = (kinds[at % kinds.length] ?? (kinds[0] as never))()
      const gone = new AbortController()
      const answering = fetch(`${gateways.origins[at % 2]}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${secret}`, ...headers },
        body,
        signal: gone.signal,
      })
      if (random() < 0.1) setImmediate(() => gone.abort())
      const response = await answering.catch(() => undefined)
      await response?.text().catch(() => '')
      statuses.set(response?.status ?? 0, (statuses.get(response?.status ?? 0) ?? 0) + 1)
    }
    for (let wave = 0; wave < 4; wave++) await Promise.all(Array.from({ length: 45 }, (_, at) => ask(wave * 45 + at)))
    const books = await settledLedger(gateways.first.running.program, `api_key/${id}/`)
    const own = books.logs.filter(({ apiKeyId }) => apiKeyId === id)
    expect(books.spent).toBeLessThanOrEqual(limitNanos)
    expect(books.spent).toBe(own.reduce((sum, { costNanos = 0 }) => sum + costNanos, 0))
    expect(books.spent).toBeGreaterThan(0)
    expect(statuses.get(200)).toBeGreaterThan(0)
    expect((statuses.get(412) ?? 0) + (statuses.get(429) ?? 0)).toBeGreaterThan(0)
    expect(own.filter(({ isPriced, outcome }) => outcome === 'completed' && !isPriced)).toEqual([])
    expect(upstream.received.filter(({ headers }) => JSON.stringify(headers).includes(secret))).toEqual([])
  })
})
