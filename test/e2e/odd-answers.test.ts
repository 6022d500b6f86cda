/** Providers that answer with what is no answer, or with more than anybody can hold: refused at once, in words (issue 9). */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Sluice, startSluice } from '../support/sluice.ts'
import { answerJson, chatAnswer, startUpstream, type Upstream } from '../support/upstream.ts'

let sluice: Sluice
let backup: Upstream
let raw: Server
const sockets = new Set<Socket>()
const timers: NodeJS.Timeout[] = []
let play: (socket: Socket) => void = () => {}

beforeAll(async () => {
  raw = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    socket.once('data', () => play(socket))
  })
  raw.listen(0, '127.0.0.1')
  await once(raw, 'listening')
  backup = await startUpstream()
  backup.script(answerJson(chatAnswer('from the backup')))
  sluice = await startSluice()
  await sluice.connect('odd', 'openai', `http://127.0.0.1:${(raw.address() as AddressInfo).port}`)
  await sluice.connect('backup', 'openai', backup.origin)
})

afterEach(() => {
  for (const timer of timers.splice(0)) clearInterval(timer)
  for (const socket of sockets) socket.destroy()
})

afterAll(async () => {
  await sluice?.stop()
  await backup?.stop()
  raw?.close()
})

const hi = { messages: [{ role: 'user', content: 'hi' }] }
const ask = (body: object = {}) => sluice.post('/v1/chat/completions', { model: '@odd/gpt-5', ...hi, ...body })
const askEither = () =>
  sluice.post(
    '/v1/chat/completions',
    { model: 'gpt-5', ...hi },
    {
      'x-portkey-config': JSON.stringify({
        strategy: { mode: 'fallback' },
        targets: [{ provider: '@odd' }, { provider: '@backup' }],
      }),
    },
  )
const messageOf = async (response: Response) =>
  ((await response.json()) as { error: { message: string } }).error.message

/** Left open, so that only the gateway can end the wait. */
const says =
  (...pieces: readonly (string | Uint8Array)[]) =>
  (socket: Socket) => {
    for (const piece of pieces) socket.write(piece)
  }

const repeating = (text: string) => (socket: Socket) => {
  timers.push(setInterval(() => socket.write(text), 1))
}

describe('an answer that is none', () => {
  it.each<[string, (socket: Socket) => void]>([
    ['101', says('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')],
    ['endless 103', repeating('HTTP/1.1 103 Early Hints\r\n\r\n')],
    ['000', says('HTTP/1.1 000 Nothing\r\n\r\n')],
    ['999', says('HTTP/1.1 999 Request Denied\r\n\r\n')],
    ['a status that is no number', says('HTTP/1.1 abc Odd\r\n\r\n')],
    ['no HTTP at all', says('SSH-2.0-OpenSSH_9.6\r\n\r\n')],
    ['two lengths', says('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}')],
  ])('(%s) is a 502 in words, and leads to the next target', async (_, script) => {
    play = script
    const answer = await ask()
    expect(answer.status).toBe(502)
    expect(await messageOf(answer)).toMatch(/the provider at 127\.0\.0\.1:\d+ /)
    const either = await askEither()
    expect([either.status, JSON.stringify(await either.json())]).toEqual([
      200,
      expect.stringContaining('from the backup'),
    ])
  })

  it('says that a head is unreadable, not that there was none', async () => {
    play = says(`HTTP/1.1 200 OK\r\nx-long: ${'a'.repeat(1_000_000)}\r\n\r\n{}`)
    const answer = await ask()
    expect(answer.status).toBe(502)
    expect(await messageOf(answer)).toMatch(/answered with a head that cannot be read \(HPE_HEADER_OVERFLOW\)/)
  })

  it('with a status of 1xx before a good one is a good one', async () => {
    const body = JSON.stringify(chatAnswer('hello'))
    play = says(
      'HTTP/1.1 103 Early Hints\r\n\r\n',
      `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    expect((await ask()).status).toBe(200)
  })
})

describe('an answer that is too large to be read whole', () => {
  const head = (rest: string) => `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${rest}\r\n`

  it('is refused by the length that it announces', async () => {
    play = says(head('content-length: 3000000000\r\n'))
    const answer = await ask()
    expect([answer.status, await messageOf(answer)]).toEqual([
      502,
      expect.stringMatching(/answer is larger than \d+ MB/),
    ])
  })

  it('is refused by what it unpacks to, and its connection is closed', async () => {
    const bomb = gzipSync(Buffer.alloc(100 * 1024 * 1024, ' '))
    expect(bomb.length).toBeLessThan(1024 * 1024)
    const closed = Promise.withResolvers<void>()
    play = (socket) => {
      socket.once('close', () => closed.resolve())
      says(head(`content-encoding: gzip\r\ncontent-length: ${bomb.length + 10}\r\n`), bomb)(socket)
    }
    const answer = await ask()
    expect([answer.status, await messageOf(answer)]).toEqual([
      502,
      expect.stringMatching(/answer is larger than \d+ MB/),
    ])
    await closed.promise
  })

  it('is refused as well when it is streamed to a client that asked for a whole one', async () => {
    const frame = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: 'x'.repeat(1024 * 1024) } }] })}\n\n`
    play = (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n')
      const more = () => {
        while (socket.writable && socket.write(frame));
        socket.once('drain', more)
      }
      more()
    }
    const answer = await ask()
    expect([answer.status, await messageOf(answer)]).toEqual([
      502,
      expect.stringMatching(/answer is larger than \d+ MB/),
    ])
  })

  it('with an endless error beside its status is told by its status', async () => {
    play = (socket) => {
      socket.write('HTTP/1.1 429 Slow down\r\ncontent-type: application/json\r\n\r\n')
      repeating(' '.repeat(64 * 1024))(socket)
    }
    expect((await ask()).status).toBe(429)
  })
})

describe('an answer that goes silent (issue 11)', () => {
  const stream = 'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n'
  const askStream = (config: object) =>
    sluice.post(
      '/v1/chat/completions',
      { model: 'gpt-5', stream: true, ...hi },
      { 'x-portkey-config': JSON.stringify(config) },
    )

  it('before its first event leads to the next target', async () => {
    play = says(stream, ': hi\n\n')
    const answer = await askStream({
      strategy: { mode: 'fallback' },
      request_timeout: 300,
      targets: [{ provider: '@odd' }, { provider: '@backup' }],
    })
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('from the backup')])
  })

  it('after one word ends in an error frame, and its connection is closed', async () => {
    const closed = Promise.withResolvers<void>()
    const chunk = {
      id: 'c',
      object: 'chat.completion.chunk',
      model: 'gpt-5',
      choices: [{ index: 0, delta: { content: 'Hel' } }],
    }
    play = (socket) => {
      socket.once('close', () => closed.resolve())
      says(stream, `data: ${JSON.stringify(chunk)}\n\n`)(socket)
    }
    const answer = await askStream({ provider: '@odd', idle_timeout: 300 })
    const text = await answer.text()
    expect([answer.status, text]).toEqual([200, expect.stringMatching(/Hel.*data: .*went silent/s)])
    expect(text).not.toContain('[DONE]')
    await closed.promise
  })
})
