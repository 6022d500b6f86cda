/** Rates of tokens hold what a request probably takes, and others' unsettled holds are no reason to wait for a window. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { until } from '../support/ledger-state.ts'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, chatAnswer, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let upstream: Upstream

beforeAll(async () => {
  upstream = await startUpstream()
  sluice = await startSluice()
  await sluice.connect('p', 'openai', upstream.origin)
})

afterAll(async () => {
  await sluice?.stop()
  await upstream?.stop()
})

const tokensPerMinute = (value: number) => ({ rate_limits: [{ type: 'tokens', unit: 'rpm', value }] })

const post = (secret: string, path: string, body: object) =>
  sluice.post(path, body, { authorization: `Bearer ${secret}` })

describe('a rate of tokens (issue 9)', () => {
  it('lets a prompt pass that has fewer tokens than the rate, though more bytes', async () => {
    const { secret } = await sluice.client.makeKey(tokensPerMinute(60_000))
    upstream.script(answerJson(chatAnswer('yes', { prompt: 14_007, completion: 1 })))
    const messages = [{ role: 'user', content: 'word '.repeat(14_000) }]
    const response = await post(secret, '/v1/chat/completions', { model: '@p/gpt-4o', max_tokens: 50, messages })
    expect(await response.text()).toContain('yes')
    expect(response.status).toBe(200)
    const left = Number(response.headers.get('x-ratelimit-remaining-tokens'))
    expect(left).toBeGreaterThan(60_000 - 16_000)
    expect(left).toBeLessThan(60_000 - 13_000)
  })

  it('lets a continued response pass', async () => {
    const { secret } = await sluice.client.makeKey(tokensPerMinute(1_000_000))
    const usage = { input_tokens: 900, output_tokens: 5, total_tokens: 905 }
    upstream.script(
      answerJson({ id: 'resp_2', object: 'response', status: 'completed', model: 'gpt-4o', output: [], usage }),
    )
    const body = { model: '@p/gpt-4o', input: 'Hi', max_output_tokens: 100, previous_response_id: 'resp_1' }
    expect((await post(secret, '/v1/responses', body)).status).toBe(200)
  })

  it('asks for a short wait while only unsettled holds of others are in the way', async () => {
    const { secret } = await sluice.client.makeKey(tokensPerMinute(1_500))
    let answer = () => {}
    let calls = 0
    upstream.script((received, response, request) => {
      calls += 1
      answer = () => answerJson(chatAnswer('yes', { prompt: 10, completion: 5 }))(received, response, request)
    })
    const body = { model: '@p/gpt-4o', max_tokens: 1_000, messages: [{ role: 'user', content: 'Hi' }] }
    const first = post(secret, '/v1/chat/completions', body)
    await until(
      () => calls,
      (count) => count === 1,
    )
    const second = await post(secret, '/v1/chat/completions', body)
    const { error } = (await second.json()) as { error: { message: string; type: string } }
    expect(second.status).toBe(429)
    expect(second.headers.get('retry-after')).toBe('1')
    expect(error.message).toMatch(
      /rate limit of api key .* has no room while other requests hold it: spent 0 tokens, held/,
    )
    answer()
    expect((await first).status).toBe(200)
    upstream.script(answerJson(chatAnswer('yes', { prompt: 10, completion: 5 })))
    await until(
      () => post(secret, '/v1/chat/completions', body).then((response) => response.status),
      (status) => status === 200,
    )
  })
})

describe('the refusal of a rate (issue 11)', () => {
  const asking = (content: string) => ({
    model: '@p/gpt-4o',
    max_tokens: 400,
    messages: [{ role: 'user', content }],
  })
  const refusalOf = async (secret: string, content: string) => {
    const response = await post(secret, '/v1/chat/completions', asking(content))
    const { error } = (await response.json()) as { error: { message: string } }
    return { status: response.status, message: error.message, retryAfter: response.headers.get('retry-after') }
  }

  it('says of a request that alone is larger than the rate that no wait helps, and nothing of what is used', async () => {
    const { secret } = await sluice.client.makeKey(tokensPerMinute(5))
    const { status, message, retryAfter } = await refusalOf(secret, 'Hi')
    expect(status).toBe(429)
    expect(message).toMatch(
      /^this request alone needs \d+ tokens, more than the rate limit of api key .* allows: 5 tokens per minute; send a smaller request, or raise the limit$/,
    )
    expect(retryAfter).toBeNull()
  })

  it('counts what the window before still takes, though this one has just begun', async () => {
    sluice.passTime(60_000 - (Date.now() % 60_000) + 1_000)
    const { secret } = await sluice.client.makeKey(tokensPerMinute(1_500))
    upstream.script(answerJson(chatAnswer('yes', { prompt: 1_000, completion: 400 })))
    const first = await post(secret, '/v1/chat/completions', asking('word '.repeat(1_000)))
    expect(first.status).toBe(200)
    await sluice.logOf(first)
    sluice.passTime(60_000)
    const { status, message, retryAfter } = await refusalOf(secret, 'word '.repeat(600))
    expect(status).toBe(429)
    expect(message).toMatch(
      /is reached: 1500 tokens per minute, used 0 in the window until \S+ and \d+ carried over from the window before; room for/,
    )
    expect(Number(retryAfter)).toBeGreaterThan(0)
  })
})

describe('a budget in money (issue 9)', () => {
  it('holds no more input for a continued response than the model takes', async () => {
    const key = await sluice.client.makeKey({ usage_limits: { credit_limit: 1 } })
    upstream.script(() => {})
    const body = { model: '@p/gpt-4o', input: 'Hi', max_output_tokens: 100, previous_response_id: 'resp_1' }
    const client = new AbortController()
    const asked = fetch(`${sluice.origin}/v1/responses`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key.secret}`,
        'content-type': 'application/json',
        'x-portkey-config': '{"on_client_close":"cut"}',
      },
      body: JSON.stringify(body),
      signal: client.signal,
    }).catch(() => undefined)
    const held = await until(
      () =>
        sluice
          .admin('GET', `/limits/status?api_key=${key.id}`)
          .then((answer) => (answer.data as unknown as { held: number }[])[0]?.held ?? 0),
      (amount) => amount > 0,
    )
    // 128,000 tokens of input at $2.50 and 100 of output at $10 a million
    expect(held).toBeCloseTo(0.321, 6)
    client.abort()
    await asked
  })
})
