import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createHttpsUpstream } from './https-upstream.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

/** Answers the first request of each connection and takes the second one without an answer. */
async function startServer() {
  const seen: string[] = []
  const answered = new WeakSet<object>()
  const server = http.createServer((request, response) => {
    seen.push(request.url ?? '')
    request.resume().once('end', () => {
      if (answered.has(request.socket)) return request.socket.destroy()
      answered.add(request.socket)
      response.end('ok')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(
    () => server.close(),
    () => server.closeAllConnections(),
  )
  return { seen, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

function clientOf(staleWithinMs: number, staleAfterIdleMs = 0) {
  const upstream = createHttpsUpstream({ allowedHosts: [], staleWithinMs, staleAfterIdleMs })
  closing.push(() => upstream.close())
  return async (url: string) => {
    const body = Buffer.from('{}')
    const signal = new AbortController().signal
    const { status, body: answer } = await upstream.send({
      method: 'POST',
      url: new URL(url),
      headers: {},
      body,
      signal,
      isCustomHost: false,
    })
    for await (const _ of answer);
    return status
  }
}

describe('a kept connection that breaks after a request', () => {
  it('is taken for one that was closed already when it breaks at once', async () => {
    const { seen, origin } = await startServer()
    const send = clientOf(60_000)
    expect(await send(`${origin}/1`)).toBe(200)
    expect(await send(`${origin}/2`)).toBe(200)
    expect(seen).toEqual(['/1', '/2', '/2'])
  })

  it('is not asked again when it had been in use a moment ago: the provider took the request and may bill it', async () => {
    const { seen, origin } = await startServer()
    const send = clientOf(60_000, 60_000)
    expect(await send(`${origin}/1`)).toBe(200)
    await expect(send(`${origin}/2`)).rejects.toMatchObject({ facts: { mayBeBilled: true } })
    expect(seen).toEqual(['/1', '/2'])
  })

  it('is not asked again when the provider had the time to work', async () => {
    const { seen, origin } = await startServer()
    const send = clientOf(-1)
    expect(await send(`${origin}/1`)).toBe(200)
    await expect(send(`${origin}/2`)).rejects.toMatchObject({ facts: { mayBeBilled: true } })
    expect(seen).toEqual(['/1', '/2'])
  })
})
