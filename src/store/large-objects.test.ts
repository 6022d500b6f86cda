import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Clients, createClients } from './clients.ts'
import { createPayloadBucket } from './large-objects.ts'

/** As much of S3 as a put and a get of one path need. */
const objects = new Map<string, Buffer>()
let server: Server
let clients: Clients
beforeAll(async () => {
  server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '', 'http://s3').pathname
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    if (request.method === 'PUT') {
      objects.set(path, Buffer.concat(chunks))
      response.end()
      return
    }
    const found = objects.get(path)
    response.writeHead(found ? 200 : 404, { 'content-type': found ? 'application/octet-stream' : 'application/xml' })
    response.end(found ?? '<Error><Code>NoSuchKey</Code><Message>none</Message></Error>')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  clients = createClients({
    s3: {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      forcePathStyle: true,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    },
  })
})
afterAll(async () => {
  clients.destroy()
  await new Promise((resolve) => server.close(resolve))
})

describe('the payload bucket', () => {
  it('gives back the bytes that were put, and nothing for a name it does not have', async () => {
    const bucket = createPayloadBucket('bodies', clients.s3)
    const bytes = Uint8Array.from({ length: 50_000 }, (_, n) => n % 251)
    await bucket.put('payloads/2026-01-15/id', bytes)
    expect(Buffer.compare(Buffer.from((await bucket.read('payloads/2026-01-15/id')) ?? []), bytes)).toBe(0)
    expect([...objects.keys()]).toEqual(['/bodies/payloads/2026-01-15/id'])
    expect(await bucket.read('payloads/2026-01-15/other')).toBeUndefined()
  })
})
