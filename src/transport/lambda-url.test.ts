/** A function URL's event becomes a call, and a sink becomes an answer that streams. */
import { buffer, text } from 'node:stream/consumers'
import type { LambdaFunctionURLEvent } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { readCall, startAnswer } from './lambda-url.ts'

function event(change: Partial<LambdaFunctionURLEvent> = {}): LambdaFunctionURLEvent {
  const requestContext = { http: { method: 'POST' } } as LambdaFunctionURLEvent['requestContext']
  return {
    rawPath: '/v1/chat/completions',
    rawQueryString: '',
    headers: {},
    requestContext,
    isBase64Encoded: false,
    ...change,
  } as LambdaFunctionURLEvent
}

const context = { getRemainingTimeInMillis: () => 900_000 }
const arrival = { nowMs: 1_000, clientGone: new AbortController().signal }

describe('a function URL event', () => {
  it('becomes a call whose deadline is the remaining time', () => {
    const call = readCall(event({ body: '{"model":"é"}', headers: { Authorization: 'Bearer k' } }), context, arrival)
    expect(call).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer k' },
      receivedAtMs: 1_000,
      deadlineAtMs: 901_000,
    })
    expect(Buffer.from(call.body).toString()).toBe('{"model":"é"}')
  })

  it('gives the bytes of a base64 body, valid text or not', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xc3])
    const call = readCall(event({ body: bytes.toString('base64'), isBase64Encoded: true }), context, arrival)
    expect([...call.body]).toEqual([0xff, 0x00, 0xc3])
  })

  it('has no body bytes when it has no body', () => {
    expect(readCall(event(), context, arrival).body).toHaveLength(0)
  })

  it('is decoded in its path and query', () => {
    const call = readCall(
      event({ rawPath: '/v1/models/%40open%2Fgpt', rawQueryString: 'limit=2&q=a%20b' }),
      context,
      arrival,
    )
    expect(call.path).toBe('/v1/models/@open/gpt')
    expect(call.query).toEqual({ limit: '2', q: 'a b' })
  })

  it('keeps a path that is not valid percent-encoding', () => {
    expect(readCall(event({ rawPath: '/v1/%zz' }), context, arrival).path).toBe('/v1/%zz')
  })
})

describe('an event of something else', () => {
  const restApi = { resource: '/{proxy+}', path: '/v1/health', httpMethod: 'GET', requestContext: { stage: 'prod' } }
  const balancer = { path: '/', httpMethod: 'GET', requestContext: { elb: { targetGroupArn: 'arn' } } }

  it.each([
    ['an API Gateway REST API', restApi, 'one of an API Gateway REST API (payload format 1.0)'],
    ['a load balancer', balancer, 'one of a load balancer'],
    ["the Test button of Lambda's console", { key1: 'value1' }, 'one with the fields key1'],
  ])('is refused in words that say what is taken: %s (issue 9)', async (_, foreign, got) => {
    const run = async () => void readCall(foreign as unknown as LambdaFunctionURLEvent, context, arrival)
    const { begun, finished } = startAnswer(run)
    const { statusCode, body } = await begun
    expect(statusCode).toBe(400)
    const { error } = JSON.parse(await text(body))
    expect(error.message).toContain(`takes events of its function URL (payload format 2.0), and got ${got}`)
    await finished
  })
})

describe('a streamed answer', () => {
  it('is there when it begins, before the work is done', async () => {
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const done: string[] = []
    const { begun, finished } = startAnswer(async (sink) => {
      sink.begin(201, { 'x-a': 'b' })
      await gate
      await sink.write('late')
      await sink.end()
      done.push('after the last byte')
    })
    const answer = await begun
    expect(answer).toMatchObject({ statusCode: 201, headers: { 'x-a': 'b' } })
    open()
    expect(await text(answer.body)).toBe('late')
    await finished
    expect(done).toEqual(['after the last byte'])
  })

  it('makes the writer wait for the reader', async () => {
    const chunk = Buffer.alloc(64 * 1024)
    let written = 0
    const { begun, finished } = startAnswer(async (sink) => {
      sink.begin(200, {})
      for (let index = 0; index < 20; index++) {
        await sink.write(chunk)
        written += 1
      }
      await sink.end()
    })
    const answer = await begun
    await new Promise((resolve) => setImmediate(resolve))
    expect(written).toBeLessThan(3)
    expect(await buffer(answer.body)).toHaveLength(20 * chunk.length)
    await finished
    expect(written).toBe(20)
  })

  it('trips the signal and releases the writer when its reader breaks off', async () => {
    const { begun, finished } = startAnswer(async (sink, clientGone) => {
      sink.begin(200, {})
      while (!clientGone.aborted) await sink.write(Buffer.alloc(64 * 1024))
      await sink.end()
    })
    ;(await begun).body.destroy()
    await finished
  })

  it('is a 500 in JSON when the work ends or fails without beginning one', async () => {
    for (const run of [async () => {}, async () => Promise.reject(new Error('secret detail'))]) {
      const { begun, finished } = startAnswer(run)
      const answer = await begun
      expect(answer.statusCode).toBe(500)
      const body = await text(answer.body)
      expect(JSON.parse(body).error.type).toBe('internal_error')
      expect(body).not.toContain('secret')
      await finished
    }
  })

  it('breaks visibly when the work fails in the middle', async () => {
    const { begun, finished } = startAnswer(async (sink) => {
      sink.begin(200, {})
      await sink.write('half')
      throw new Error('lost')
    })
    const answer = await begun
    await expect(text(answer.body)).rejects.toThrow('lost')
    await finished
  })

  it('breaks visibly when the work breaks it off', async () => {
    const { begun, finished } = startAnswer(async (sink) => {
      sink.begin(200, {})
      await sink.write('half')
      sink.abort()
    })
    const answer = await begun
    await expect(text(answer.body)).rejects.toThrow('broke off')
    await finished
  })
})
