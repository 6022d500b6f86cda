/** Stands in for a function's URL: HTTP in front of AWS's own runtime client, with the variables of the deployed function. */
import http, { type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { RuntimeInstance, urlEvent } from '../support/runtime-api.ts'

export interface FunctionUrl {
  readonly origin: string
  /** What all instances wrote to their logs. */
  log(): string
  stop(): Promise<void>
}

export interface FunctionUrlOptions {
  readonly handler: string
  readonly bundleFolder: string
  readonly variables: Readonly<Record<string, string>>
  readonly memoryMb: number
  readonly timeoutMs: number
}

/** One instance serves one request at a time; more are started as they are needed. */
export async function startFunctionUrl(options: FunctionUrlOptions): Promise<FunctionUrl> {
  const idle: RuntimeInstance[] = []
  const all: RuntimeInstance[] = []
  const take = async (): Promise<RuntimeInstance> => {
    const warm = idle.pop()
    if (warm) return warm
    const instance = new RuntimeInstance(options)
    all.push(instance)
    return instance.start()
  }
  const server = http.createServer(async (request, response) => {
    try {
      const instance = await take()
      const answer = await instance.invoke(await eventOf(request))
      response.writeHead(answer.status, answer.headers)
      for await (const chunk of answer.body) response.write(chunk)
      response.end()
      await answer.ended
      idle.push(instance)
    } catch (thrown) {
      if (response.headersSent) response.destroy()
      else response.writeHead(502, { 'content-type': 'text/plain' }).end(String(thrown))
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log: () => all.map((instance) => instance.log).join(''),
    async stop() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      await Promise.all(all.map((instance) => instance.stop()))
    },
  }
}

const isText = (type = '') => /^(?:text\/|application\/(?:json|xml|javascript|[\w.+-]+\+(?:json|xml)))/.test(type)

async function eventOf(request: IncomingMessage): Promise<object> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(',') : value
  const body = await buffer(request)
  return urlEvent({
    method: request.method ?? 'GET',
    path: request.url ?? '/',
    headers,
    ...(body.length === 0 ? {} : { body: isText(headers['content-type']) ? body.toString() : body }),
  })
}
