/** A parameter that a provider refuses by name: mended and sent once more, remembered, told, and off where a config says so. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, chatAnswer, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('sim', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

/** Refuses a key as OpenAI does, and answers what comes without it. */
function refuse(key: string) {
  upstream.script((received, response, request) => {
    const isRefused = received.json()[key] !== undefined
    const message = `Unsupported parameter: '${key}' is not supported with this model.`
    const error = { message, type: 'invalid_request_error', param: key, code: 'unsupported_parameter' }
    return answerJson(isRefused ? { error } : chatAnswer('hello'), isRefused ? 400 : 200)(received, response, request)
  })
}

async function ask(model: string, more: object, headers: Record<string, string> = {}) {
  const before = upstream.received.length
  const body = { model: `@sim/${model}`, max_tokens: 9, messages: [{ role: 'user', content: 'hi' }], ...more }
  const response = await sluice.post('/v1/chat/completions', body, headers)
  await response.clone().text()
  const sent = upstream.received.slice(before).map((each) => each.json())
  return { response, sent, warnings: response.headers.get('x-portkey-warnings') ?? '' }
}

describe('a parameter that the provider refuses by name', () => {
  it('is left out at once, told, an attempt of its own, and no retry', async () => {
    refuse('seed')
    const { response, sent, warnings } = await ask('some-model', { seed: 7, temperature: 0.5 })
    expect(response.status).toBe(200)
    expect(sent).toMatchObject([{ seed: 7, temperature: 0.5 }, { temperature: 0.5 }])
    expect(sent[1]).not.toHaveProperty('seed')
    expect(warnings).toContain('dropped seed: the provider refused it')
    expect(response.headers.get('x-portkey-retry-attempt-count')).toBe('0')
    const log = await sluice.logOf(response)
    expect(log.metrics.outcome).toBe('completed')
    expect((log.attempts as { status: number }[]).map(({ status }) => status)).toEqual([400, 200])
  })

  it('is left out from the first call on for an hour', async () => {
    refuse('seed')
    const { sent, warnings } = await ask('some-model', { seed: 8 })
    expect(sent).toHaveLength(1)
    expect(warnings).toContain('dropped seed')
    sluice.passTime(3_600_001)
    expect((await ask('some-model', { seed: 8 })).sent).toHaveLength(2)
  })

  it('concerns its own model alone', async () => {
    refuse('seed')
    expect((await ask('another-model', { seed: 9 })).sent).toHaveLength(2)
  })

  it('is refused as it was where it is no safe one, or not alone', async () => {
    refuse('tools')
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }]
    const { response, sent } = await ask('some-model', { tools })
    expect(response.status).toBe(400)
    expect(sent).toHaveLength(1)
  })

  it('is tried once more only: a second refusal reaches the client', async () => {
    upstream.script((received, response, request) => {
      const key = received.json().seed === undefined ? 'top_p' : 'seed'
      const error = { message: `Unsupported parameter: '${key}' is not supported with this model.`, param: key }
      return answerJson({ error }, 400)(received, response, request)
    })
    const { response, sent } = await ask('stubborn-model', { seed: 1, top_p: 0.5 })
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('top_p')
    expect(sent).toHaveLength(2)
  })

  it('is not mended where the config switches it off', async () => {
    refuse('seed')
    const config = JSON.stringify({ learn_from_refusals: false })
    const { response, sent } = await ask('third-model', { seed: 7 }, { 'x-portkey-config': config })
    expect(response.status).toBe(400)
    expect(sent).toHaveLength(1)
  })
})
