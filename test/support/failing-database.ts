/** Stands before a DynamoDB endpoint and makes it slow, unreliable or absent, as told; knows nothing of what it passes on. */
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'

export interface DatabaseTrouble {
  /** Before each request is passed on. */
  readonly delayMs?: () => number
  /** Share of requests that are answered 500 in place of being passed on. */
  readonly failureRate?: number
  /** The text that a request's body must have for any of this; absent = all. */
  readonly about?: string
}

export interface FailingDatabase {
  readonly endpoint: string
  /** Holds from the next request on; `{}` = all is well. */
  trouble(trouble: DatabaseTrouble): void
  failures(): number
  stop(): Promise<void>
}

export async function startFailingDatabase(target: string, random: () => number): Promise<FailingDatabase> {
  let trouble: DatabaseTrouble = {}
  let failures = 0
  const agent = new http.Agent({ keepAlive: true })
  const server = http.createServer(async (request, response) => {
    const body = await buffer(request)
    const { delayMs, failureRate = 0, about } = trouble
    const isConcerned = about === undefined || body.includes(about)
    if (isConcerned && delayMs !== undefined) await wait(delayMs())
    if (isConcerned && random() < failureRate) {
      failures += 1
      const error = JSON.stringify({
        __type: 'com.amazonaws.dynamodb.v20120810#InternalServerError',
        message: 'simulated',
      })
      return void response.writeHead(500, { 'content-type': 'application/x-amz-json-1.0' }).end(error)
    }
    const { method, headers, url } = request
    const onward = http.request(new URL(url ?? '/', target), { method: method ?? 'POST', headers, agent }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    onward.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    trouble(next) {
      trouble = next
    },
    failures: () => failures,
    stop: () =>
      new Promise((resolve) => {
        agent.destroy()
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}
