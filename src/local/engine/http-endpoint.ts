/** The engine for other processes of this machine: DynamoDB's JSON protocol on a free port of the loopback interface. */
import { timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { EmbeddedEngine } from './embedded-engine.ts'

export interface HttpEndpoint {
  readonly endpoint: string
  close(): Promise<void>
}

/** Requests must be signed with `accessKeyId`; the signature itself is not checked. Absent = any. */
export async function listenForClients(
  engine: Pick<EmbeddedEngine, 'execute'>,
  accessKeyId?: string,
): Promise<HttpEndpoint> {
  const server = createServer((incoming, answer) => {
    serve(engine, accessKeyId, incoming, answer).catch(() => answer.destroy())
  })
  server.keepAliveTimeout = 60_000
  server.unref()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

async function serve(
  engine: Pick<EmbeddedEngine, 'execute'>,
  accessKeyId: string | undefined,
  incoming: IncomingMessage,
  answer: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  if (accessKeyId !== undefined && !isSignedWith(incoming, accessKeyId))
    return respond(answer, 400, {
      __type: 'UnrecognizedClientException',
      message: 'The security token included in the request is invalid.',
    })
  const operation = String(incoming.headers['x-amz-target']).split('.').at(-1) ?? ''
  try {
    const input = fromJson(JSON.parse(Buffer.concat(chunks).toString() || '{}')) as object
    respond(answer, 200, await engine.execute(operation, input))
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown
    const status = '$fault' in thrown && thrown.$fault === 'server' ? 500 : 400
    const { Item, CancellationReasons } = thrown as Error & Record<string, unknown>
    respond(answer, status, { __type: thrown.name, message: thrown.message, Item, CancellationReasons })
  }
}

function isSignedWith({ headers }: IncomingMessage, accessKeyId: string): boolean {
  const [, given = ''] = /Credential=([^/,\s]*)\//.exec(headers.authorization ?? '') ?? []
  return given.length === accessKeyId.length && timingSafeEqual(Buffer.from(given), Buffer.from(accessKeyId))
}

function respond(answer: ServerResponse, status: number, output: object): void {
  const body = JSON.stringify(toJson(output))
  answer.writeHead(status, { 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(body) })
  answer.end(body)
}

/** Bytes as base64, times as seconds. */
function toJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Date) return value.getTime() / 1000
  if (Array.isArray(value)) return value.map(toJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJson(member)]))
}

/** Base64 stands only where an attribute value has a text for its `B` or `BS`; attributes of that name hold objects. */
function fromJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJson)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (name === 'B' && typeof member === 'string') return [name, fromBase64(member)]
      if (name === 'BS' && Array.isArray(member)) return [name, member.map((one) => fromBase64(String(one)))]
      return [name, fromJson(member)]
    }),
  )
}

function fromBase64(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'base64'))
}
