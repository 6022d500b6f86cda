import { describe, expect, it } from 'vitest'
import { chatCall, type GatewayStage, gatewayStage, recordingSink } from '../../../test/support/gateway-ports.ts'
import { memoryBreakers } from '../../../test/support/memory-breakers.ts'
import { chatAnswer } from '../../../test/support/upstream.ts'
import { GatewayError } from '../../errors.ts'
import type { BreakerStore } from '../../routing/circuit.ts'
import type { Params } from '../../routing/config.ts'
import { openRouting } from '../../routing/routing.ts'
import type { Call, GatewayPorts, UpstreamRequest, UpstreamResponse } from '../ports.ts'
import { serve } from '../serve.ts'

const hi = { model: 'gpt-5', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] }

async function* text(value: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(value)
}

function answer(status: number, headers: Record<string, string> = {}): UpstreamResponse {
  const body = status === 200 ? chatAnswer('fine') : { error: { message: `status ${status}` } }
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: text(JSON.stringify(body)) }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** Timers that are set beside the request's own deadline. */
function watchTimers(stage: GatewayStage): () => number {
  const { schedule } = stage.ambient
  const pending = new Set<object>()
  stage.ambient.schedule = (delayMs, callback) => {
    const timer = {}
    pending.add(timer)
    const cancel = schedule(delayMs, () => {
      pending.delete(timer)
      callback()
    })
    return () => {
      pending.delete(timer)
      cancel()
    }
  }
  return () => pending.size - 1
}

/** Moves the clock by seconds whenever the request waits for it, until the request has ended. */
async function drive(stage: GatewayStage, request: () => Promise<void>): Promise<void> {
  const { schedule } = stage.ambient
  const waiting = watchTimers(stage)
  let hasEnded = false
  const done = request().finally(() => {
    hasEnded = true
  })
  while (!hasEnded) {
    await settle()
    if (!hasEnded && waiting() > 0) stage.ambient.advance(1_000)
  }
  stage.ambient.schedule = schedule
  await done
}

const inline = (stage: GatewayStage, config: Params, more: Partial<Call> = {}): Call => {
  const call = chatCall(stage.ambient, hi, more)
  return { ...call, headers: { ...call.headers, 'x-portkey-config': JSON.stringify(config) } }
}

async function send(stage: GatewayStage, call: Call, ports: GatewayPorts = stage.ports) {
  const sink = recordingSink()
  await drive(stage, () => serve(call, sink, ports))
  return sink
}

/** One saved config over circuits that several instances may share. */
function withSaved(stage: GatewayStage, config: Params, breakers: BreakerStore = memoryBreakers()): GatewayPorts {
  const saved = { id: 'c-1', slug: 'pc-test-1', versionId: 'v-1', config }
  const configs = { find: async (_: string, id: string) => (id === saved.slug ? saved : undefined) }
  return { ...stage.ports, routing: openRouting({ configs, breakers, ambient: stage.ambient }) }
}

const savedCall = (stage: GatewayStage): Call => {
  const call = chatCall(stage.ambient, hi)
  return { ...call, headers: { ...call.headers, 'x-portkey-config': 'pc-test-1' } }
}

const path = (request: UpstreamRequest) => request.url.host

describe('waiting before a retry', () => {
  const retrying = { provider: '@oai', retry: { attempts: 3, use_retry_after_header: true } }

  it('is as long as the provider says, in each of its forms', async () => {
    const stage = gatewayStage(async () => answer(200))
    const date = new Date(stage.ambient.now() + 20_000).toUTCString()
    const answers = [
      answer(429, { 'retry-after-ms': '2000' }),
      answer(503, { 'retry-after': '3' }),
      answer(429, { 'retry-after': date }),
      answer(200),
    ]
    const times: number[] = []
    const startMs = stage.ambient.now()
    const upstream: GatewayPorts['upstream'] = {
      ...stage.ports.upstream,
      async send() {
        times.push(stage.ambient.now() - startMs)
        return answers.shift() ?? answer(200)
      },
    }
    const sink = await send(stage, inline(stage, retrying), { ...stage.ports, upstream })
    expect(sink.status).toBe(200)
    expect(times).toEqual([0, 2_000, 5_000, 20_000])
    expect(sink.headers['x-portkey-retry-attempt-count']).toBe('3')
    expect(stage.closed[0]?.attempts).toMatchObject([{}, { retry: 1, waitedMs: 2_000 }, { retry: 2 }, { retry: 3 }])
  })

  it('ends when the client leaves, and costs nothing', async () => {
    const gone = new AbortController()
    const stage = gatewayStage(async () => answer(429, { 'retry-after': '30' }))
    const sink = recordingSink()
    const done = serve(inline(stage, retrying, { clientGone: gone.signal }), sink, stage.ports)
    await settle()
    gone.abort()
    await done
    expect(stage.sent).toHaveLength(1)
    expect(stage.closed).toMatchObject([{ outcome: 'client-closed', status: 499, costNanos: 0 }])
  })

  it('is not begun when it would pass the deadline', async () => {
    const stage = gatewayStage(async () => answer(429, { 'retry-after': '30' }))
    const call = inline(stage, retrying, { deadlineAtMs: stage.ambient.now() + 30_000 })
    const sink = await send(stage, call)
    expect(stage.sent).toHaveLength(1)
    expect(sink.headers['x-portkey-retry-attempt-count']).toBe('-1')
    expect(sink.headers['retry-after']).toBe('30')
  })
})

describe('a retry storm', () => {
  it('adds no more than a fifth to what a failing provider gets', async () => {
    const stage = gatewayStage(async () => answer(503))
    const config = { provider: '@oai', retry: { attempts: 5, on_status_codes: [503], use_retry_after_header: true } }
    const upstream: GatewayPorts['upstream'] = {
      ...stage.ports.upstream,
      send: (request) => {
        stage.sent.push(request)
        return Promise.resolve(answer(503, { 'retry-after-ms': '0' }))
      },
    }
    const ports = { ...stage.ports, upstream }
    while (stage.sent.length < 20) await send(stage, inline(stage, config), ports)
    const before = stage.sent.length
    for (let request = 0; request < 200; request++) await send(stage, inline(stage, config), ports)
    expect(stage.sent.length - before).toBeLessThanOrEqual(240)
    expect(stage.sent.length - before).toBeGreaterThan(200)
  })
})

describe('holds', () => {
  const fallback = { strategy: { mode: 'fallback' }, targets: [{ provider: '@oai' }, { provider: '@router' }] }
  const hold = (counter: string) => ({ counter, resource: 'cost' as const, amount: 5, minute: 1 })

  function limited(outcomes: readonly ('held' | 'refused')[]) {
    const asked: { attempt: number; provider: string | undefined }[] = []
    const released: unknown[] = []
    const gate: GatewayPorts['gate'] = {
      isLimited: () => true,
      async hold({ attempt, dimensions, onPlanned }) {
        const holds = [hold(`${dimensions.virtual_key}`)]
        asked.push({ attempt, provider: dimensions.virtual_key })
        onPlanned?.(holds)
        if (outcomes[asked.length - 1] === 'refused')
          return { type: 'refused', error: new GatewayError('usage_limit_exceeded', 'used up'), headers: {} }
        return { type: 'held', holds, headers: {}, warnings: [] }
      },
      lease: async () => ({ release: async () => {} }),
      usedShare: async () => 0,
      release: async (holds) => void released.push(...holds),
    }
    return { gate, asked, released }
  }

  it('are taken for each target and given back by the one that failed', async () => {
    const { gate, asked, released } = limited([])
    const stage = gatewayStage(async (request) => answer(path(request).includes('openrouter') ? 200 : 500), { gate })
    await send(stage, inline(stage, fallback))
    expect(asked).toEqual([
      { attempt: 1, provider: 'oai' },
      { attempt: 2, provider: 'router' },
    ])
    expect(released).toEqual([hold('oai')])
    expect(stage.closed).toMatchObject([{ holds: [hold('router')], outcome: 'completed' }])
  })

  it('count a request once, at the first target that was not refused', async () => {
    const { gate, asked } = limited(['refused', 'refused'])
    const stage = gatewayStage(async () => answer(200), { gate })
    const sink = await send(stage, inline(stage, fallback))
    expect(asked.map(({ attempt }) => attempt)).toEqual([1, 1])
    expect(sink.status).toBe(412)
    expect(stage.sent).toHaveLength(0)
  })

  it('of a call that was given up stay until the record is closed, and its cost is charged', async () => {
    const { gate, released } = limited([])
    const stage = gatewayStage(
      (request) =>
        path(request).includes('openrouter')
          ? Promise.resolve(answer(200))
          : new Promise((_, reject) => {
              request.signal.addEventListener('abort', () => reject(request.signal.reason))
            }),
      { gate },
    )
    const config = { ...fallback, targets: [{ provider: '@oai', request_timeout: 2_000 }, { provider: '@router' }] }
    await send(stage, inline(stage, config))
    expect(released).toEqual([])
    expect(stage.closed).toMatchObject([
      { holds: [hold('oai'), hold('router')], isEstimated: true, outcome: 'completed' },
    ])
  })
})

describe('the circuit breaker of a saved config', () => {
  const config = {
    strategy: { mode: 'fallback', cb_config: { failure_threshold: 3, cooldown_interval: 30_000 } },
    targets: [{ provider: '@oai' }, { provider: '@router' }],
  }

  it('spares a failing target on every instance, tries it again, and takes it back', async () => {
    let isDown = true
    const stage = gatewayStage(async (request) => answer(isDown && !path(request).includes('openrouter') ? 500 : 200))
    const shared = memoryBreakers()
    const one = withSaved(stage, config, shared)
    const two = withSaved(stage, config, shared)
    const hostsOf = async (ports: GatewayPorts) => {
      const before = stage.sent.length
      await send(stage, savedCall(stage), ports)
      return stage.sent.slice(before).map(path)
    }
    const both = ['api.openai.com', 'openrouter.ai']
    for (let request = 0; request < 3; request++) expect(await hostsOf(one)).toEqual(both)
    expect(await hostsOf(one)).toEqual(['openrouter.ai'])
    expect(await hostsOf(two)).toEqual(['openrouter.ai'])
    stage.ambient.advance(30_000)
    expect(await hostsOf(two)).toEqual(both)
    expect(await hostsOf(one)).toEqual(['openrouter.ai'])
    isDown = false
    stage.ambient.advance(30_000)
    expect(await hostsOf(one)).toEqual(['api.openai.com'])
    stage.ambient.advance(2_000)
    expect(await hostsOf(two)).toEqual(['api.openai.com'])
  })

  it('is not there for a config that came with the request', async () => {
    const stage = gatewayStage(async (request) => answer(path(request).includes('openrouter') ? 200 : 500))
    for (let request = 0; request < 5; request++) await send(stage, inline(stage, config))
    expect(stage.sent).toHaveLength(10)
  })
})

describe('a saved config', () => {
  it('can be counted by, and is named in the record', async () => {
    const seen: unknown[] = []
    const gate: GatewayPorts['gate'] = {
      isLimited: ({ dimensions }) => {
        seen.push(dimensions.config)
        return false
      },
      hold: () => Promise.reject(new Error('never')),
      lease: async () => ({ release: async () => {} }),
      usedShare: async () => 0,
      release: async () => {},
    }
    const stage = gatewayStage(async () => answer(200), { gate })
    await send(stage, savedCall(stage), withSaved(stage, { provider: '@oai' }))
    expect(seen).toEqual(['pc-test-1'])
    expect(stage.closed).toMatchObject([{ configId: 'pc-test-1' }])
  })

  it('that cannot be followed is refused with its first problems', async () => {
    const stage = gatewayStage(async () => answer(200))
    const sink = await send(stage, savedCall(stage), withSaved(stage, { retry: { attempts: 'many' } }))
    expect(sink.status).toBe(400)
    expect(sink.text).toContain('path: retry.attempts')
  })
})

describe('an inline config with a key that nothing reads', () => {
  it('is followed, and the key is told', async () => {
    const stage = gatewayStage(async () => answer(200))
    const sink = await send(stage, inline(stage, { provider: '@oai', fallbacks: [] }))
    expect(sink.status).toBe(200)
    expect(sink.headers['x-portkey-warnings']).toContain('config.fallbacks: this key is not known')
  })
})

describe('a leaf that may not be called', () => {
  it('leaves its mark in the log and lets the next one answer', async () => {
    const stage = gatewayStage(async () => answer(200))
    const config = { strategy: { mode: 'fallback' }, targets: [{ provider: '@ant-us' }, { provider: '@oai' }] }
    const sink = await send(stage, inline(stage, config))
    expect(sink.status).toBe(200)
    expect(stage.closed[0]?.attempts).toMatchObject([
      { providerSlug: 'ant-us', errorCode: 'model_not_allowed', status: 412 },
      { providerSlug: 'oai', status: 200 },
    ])
  })
})
