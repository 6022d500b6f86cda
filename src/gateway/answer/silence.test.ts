/** Providers that send their headers and then nothing, or a piece and then nothing (issue 11). */
import { describe, expect, it } from 'vitest'
import { chatCall, gatewayStage, manualBody, recordingSink, secret } from '../../../test/support/gateway-ports.ts'
import { chatAnswer, chatChunk, doneFrame, usageChunk } from '../../../test/support/upstream.ts'
import { serve } from '../serve.ts'

const eventStream = { 'content-type': 'text/event-stream' }
const json = { 'content-type': 'application/json' }

async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** The first target is fed by hand; the second answers. */
function stageOf(config: object, { isStream = true, headers = eventStream as Record<string, string> } = {}) {
  const feed = manualBody()
  const backup = manualBody()
  let calls = 0
  const stage = gatewayStage(async () => {
    calls += 1
    return calls === 1
      ? { status: 200, headers, body: feed.body }
      : { status: 200, headers: isStream ? eventStream : json, body: backup.body }
  })
  const sink = recordingSink()
  const call = chatCall(
    stage.ambient,
    { model: 'gpt-5', stream: isStream, messages: [{ role: 'user', content: 'hi' }] },
    { headers: { authorization: `Bearer ${secret}`, 'x-portkey-config': JSON.stringify(config) } },
  )
  const done = serve(call, sink, stage.ports)
  /** The provider has been asked, and is waited for. */
  const asked = async () => {
    while (stage.sent.length === 0) await settle()
    await settle()
  }
  const answerFromBackup = () => {
    if (!isStream) backup.send(JSON.stringify(chatAnswer('from the backup')))
    else
      for (const frame of [
        chatChunk({ content: 'from the backup' }),
        chatChunk({}, 'stop'),
        usageChunk(3, 2),
        doneFrame,
      ])
        backup.send(frame)
    backup.end()
  }
  return { ...stage, feed, sink, done, asked, answerFromBackup }
}

const two = { strategy: { mode: 'fallback' }, targets: [{ provider: '@oai' }, { provider: '@router' }] }
const one = { provider: '@oai' }

describe('silence before the first content', () => {
  it.each([
    ['request_timeout', { request_timeout: 2_000 }],
    ['first_content_timeout', { first_content_timeout: 2_000 }],
  ])('leads to the next target after %s, comments notwithstanding', async (_, timeout) => {
    const { feed, ambient, sink, done, asked, answerFromBackup, closed, sent } = stageOf({ ...two, ...timeout })
    feed.send(': hi\n\n')
    await asked()
    ambient.advance(1_000)
    feed.send(': hi\n\n')
    await settle()
    answerFromBackup()
    ambient.advance(1_000)
    await done
    expect([sink.status, sink.text]).toEqual([200, expect.stringContaining('from the backup')])
    expect(sent[0]?.signal.aborted).toBe(true)
    expect(closed[0]?.attempts.map(({ errorCode }) => errorCode)).toEqual(['request_timeout', undefined])
  })

  it('of a whole answer leads to the next target as well', async () => {
    const { ambient, sink, done, asked, answerFromBackup } = stageOf(
      { ...two, request_timeout: 2_000 },
      { isStream: false, headers: json },
    )
    await asked()
    answerFromBackup()
    ambient.advance(2_000)
    await done
    expect([sink.status, sink.text]).toEqual([200, expect.stringContaining('from the backup')])
  })

  it('is a 408 in words where there is no other target', async () => {
    const { ambient, sink, done, asked } = stageOf({ ...one, first_content_timeout: 2_000 })
    await asked()
    ambient.advance(2_000)
    await done
    expect([sink.status, sink.text]).toEqual([408, expect.stringContaining('said nothing within 2000 ms')])
  })

  it('ends after ten minutes by itself; the client is kept waiting, and another target still answers', async () => {
    const { ambient, sink, done, asked, answerFromBackup } = stageOf(two)
    await asked()
    ambient.advance(15_000)
    await sink.has('\n\n')
    expect(sink.status).toBe(200)
    for (let minute = 0; minute < 10; minute++) {
      ambient.advance(60_000)
      await settle()
    }
    answerFromBackup()
    ambient.advance(0)
    await done
    expect(sink.text).toContain('from the backup')
    expect(sink.text).toContain('[DONE]')
  })

  it('that nobody fills ends in an error frame once the client was kept waiting', async () => {
    const { ambient, sink, done, asked, closed } = stageOf({ ...one, first_content_timeout: 60_000 })
    await asked()
    for (let quarter = 0; quarter < 4; quarter++) {
      ambient.advance(15_000)
      await settle()
    }
    await done
    expect(sink.text).toMatch(/^\n\n.*data: \{.*"timeout_error"/s)
    expect([sink.hasEnded, closed[0]?.outcome]).toEqual([true, 'interrupted'])
  })
})

describe('silence after some content', () => {
  it('is borne for five minutes, then told in an error frame, and charged', async () => {
    const { feed, ambient, sink, done, closed, sent } = stageOf({ ...two, request_timeout: 3_000 })
    feed.send(chatChunk({ content: 'Hel' }))
    await sink.has('Hel')
    await settle()
    for (let second = 0; second < 285; second += 15) {
      ambient.advance(15_000)
      await settle()
    }
    expect(sink.text).not.toContain('error')
    ambient.advance(15_000)
    await done
    expect(sink.text).toMatch(/data: \{.*went silent/)
    expect(sink.text).not.toContain('[DONE]')
    expect(sent).toHaveLength(1)
    expect(closed[0]).toMatchObject({ outcome: 'interrupted' })
    expect(closed[0]?.costNanos).toBeGreaterThan(0)
  })

  it('counts from the last piece, and is bounded by idle_timeout', async () => {
    const { feed, ambient, sink, done } = stageOf({ ...one, idle_timeout: 10_000 })
    for (const text of ['a', 'b', 'c']) {
      feed.send(chatChunk({ content: `piece ${text}` }))
      await sink.has(`piece ${text}`)
      await settle()
      ambient.advance(9_000)
      await settle()
    }
    expect(sink.text).not.toContain('error')
    ambient.advance(1_000)
    await done
    expect(sink.text).toContain('nothing more of its answer came for 10000 ms')
  })

  it('is no error when the answer is whole but for its end', async () => {
    const { feed, ambient, sink, done, closed } = stageOf({ ...one, idle_timeout: 5_000 })
    feed.send(chatChunk({ content: 'all of it' }))
    for (const frame of [chatChunk({}, 'stop'), usageChunk(3, 2), doneFrame]) feed.send(frame)
    await sink.has('[DONE]')
    await settle()
    ambient.advance(5_000)
    await done
    expect(sink.text).not.toContain('error')
    expect(closed[0]?.outcome).toBe('completed')
  })

  it('of a whole answer leads to the next target', async () => {
    const { feed, ambient, sink, done, asked, answerFromBackup } = stageOf(
      { ...two, idle_timeout: 5_000 },
      { isStream: false, headers: json },
    )
    feed.send('{"choices":')
    await asked()
    answerFromBackup()
    ambient.advance(5_000)
    await done
    expect([sink.status, sink.text]).toEqual([200, expect.stringContaining('from the backup')])
  })

  it('of an answer of bytes breaks it off', async () => {
    const feed = manualBody()
    const stage = gatewayStage(async () => ({
      status: 200,
      headers: { 'content-type': 'audio/mpeg' },
      body: feed.body,
    }))
    const sink = recordingSink()
    const call = chatCall(
      stage.ambient,
      { model: '@oai/tts-1', input: 'hello', voice: 'x' },
      { path: '/v1/audio/speech' },
    )
    const done = serve(call, sink, stage.ports)
    feed.send('half')
    await sink.has('half')
    for (let minute = 0; minute < 5; minute++) {
      await settle()
      stage.ambient.advance(60_000)
    }
    await done
    expect([sink.isBroken, stage.closed[0]?.outcome]).toEqual([true, 'interrupted'])
  })
})

describe('an error whose body never ends', () => {
  it('is told by its status after ten seconds', async () => {
    const feed = manualBody()
    const stage = gatewayStage(async () => ({ status: 503, headers: json, body: feed.body }))
    const sink = recordingSink()
    const done = serve(
      chatCall(stage.ambient, { model: '@oai/gpt-5', messages: [{ role: 'user', content: 'hi' }] }),
      sink,
      stage.ports,
    )
    feed.send('{"error":')
    await settle()
    stage.ambient.advance(10_000)
    await done
    expect(sink.status).toBe(503)
  })
})
