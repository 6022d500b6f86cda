/** Answers of bytes on their way to the client: one chunk at a time, and never ended as if whole when they are not. */
import { describe, expect, it } from 'vitest'
import { chatCall, gatewayStage, manualBody, recordingSink } from '../../../test/support/gateway-ports.ts'
import { serve } from '../serve.ts'

const speech = { model: '@oai/tts-1', input: 'hello', voice: 'x' }
const audio = { 'content-type': 'audio/mpeg' }

function stageOf(body: AsyncIterable<Uint8Array>) {
  const stage = gatewayStage(async () => ({ status: 200, headers: audio, body }))
  const gone = new AbortController()
  const call = { ...chatCall(stage.ambient, speech), path: '/v1/audio/speech', clientGone: gone.signal }
  return { ...stage, call, gone, sink: recordingSink() }
}

/** Lets every promise that can go on do so. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve))
}

describe('an answer of bytes', () => {
  it('is read no faster than its client takes it', async () => {
    let given = 0
    async function* chunks() {
      for (given = 0; given < 50; ) {
        given += 1
        yield Buffer.from('x')
      }
    }
    const { call, sink, ports } = stageOf(chunks())
    let take = () => {}
    const offered = Promise.withResolvers<void>()
    const write = sink.write
    sink.write = async (chunk) => {
      offered.resolve()
      await new Promise<void>((resolve) => {
        take = resolve
      })
      return write(chunk)
    }
    const done = serve(call, sink, ports)
    await offered.promise
    await settle()
    expect(given).toBe(1)
    take()
    await settle()
    expect(given).toBe(2)
    sink.write = write
    take()
    await done
    expect([sink.text.length, sink.hasEnded]).toEqual([50, true])
  })

  it('is broken off when its provider breaks off, and charged', async () => {
    const feed = manualBody()
    const { call, sink, ports, closed } = stageOf(feed.body)
    const done = serve(call, sink, ports)
    feed.send('half')
    await sink.has('half')
    feed.fail(new Error('reset'))
    await done
    expect([sink.text, sink.isBroken, sink.hasEnded]).toEqual(['half', true, false])
    expect(closed).toMatchObject([
      { outcome: 'interrupted', errorCode: 'upstream_interrupted', costNanos: 75_000, usage: { characters: 5 } },
    ])
  })

  it('is broken off at the deadline', async () => {
    const feed = manualBody()
    const { call, sink, ports, ambient, closed } = stageOf(feed.body)
    const done = serve(call, sink, ports)
    feed.send('half')
    await sink.has('half')
    ambient.advance(16 * 60_000)
    await done
    expect([sink.isBroken, sink.hasEnded]).toEqual([true, false])
    expect(closed).toMatchObject([
      { outcome: 'interrupted', errorMessage: expect.stringContaining('longer than this gateway may run') },
    ])
  })

  it('lets the provider go when the client leaves', async () => {
    const feed = manualBody()
    const { call, sink, ports, sent, gone, closed } = stageOf(feed.body)
    const done = serve(call, sink, ports)
    feed.send('half')
    await sink.has('half')
    gone.abort()
    feed.fail(new Error('aborted'))
    await done
    expect(sent[0]?.signal.aborted).toBe(true)
    expect(closed).toMatchObject([{ outcome: 'client-closed' }])
  })

  it('that breaks before its first byte is an error with a status', async () => {
    const feed = manualBody()
    const { call, sink, ports } = stageOf(feed.body)
    const done = serve(call, sink, ports)
    feed.fail(new Error('reset'))
    await done
    expect([sink.status, sink.hasEnded, sink.isBroken]).toEqual([502, true, false])
  })

  it('may be silent for minutes', async () => {
    const feed = manualBody()
    const { call, sink, ports, ambient } = stageOf(feed.body)
    const done = serve(call, sink, ports)
    await settle()
    for (let minute = 0; minute < 5; minute++) {
      ambient.advance(60_000)
      await settle()
    }
    feed.send('late')
    feed.end()
    await done
    expect([sink.status, sink.text, sink.hasEnded]).toEqual([200, 'late', true])
  })
})
