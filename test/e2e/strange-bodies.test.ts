/** Bodies and answers that are almost right, through the whole program: a client's mistake is 4xx, a provider's is 502, nobody's is 500. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { casesWith } from '../golden/fixtures.ts'
import { mutate, textOf } from '../support/json-mutations.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerEvents, answerJson, chatAnswer, chatStream, startUpstream, type Upstream } from '../support/upstream.ts'

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

let sluice: Sluice
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('one', 'openai', upstream.origin)
  await sluice.connect('two', 'anthropic', upstream.origin)
  await sluice.connect('three', 'cohere', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const requestsOf = (wire: 'openai-chat' | 'openai-responses' | 'anthropic-messages') =>
  casesWith(wire, 'request.json').map((each) => each.json('request.json'))

const endpoints: readonly (readonly [path: string, bodies: readonly object[]])[] = [
  ['/v1/chat/completions', requestsOf('openai-chat')],
  ['/v1/responses', requestsOf('openai-responses')],
  ['/v1/messages', requestsOf('anthropic-messages')],
  ['/v1/messages/count_tokens', requestsOf('anthropic-messages')],
  ['/v1/embeddings', [{ input: ['a', 'b'], dimensions: 8, encoding_format: 'float' }]],
  ['/v1/completions', [{ prompt: 'a', n: 2, max_tokens: 4, stream: true }]],
  ['/v1/moderations', [{ input: [{ type: 'text', text: 'a' }] }]],
  ['/v1/rerank', [{ query: 'q', documents: ['a', { text: 'b' }], top_n: 1 }]],
  ['/v1/images/generations', [{ prompt: 'p', n: 1, size: '1024x1024', quality: 'low', partial_images: 1 }]],
  ['/v1/audio/speech', [{ input: 'good day', voice: 'alloy', stream_format: 'sse' }]],
  ['/v1beta/models/@one/gemini:generateContent', [{ contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }]],
  ['/v1/threads', [{ messages: [{ role: 'user', content: 'hi' }], metadata: { a: 'b' } }]],
]

/** What reads a body beside its wire: conditions, checks, the cache. */
const configs: readonly (object | undefined)[] = [
  undefined,
  {
    strategy: {
      mode: 'conditional',
      default: 'a',
      conditions: ['max_tokens', 'temperature', 'user', 'service_tier', 'size', 'input', 'stream'].map((key) => ({
        query: { $or: [{ [`params.${key}`]: { $gt: 3 } }, { [`params.${key}`]: { $regex: '^x' } }] },
        // biome-ignore lint/suspicious/noThenProperty: a config's own word
        then: 'a',
      })),
    },
    targets: [{ name: 'a', provider: '@one' }],
  },
  {
    provider: '@two',
    cache: { mode: 'simple' },
    input_guardrails: [{ 'default.contains': { words: ['never'], operator: 'any' }, deny: true }],
  },
]

async function send(path: string, body: string, config: object | undefined): Promise<Response> {
  const headers = config === undefined ? {} : { 'x-portkey-config': JSON.stringify(config) }
  const response = await sluice.post(path, body, headers)
  return new Response(await response.text(), response)
}

describe('a body that is almost right', () => {
  it.each(endpoints)(`is answered, or refused by what is wrong with it: %s (seed ${seed})`, async (path, bodies) => {
    const random = seededRandom(seed)
    upstream.script(answerJson(chatAnswer('hello')))
    for (let run = 0; run < 30; run++) {
      const model = ['@one/gpt-5', '@two/claude-sonnet-4-5', '@three/embed-v4.0'][run % 3]
      const text = textOf(mutate({ service_tier: 'auto', ...bodies[run % bodies.length], model }, random))
      const response = await send(path, text, configs[Math.floor(run / 3) % configs.length])
      const said = await response.text()
      expect(response.status, `run ${run}: ${text}\n${said}`).not.toBe(500)
      expect(said, `run ${run}: ${text}`).not.toMatch(/inside the gateway|\[object /)
    }
  })
})

describe('an answer that is almost right', () => {
  const whole = chatAnswer('hello')
  const frames = chatStream(['hel', 'lo'])

  it.each(['/v1/chat/completions', '/v1/responses', '/v1/messages'])(
    `is brought, or is the provider's mistake: %s (seed ${seed})`,
    async (path) => {
      const random = seededRandom(seed)
      for (let run = 0; run < 40; run++) {
        const isStream = run % 2 === 0
        const at = Math.floor(random() * frames.length)
        const strange = frames.map((frame, index) =>
          index === at && frame.startsWith('data: {')
            ? `data: ${textOf(mutate(JSON.parse(frame.slice(6)), random))}\n\n`
            : frame,
        )
        const text = textOf(mutate(whole, random))
        upstream.script(isStream ? answerEvents(strange) : answerJson(text))
        const messages = [{ role: 'user', content: 'hi' }]
        const body = { model: '@one/gpt-5', max_tokens: 20, stream: isStream, messages, input: 'hi' }
        const response = await send(path, JSON.stringify(body), undefined)
        const said = await response.text()
        const about = `run ${run}: ${isStream ? strange.join('') : text}\n${said}`
        expect(response.status, about).not.toBe(500)
        expect(said, about).not.toMatch(/inside the gateway/)
      }
    },
  )
})
