import { describe, expect, it } from 'vitest'
import { chatCall, type GatewayStage, gatewayStage } from '../../test/support/gateway-ports.ts'
import { GatewayError } from '../errors.ts'
import { RequestRecord } from '../records/record.ts'
import { admit } from './arrive/admit.ts'
import { openModelPort } from './internal-request.ts'
import { openCancellationScope } from './line/cancellation-scope.ts'
import { openLine } from './line/line.ts'
import { askModel } from './line/model-port.ts'
import type { Task } from './line/task.ts'
import type { UpstreamRequest, UpstreamResponse } from './ports.ts'
import { serveInternal } from './serve.ts'

async function* bytes(text: string) {
  yield Buffer.from(text)
}

const embedding = { object: 'list', model: 'e', data: [{ index: 0, embedding: [0.1] }], usage: { prompt_tokens: 3 } }
const answering =
  (json: object, status = 200) =>
  async (): Promise<UpstreamResponse> => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: bytes(JSON.stringify(json)),
  })

/** A request under way, on whose behalf a test asks. */
async function underWay(stage: GatewayStage, headers: Record<string, string> = {}) {
  const { ports } = stage
  const call = chatCall(stage.ambient, { model: '@oai/gpt-5', messages: [{ role: 'user', content: 'hi' }] })
  const record = new RequestRecord({
    id: 'outer-log',
    traceId: 'the-trace',
    spanId: 'the-span',
    spanName: 'outer',
    method: 'POST',
    path: call.path,
    operation: 'chat',
    clientWire: 'openai-chat',
    startedAtMs: call.receivedAtMs,
    deadlineAtMs: call.deadlineAtMs,
  })
  const line = openLine({
    ports,
    record,
    cancellation: openCancellationScope(call, ports.ambient),
    models: openModelPort(serveInternal),
  })
  const route = { type: 'inference', operation: 'chat', wire: 'openai-chat' } as const
  const given = { ...call, headers: { ...call.headers, ...headers } }
  const task = await admit({ call: given, route, ports, record, parent: undefined })
  return { line, task }
}

const request = {
  path: '/v1/embeddings',
  body: { model: '@oai/text-embedding-3-small', input: 'hi' },
  timeoutMs: 2_000,
  name: 'look for a like question',
}

describe('a call on behalf of a request', () => {
  it('gives the answer, with a record of its own under the span of the request', async () => {
    const stage = gatewayStage(answering(embedding))
    const { task, line } = await underWay(stage, { 'x-portkey-metadata': '{"team":"search"}' })
    const { status, json } = await askModel(task, line, request)
    expect(status).toBe(200)
    expect(json).toMatchObject({ data: [{ embedding: [0.1] }] })
    await Promise.all(line.unfinished)
    expect(stage.closed).toMatchObject([
      {
        traceId: 'the-trace',
        parentSpanId: 'the-span',
        spanName: 'look for a like question',
        operation: 'embed',
        apiKeyId: 'key-1',
        workspaceId: 'w-1',
        metadata: { team: 'search' },
        outcome: 'completed',
        usage: { inputUncached: 3 },
      },
    ])
    expect(stage.closed[0]?.id).not.toBe('outer-log')
  })

  it('passes the gate, whose refusal is an answer with its status', async () => {
    const refusal = new GatewayError('usage_limit_exceeded', 'the limit is used up')
    const stage = gatewayStage(answering(embedding), {
      gate: {
        isLimited: () => true,
        hold: async () => ({ type: 'refused', error: refusal, headers: {} }),
        lease: async () => ({ release: async () => {} }),
        usedShare: async () => 0,
        release: async () => {},
      },
    })
    const { task, line } = await underWay(stage)
    const { status, json } = await askModel(task, line, request)
    expect(status).toBe(412)
    expect(json).toMatchObject({ error: { message: 'the limit is used up' } })
    expect(stage.sent).toEqual([])
  })

  it('is counted by the config of its request', async () => {
    const seen: (string | undefined)[] = []
    const stage = gatewayStage(answering(embedding), {
      gate: {
        isLimited({ dimensions }) {
          seen.push(dimensions.config)
          return false
        },
        hold: async () => ({ type: 'held', holds: [], headers: {}, warnings: [] }),
        lease: async () => ({ release: async () => {} }),
        usedShare: async () => 0,
        release: async () => {},
      },
    })
    const { task, line } = await underWay(stage)
    const config = { saved: { id: 'c-1', slug: 'pc-judged', versionId: 'v-1' } } as unknown as NonNullable<
      Task['config']
    >
    await askModel({ ...task, config }, line, request)
    expect(seen).toEqual(['pc-judged'])
  })

  it('gives the error of a provider with its status', async () => {
    const stage = gatewayStage(answering({ error: { message: 'busy' } }, 503))
    const { task, line } = await underWay(stage)
    expect(await askModel(task, line, request)).toMatchObject({ status: 503, json: { error: { message: 'busy' } } })
  })

  it('applies neither the config of the request nor its guardrails', async () => {
    const stage = gatewayStage(answering(embedding))
    const config = { input_guardrails: [{ 'default.contains': { operator: 'none', words: ['hi'] }, deny: true }] }
    const { task, line } = await underWay(stage, { 'x-portkey-config': JSON.stringify(config) })
    expect((await askModel(task, line, request)).status).toBe(200)
    await Promise.all(line.unfinished)
    expect(stage.closed[0]).not.toHaveProperty('configId')
  })

  it('is given up after its time, and charged, since the provider may go on', async () => {
    let asked = () => {}
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve
    })
    const silent = ({ signal }: UpstreamRequest) =>
      new Promise<UpstreamResponse>((_, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason))
        asked()
      })
    const stage = gatewayStage(silent)
    const { task, line } = await underWay(stage)
    const answer = askModel(task, line, request)
    await isAsked
    stage.ambient.advance(2_000)
    expect((await answer).status).toBeGreaterThanOrEqual(400)
    await Promise.all(line.unfinished)
    expect(stage.closed).toMatchObject([{ isEstimated: true }])
  })

  it('cannot make another one', async () => {
    const stage = gatewayStage(answering(embedding))
    const { task, line } = await underWay(stage)
    const { models: _, ...internal } = line
    await expect(askModel(task, internal, request)).rejects.toThrow('may not make another')
  })

  it('keeps bodies out of the log when the request does', async () => {
    const kept: unknown[] = []
    const stage = gatewayStage(answering(embedding), {
      logs: {
        open: async () => {},
        retarget: async () => {},
        read: async () => undefined,
        close: async (_log, payload) => kept.push(payload) > 0,
      },
    })
    const { task, line } = await underWay(stage, { 'x-portkey-debug': 'false' })
    await askModel(task, line, request)
    await Promise.all(line.unfinished)
    expect(kept).toEqual([undefined])
  })
})
