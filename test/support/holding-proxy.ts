/** Stands before an HTTP service and, when told to, holds one request back until it is let go. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'

export interface HeldRequest {
  /** Resolves when the request has come; it waits from then on. */
  readonly caught: Promise<void>
  release(): void
}

export interface HoldingProxy {
  readonly endpoint: string
  /** The next request whose body has this text. */
  holdNext(part: string): HeldRequest
  stop(): Promise<void>
}

export async function startHoldingProxy(target: string): Promise<HoldingProxy> {
  let trap: { readonly part: string; readonly spring: () => Promise<void> } | undefined
  const agent = new http.Agent({ keepAlive: true })
  const server = http.createServer(async (request, response) => {
    const body = await buffer(request)
    if (trap && body.includes(trap.part)) {
      const { spring } = trap
      trap = undefined
      await spring()
    }
    const { method, headers, url } = request
    const onward = http.request(new URL(url ?? '/', target), { method: method ?? 'GET', headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    onward.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    holdNext(part) {
      const { promise: caught, resolve: tell } = Promise.withResolvers<void>()
      const { promise: gone, resolve: release } = Promise.withResolvers<void>()
      const spring = () => {
        tell()
        return gone
      }
      trap = { part, spring }
      return { caught, release }
    },
    stop: () =>
      new Promise((resolve) => {
        agent.destroy()
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
