/** What holds for every config and for many requests: how often providers are called, who answers, how load is shared. */
import { describe, expect, it } from 'vitest'
import type { UpstreamRequest, UpstreamResponse } from '../../src/gateway/ports.ts'
import { serve } from '../../src/gateway/serve.ts'
import { chatCall, type GatewayStage, gatewayStage, recordingSink } from '../support/gateway-ports.ts'
import { seededRandom } from '../support/seeded-random.ts'
import { chatAnswer } from '../support/upstream.ts'

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))

async function* text(content: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content)
}

function respond(status: number, model: string): UpstreamResponse {
  const body = status === 200 ? chatAnswer(model) : { error: { message: model } }
  const headers = { 'content-type': 'application/json', 'retry-after-ms': '0' }
  return { status, headers, body: text(JSON.stringify(body)) }
}

function modelOf({ body }: UpstreamRequest): string {
  return (JSON.parse(Buffer.from(body ?? '').toString('utf8')) as { model: string }).model
}

function send(stage: GatewayStage, config: object) {
  const call = chatCall(stage.ambient, { model: 'm', messages: [{ role: 'user', content: 'hi' }] })
  const sink = recordingSink()
  const headers = { ...call.headers, 'x-portkey-config': JSON.stringify(config) }
  return { sink, done: serve({ ...call, headers }, sink, stage.ports) }
}

/** Waits of 0 ms pass when the clock is moved by nothing. */
async function sendThroughWaits(stage: GatewayStage, config: object) {
  const { sink, done } = send(stage, config)
  let hasEnded = false
  void done.then(() => {
    hasEnded = true
  })
  while (!hasEnded) {
    await new Promise((resolve) => setImmediate(resolve))
    stage.ambient.advance(0)
  }
  return sink
}

interface Node {
  readonly name: string
  readonly strategy?: { readonly mode: string }
  readonly targets?: readonly Node[]
  readonly retry?: { readonly attempts: number }
  readonly [key: string]: unknown
}

/** The documented bound: a leaf its calls, a fallback those of all its children, every other strategy those of one. */
function mostCalls({ strategy, targets, retry }: Node, above = 0): number {
  const attempts = retry?.attempts ?? above
  if (targets === undefined) return 1 + attempts
  const each = targets.map((target) => mostCalls(target, attempts))
  return strategy?.mode === 'fallback' ? each.reduce((sum, count) => sum + count, 0) : Math.max(...each)
}

/** Not a literal: an object that says `then` looks like a promise to the linter. */
const always = Object.fromEntries([
  ['query', {}],
  ['then', 'x'],
])

function growing(random: () => number) {
  let leaves = 0
  const grow = (depth: number): Node => {
    const retry =
      random() < 0.4
        ? { retry: { attempts: Math.floor(random() * 4), on_status_codes: [500], use_retry_after_header: true } }
        : {}
    if (depth === 0 || random() < 0.3)
      return { name: 'x', provider: '@oai', override_params: { model: `leaf-${leaves++}` }, ...retry }
    const mode = ['single', 'fallback', 'fallback', 'loadbalance', 'conditional'][Math.floor(random() * 5)] ?? 'single'
    const targets = Array.from({ length: 1 + Math.floor(random() * 3) }, () => grow(depth - 1))
    return {
      name: 'x',
      strategy: { mode, ...(mode === 'conditional' ? { conditions: [always] } : {}) },
      targets,
      ...retry,
    }
  }
  return grow
}

describe('any config', () => {
  it('ends, calls no more upstreams than documented, and gives the answer of the last', async () => {
    const random = seededRandom(seed)
    for (let tree = 0; tree < 300; tree++) {
      const config = growing(random)(3)
      const stage = gatewayStage(async (request) => respond(random() < 0.7 ? 500 : 200, modelOf(request)))
      stage.ambient.random = random
      const sink = await sendThroughWaits(stage, config)
      const called = stage.sent.map(modelOf)
      const about = `SEED=${seed}, tree ${tree}: ${JSON.stringify(config)}`
      expect(called.length, about).toBeGreaterThan(0)
      expect(called.length, about).toBeLessThanOrEqual(mostCalls(config))
      expect(sink.text, about).toContain(`"${called.at(-1)}"`)
      // a leaf that was left is never called again
      const turns = called.filter((name, at) => name !== called[at - 1])
      expect(new Set(turns).size, about).toBe(turns.length)
      expect(stage.closed[0]?.attempts, about).toHaveLength(called.length)
    }
  })
})

describe('10,000 requests', () => {
  it('are shared by weight (chi-square, 1 in 100,000)', async () => {
    const random = seededRandom(seed)
    const weights = [5, 3, 1.5, 0.5, 0]
    const stage = gatewayStage(async (request) => respond(200, modelOf(request)))
    stage.ambient.random = random
    const targets = weights.map((weight, at) => ({
      provider: '@oai',
      weight,
      override_params: { model: `target-${at}` },
    }))
    const config = { strategy: { mode: 'loadbalance' }, targets }
    const counts = weights.map(() => 0)
    for (let request = 0; request < 10_000; request++) {
      await send(stage, config).done
      const at = Number(modelOf(stage.sent.pop() as UpstreamRequest).slice('target-'.length))
      counts[at] = (counts[at] ?? 0) + 1
      stage.closed.length = 0
      stage.opened.length = 0
    }
    const chiSquare = weights
      .map((weight, at) => ({ expected: weight * 1_000, found: counts[at] ?? 0 }))
      .filter(({ expected }) => expected > 0)
      .reduce((sum, { expected, found }) => sum + (found - expected) ** 2 / expected, 0)
    expect(counts[4], `SEED=${seed}`).toBe(0)
    // 3 degrees of freedom: exceeded by chance once in 100,000 runs
    expect(chiSquare, `SEED=${seed} ${counts.join(' ')}`).toBeLessThan(25.9)
  })
})

describe('a total failure', () => {
  it('with the retry budget spent gives the provider at most 1.2 times its requests', async () => {
    const stage = gatewayStage(async (request) => respond(500, modelOf(request)))
    const config = { provider: '@oai', retry: { attempts: 5, on_status_codes: [500], use_retry_after_header: true } }
    for (let request = 0; request < 10; request++) await sendThroughWaits(stage, config)
    stage.sent.length = 0
    for (let request = 0; request < 1_000; request++) await sendThroughWaits(stage, config)
    expect(stage.sent.length).toBeLessThanOrEqual(1_200)
    expect(stage.sent.length).toBeGreaterThanOrEqual(1_195)
  })
})
