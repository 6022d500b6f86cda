import { describe, expect, it } from 'vitest'
import { chatCall, gatewayStage, manualBody, recordingSink } from '../../../../test/support/gateway-ports.ts'
import { chatAnswer, chatChunk, doneFrame, usageChunk } from '../../../../test/support/upstream.ts'
import { createCacheServices } from '../../../cache/cache-services.ts'
import type { AnswerCache, CacheEntry } from '../../../cache/entry.ts'
import { GatewayError } from '../../../errors.ts'
import type { Call, UpstreamResponse } from '../../ports.ts'
import { serve } from '../../serve.ts'

const question = { model: 'gpt-5', messages: [{ role: 'user', content: 'hi' }] }

function memory(): AnswerCache & { readonly kept: Map<string, CacheEntry> } {
  const kept = new Map<string, CacheEntry>()
  return {
    kept,
    read: async (key) => kept.get(key),
    async put(key, entry) {
      kept.set(key, entry)
      return true
    },
  }
}

async function* bytesOf(text: string) {
  yield Buffer.from(text)
}

const wholeAnswer = async (): Promise<UpstreamResponse> => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: bytesOf(JSON.stringify(chatAnswer('hello'))),
})

function stageWith(answers: AnswerCache, answer: () => Promise<UpstreamResponse> = wholeAnswer) {
  const stage = gatewayStage(answer, { cache: createCacheServices(answers) })
  const call = (body: object, more: Partial<Call> = {}) => {
    const plain = chatCall(stage.ambient, body, more)
    const config = JSON.stringify({ provider: '@oai', cache: { mode: 'simple', max_age: 600 } })
    const sink = recordingSink()
    const done = serve({ ...plain, headers: { ...plain.headers, 'x-portkey-config': config } }, sink, stage.ports)
    return { sink, done }
  }
  return { ...stage, call }
}

/** Lets every promise that can go on do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('a hit', () => {
  it('opens no record before its close, and is one span that called nobody', async () => {
    const stage = stageWith(memory())
    await stage.call(question).done
    stage.opened.length = 0
    const { sink, done } = stage.call(question)
    await done
    expect(sink.headers).toMatchObject({ 'x-portkey-cache-status': 'HIT' })
    expect(stage.sent).toHaveLength(1)
    expect(stage.opened).toEqual([])
    expect(stage.closed[1]).toMatchObject({
      cacheStatus: 'HIT',
      costNanos: 0,
      isPriced: true,
      upstreamMs: 0,
      holds: [],
      attempts: [{ status: 200, isCached: true }],
    })
    expect(stage.closed[1]?.usage).toBeUndefined()
  })

  it('is not one when the entry is older than its config allows', async () => {
    const stage = stageWith(memory())
    await stage.call(question).done
    stage.ambient.advance(600_000)
    await stage.call(question).done
    expect(stage.closed.map((log) => log.cacheStatus)).toEqual(['MISS', 'MISS'])
  })
})

describe('a cache that fails', () => {
  it('costs the call, not the answer', async () => {
    const broken = async () => Promise.reject(new Error('the table is away'))
    const stage = stageWith({ read: broken, put: broken })
    const { sink, done } = stage.call(question)
    await done
    expect(sink.status).toBe(200)
    expect(stage.closed).toMatchObject([{ outcome: 'completed', cacheStatus: 'MISS' }])
  })

  it('says when an answer is too large for it', async () => {
    const stage = stageWith({ read: async () => undefined, put: async () => false })
    await stage.call(question).done
    expect(stage.closed[0]?.warnings).toMatchObject([{ type: 'dropped', field: 'cache' }])
  })
})

describe('a request that waits for an identical one', () => {
  function twoStreams() {
    const feeds = [manualBody(), manualBody()]
    let calls = 0
    const stage = stageWith(memory(), async () => ({
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: feeds[calls++]!.body,
    }))
    return { ...stage, feeds }
  }
  const rest = [chatChunk({}, 'stop'), usageChunk(3, 2), doneFrame]
  const streamed = { ...question, stream: true }

  it('gets all of a stream when it has ended', async () => {
    const { call, feeds, sent } = twoStreams()
    const first = call(streamed)
    feeds[0]!.send(chatChunk({ content: 'slow' }))
    await first.sink.has('slow')
    const second = call(question)
    await settle()
    expect(second.sink.status).toBe(0)
    for (const frame of rest) feeds[0]!.send(frame)
    feeds[0]!.end()
    await Promise.all([first.done, second.done])
    expect(JSON.parse(second.sink.text)).toMatchObject({ choices: [{ message: { content: 'slow' } }] })
    expect(sent).toHaveLength(1)
  })

  it('asks for itself when the other one breaks off', async () => {
    const { call, feeds, sent, closed } = twoStreams()
    const first = call(streamed)
    feeds[0]!.send(chatChunk({ content: 'half' }))
    await first.sink.has('half')
    const second = call(streamed)
    await settle()
    feeds[0]!.fail(new Error('reset'))
    for (const frame of [chatChunk({ content: 'all' }), ...rest]) feeds[1]!.send(frame)
    feeds[1]!.end()
    await Promise.all([first.done, second.done])
    expect(second.sink.text).toContain('all')
    expect(sent).toHaveLength(2)
    expect(closed.map((log) => log.cacheStatus)).toEqual(['MISS', 'MISS'])
  })

  it('asks for itself when a stream has waited for 15 s', async () => {
    const { call, feeds, ambient } = twoStreams()
    const first = call(streamed)
    feeds[0]!.send(chatChunk({ content: 'endless' }))
    await first.sink.has('endless')
    const second = call(streamed)
    await settle()
    for (const frame of [chatChunk({ content: 'own' }), ...rest]) feeds[1]!.send(frame)
    feeds[1]!.end()
    ambient.advance(15_000)
    await second.done
    expect(second.sink.text).toContain('own')
    for (const frame of rest) feeds[0]!.send(frame)
    feeds[0]!.end()
    await first.done
  })

  it('stops waiting when its client leaves', async () => {
    const { call, feeds, closed } = twoStreams()
    const first = call(streamed)
    feeds[0]!.send(chatChunk({ content: 'slow' }))
    await first.sink.has('slow')
    const gone = new AbortController()
    const second = call(streamed, { clientGone: gone.signal })
    await settle()
    gone.abort(new GatewayError('client_closed', 'the client has left'))
    await second.done
    expect(closed).toMatchObject([{ outcome: 'client-closed', status: 499 }])
    for (const frame of rest) feeds[0]!.send(frame)
    feeds[0]!.end()
    await first.done
  })
})
