import { describe, expect, it } from 'vitest'
import { chatCall, gatewayStage, manualBody, recordingSink } from '../../test/support/gateway-ports.ts'
import { chatChunk, doneFrame, usageChunk } from '../../test/support/upstream.ts'
import { GatewayError } from '../errors.ts'
import type { GatewayPorts, UpstreamResponse } from './ports.ts'
import { serve } from './serve.ts'

const streamed = { model: '@oai/gpt-5', stream: true, messages: [{ role: 'user', content: 'hi' }] }
const events = { 'content-type': 'text/event-stream' }

function streaming(body: AsyncIterable<Uint8Array>): () => Promise<UpstreamResponse> {
  return async () => ({ status: 200, headers: events, body })
}

/** Lets every promise that can go on do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a provider that is silent for a minute', () => {
  it('is covered by a keep-alive every 15 s, and its answer is whole', async () => {
    const feed = manualBody()
    const stage = gatewayStage(streaming(feed.body))
    const sink = recordingSink()
    const done = serve(chatCall(stage.ambient, streamed), sink, stage.ports)
    feed.send(chatChunk({ content: 'think' }))
    await sink.has('think')
    for (let quarter = 0; quarter < 4; quarter++) {
      await settle()
      stage.ambient.advance(15_000)
      await settle()
    }
    expect(sink.text.slice(chatChunk({ content: 'think' }).length)).toBe('\n\n'.repeat(4))
    for (const frame of [chatChunk({ content: 'ed' }), chatChunk({}, 'stop'), usageChunk(3, 2), doneFrame])
      feed.send(frame)
    feed.end()
    await done
    expect(sink.text).toContain('[DONE]')
    expect(stage.closed).toMatchObject([{ outcome: 'completed', usage: { output: 2 } }])
  })

  it('is committed after 15 s even before its first frame, so that no proxy gives up', async () => {
    const feed = manualBody()
    const stage = gatewayStage(streaming(feed.body))
    const sink = recordingSink()
    const done = serve(chatCall(stage.ambient, streamed), sink, stage.ports)
    await settle()
    expect(sink.status).toBe(0)
    stage.ambient.advance(15_000)
    await settle()
    expect(sink.status).toBe(200)
    feed.fail(new Error('reset'))
    await done
    expect(sink.text).toContain('"error"')
    expect(sink.text).not.toContain('[DONE]')
  })

  it('is cut off before the platform’s deadline, with an error frame and a closed record', async () => {
    const feed = manualBody()
    const stage = gatewayStage(streaming(feed.body))
    const sink = recordingSink()
    const call = chatCall(stage.ambient, streamed, { deadlineAtMs: stage.ambient.now() + 60_000 })
    const done = serve(call, sink, stage.ports)
    feed.send(chatChunk({ content: 'begun' }))
    await sink.has('begun')
    stage.ambient.advance(55_000)
    feed.fail(new Error('aborted'))
    await done
    expect(sink.text).toContain('longer than this gateway may run')
    expect(sink.hasEnded).toBe(true)
    expect(stage.closed).toMatchObject([{ outcome: 'interrupted', isEstimated: true }])
  })
})

describe('a provider that says everything but never hangs up', () => {
  it('is not waited for', async () => {
    const feed = manualBody()
    const stage = gatewayStage(streaming(feed.body))
    const sink = recordingSink()
    const done = serve(chatCall(stage.ambient, streamed), sink, stage.ports)
    for (const frame of [chatChunk({ content: 'all' }), chatChunk({}, 'stop'), usageChunk(1, 1), doneFrame])
      feed.send(frame)
    await sink.has('[DONE]')
    await settle()
    stage.ambient.advance(15_000)
    await done
    expect(stage.closed).toMatchObject([{ outcome: 'completed' }])
  })
})

describe('a slow reader', () => {
  it('holds the provider back: nothing more is read until the client has taken what there is', async () => {
    let reads = 0
    async function* body() {
      for (const frame of [
        chatChunk({ content: 'a' }),
        chatChunk({ content: 'b' }),
        chatChunk({}, 'stop'),
        doneFrame,
      ]) {
        reads += 1
        yield Buffer.from(frame)
      }
    }
    const stage = gatewayStage(streaming(body()))
    let release = () => {}
    const sink = recordingSink()
    const write = sink.write
    let isHeld = true
    sink.write = async (chunk) => {
      await write(chunk)
      if (isHeld) await new Promise<void>((resolve) => (release = resolve))
    }
    const done = serve(chatCall(stage.ambient, streamed), sink, stage.ports)
    await settle()
    expect(reads).toBe(1)
    isHeld = false
    release()
    await done
    expect(reads).toBe(4)
  })
})

describe('the record', () => {
  it('is closed exactly once, after the client’s last byte', async () => {
    const order: string[] = []
    const feed = manualBody()
    const stage = gatewayStage(streaming(feed.body))
    const sink = recordingSink()
    const { end } = sink
    sink.end = () => {
      order.push('end')
      return end()
    }
    const logs: GatewayPorts['logs'] = {
      ...stage.ports.logs,
      open: async () => void order.push('open'),
      async close() {
        order.push('close')
        return true
      },
    }
    for (const frame of [chatChunk({ content: 'x' }), chatChunk({}, 'stop'), doneFrame]) feed.send(frame)
    feed.end()
    await serve(chatCall(stage.ambient, streamed), sink, { ...stage.ports, logs })
    expect(order).toEqual(['open', 'end', 'close'])
  })

  it('is left to nobody’s mercy: a store that fails is told to the operators and the client has its answer', async () => {
    const feed = manualBody()
    const stage = gatewayStage(streaming(feed.body))
    const logs: GatewayPorts['logs'] = { ...stage.ports.logs, close: () => Promise.reject(new Error('table gone')) }
    for (const frame of [chatChunk({ content: 'x' }), chatChunk({}, 'stop'), doneFrame]) feed.send(frame)
    feed.end()
    const sink = recordingSink()
    let isServed = false
    const served = serve(chatCall(stage.ambient, streamed), sink, { ...stage.ports, logs }).then(() => {
      isServed = true
    })
    // It is tried again until the request's own deadline.
    while (!isServed) {
      await new Promise((resolve) => setImmediate(resolve))
      if (sink.text.includes('[DONE]')) stage.ambient.advance(1_000)
    }
    await served
    expect(sink.text).toContain('[DONE]')
    expect(stage.ambient.lines).toMatchObject([
      { level: 'error', message: expect.stringContaining('could not be closed') },
    ])
  })

  it('exists also for a request without a key, and costs nothing', async () => {
    const stage = gatewayStage(() => Promise.reject(new Error('never called')))
    await serve(chatCall(stage.ambient, streamed, { headers: {} }), recordingSink(), stage.ports)
    expect(stage.closed).toMatchObject([
      { outcome: 'refused', status: 401, costNanos: 0, errorCode: 'authentication_failed' },
    ])
    expect(stage.sent).toHaveLength(0)
  })

  it('says internal for what nobody foresaw, and keeps the cause from the client', async () => {
    const stage = gatewayStage(() => Promise.reject(new Error('secret detail')))
    const sink = recordingSink()
    await serve(chatCall(stage.ambient, streamed), sink, stage.ports)
    expect(sink.status).toBe(500)
    expect(sink.text).not.toContain('secret detail')
    expect(JSON.stringify(stage.ambient.lines)).toContain('secret detail')
  })
})

describe('money held for a call', () => {
  const hold = { counter: 'c', resource: 'cost' as const, amount: 5, minute: 1 }

  function limited(
    outcome: Awaited<ReturnType<GatewayPorts['gate']['hold']>>,
    released: unknown[],
  ): Partial<GatewayPorts> {
    return {
      gate: {
        isLimited: () => true,
        async hold(request) {
          request.onPlanned?.([hold])
          return outcome
        },
        lease: async () => ({ release: async () => {} }),
        usedShare: async () => 0,
        release: async (holds) => void released.push(...holds),
      },
    }
  }

  const held = {
    type: 'held' as const,
    holds: [hold],
    headers: { 'x-ratelimit-remaining-requests': '3' },
    warnings: [],
  }

  it('is given back when the provider refuses, and the closed record names no hold', async () => {
    const released: unknown[] = []
    const refuse = async () => ({
      status: 400,
      headers: { 'content-type': 'application/json' },
      body: handFedText('{"error":{"message":"no"}}'),
    })
    const stage = gatewayStage(refuse, limited(held, released))
    await serve(chatCall(stage.ambient, streamed), recordingSink(), stage.ports)
    expect(released).toEqual([hold])
    expect(stage.closed).toMatchObject([{ holds: [], costNanos: 0, outcome: 'failed' }])
  })

  it('stays in the record when the answer came, for the ledger to settle', async () => {
    const released: unknown[] = []
    const feed = manualBody()
    for (const frame of [chatChunk({ content: 'x' }), chatChunk({}, 'stop'), usageChunk(10, 10), doneFrame])
      feed.send(frame)
    feed.end()
    const stage = gatewayStage(streaming(feed.body), limited(held, released))
    const sink = recordingSink()
    await serve(chatCall(stage.ambient, streamed), sink, stage.ports)
    expect(released).toEqual([])
    expect(stage.opened).toMatchObject([{ holds: [hold] }])
    expect(stage.closed).toMatchObject([{ holds: [hold], outcome: 'completed' }])
    expect(sink.headers['x-ratelimit-remaining-requests']).toBe('3')
  })

  it('limits the answer to what the room buys', async () => {
    const feed = manualBody()
    for (const frame of [chatChunk({ content: 'x' }), chatChunk({}, 'length'), doneFrame]) feed.send(frame)
    feed.end()
    const warning = { type: 'clamped' as const, field: 'max_tokens', reason: 'the budget buys 20 tokens' }
    const stage = gatewayStage(streaming(feed.body), limited({ ...held, maxOutputTokens: 20, warnings: [warning] }, []))
    const sink = recordingSink()
    await serve(chatCall(stage.ambient, streamed), sink, stage.ports)
    expect(JSON.parse(Buffer.from(stage.sent[0]?.body ?? []).toString())).toMatchObject({ max_completion_tokens: 20 })
    expect(sink.headers['x-portkey-warnings']).toContain('the budget buys 20 tokens')
  })

  it('refuses without calling anyone, with the way to retry', async () => {
    const error = new GatewayError('usage_limit_exceeded', 'the budget is used up', { isRetryable: false })
    const stage = gatewayStage(
      () => Promise.reject(new Error('never')),
      limited({ type: 'refused', error, headers: {} }, []),
    )
    const sink = recordingSink()
    await serve(chatCall(stage.ambient, streamed), sink, stage.ports)
    expect(sink.status).toBe(412)
    expect(sink.headers['x-should-retry']).toBe('false')
    expect(stage.sent).toHaveLength(0)
    expect(stage.closed).toMatchObject([{ outcome: 'refused', holds: [], costNanos: 0 }])
  })

  it('is not spent on a request that could not be recorded', async () => {
    const released: unknown[] = []
    const stage = gatewayStage(() => Promise.reject(new Error('never')), limited(held, released))
    const logs: GatewayPorts['logs'] = { ...stage.ports.logs, open: () => Promise.reject(new Error('no table')) }
    const sink = recordingSink()
    await serve(chatCall(stage.ambient, streamed), sink, { ...stage.ports, logs })
    expect(sink.status).toBe(503)
    expect(released).toEqual([hold])
    expect(stage.sent).toHaveLength(0)
  })
})

async function* handFedText(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
