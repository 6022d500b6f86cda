import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClients } from './clients.ts'

let server: Server
let requests: number
let sockets: Set<unknown>
beforeEach(async () => {
  requests = 0
  sockets = new Set()
  server = createServer((request, response) => {
    requests++
    sockets.add(request.socket)
    request.resume()
    const isFailing = String(request.headers['x-amz-target']).endsWith('UpdateItem')
    response.writeHead(isFailing ? 500 : 200, { 'content-type': 'application/x-amz-json-1.0' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => new Promise((resolve) => server.close(resolve)))

const Key = { pk: { S: 'a' }, sk: { S: 'b' } }
const connect = () =>
  createClients({
    dynamo: {
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    },
  })

describe('the clients', () => {
  it('never repeat a request on the client for additions', async () => {
    const clients = connect()
    await expect(clients.dynamoOnce.send(new UpdateItemCommand({ TableName: 'table', Key }))).rejects.toThrow()
    expect(requests).toBe(1)
    clients.destroy()
  })

  it('keep one connection open for requests that follow each other, on both clients', async () => {
    const clients = connect()
    for (const client of [clients.dynamo, clients.dynamoOnce, clients.dynamo])
      await client.send(new GetItemCommand({ TableName: 'table', Key }))
    expect(requests).toBe(3)
    expect(sockets.size).toBe(1)
    clients.destroy()
  })
})
