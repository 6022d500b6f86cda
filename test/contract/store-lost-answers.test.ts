import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Clients, createClients } from '../../src/store/clients.ts'
import { createStore, type Store } from '../../src/store/index.ts'
import { engineCredentials } from '../support/engine.ts'
import { closedLog, openLog, sampleKey, startTestStore, type TestStore } from './store-samples.ts'

/** Lets the engine do everything, and loses the first answer to each writing request. */
class LosingHandler extends NodeHttpHandler {
  lost = 0
  private readonly seen = new Set<string>()

  override async handle(request: Parameters<NodeHttpHandler['handle']>[0]) {
    const answer = await super.handle(request)
    const target = request.headers['x-amz-target'] ?? ''
    const name = `${target} ${request.headers['amz-sdk-invocation-id']}`
    if (!/\.(Put|Transact|Update)/.test(target) || this.seen.has(name)) return answer
    this.seen.add(name)
    this.lost++
    throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError', code: 'ECONNRESET' })
  }
}

let test: TestStore
let store: Store
let clients: Clients
const handler = new LosingHandler({ requestTimeout: 5_000 })
beforeAll(async () => {
  test = await startTestStore()
  const dynamo = { ...engineCredentials, endpoint: test.engine.endpoint, requestHandler: handler }
  clients = createClients({ dynamo })
  const largeObjects = { put: async () => {}, read: async () => undefined }
  store = createStore({ environment: test.engine.environment, clients, ambient: test.ambient, largeObjects })
})
afterAll(async () => {
  clients.destroy()
  await test.stop()
})

describe('a write whose answer was lost', () => {
  it('opens, retargets and closes a log as if nothing had happened, and the close is still ours', async () => {
    const before = handler.lost
    await store.logs.open(openLog('1'))
    await store.logs.retarget(openLog('1', { model: 'second' }))
    expect(await store.logs.close(closedLog('1'))).toBe(true)
    expect(await store.logs.close(closedLog('1'))).toBe(false)
    // an opening, a transaction, and twice a place in the list and a record
    expect(handler.lost - before).toBe(6)
  })

  it('creates, replaces and removes a document without a false conflict', async () => {
    const before = handler.lost
    await store.documents.create('provider', 'ws', { id: 'p', slug: 's' })
    const stored = (await store.documents.read('provider', 's', 'ws'))!
    await store.documents.replace('provider', stored, stored.document)
    const replaced = (await store.documents.read('provider', 'p'))!
    expect(replaced.version).toBe(2)
    await store.documents.remove('provider', replaced)
    expect(await store.documents.read('provider', 'p')).toBeUndefined()
    expect(handler.lost - before).toBe(3)
  })

  it('creates an api key without a false conflict', async () => {
    await store.apiKeys.create(sampleKey('lost'))
    expect((await store.apiKeys.findByHash('hash-of-lost'))?.id).toBe('lost')
  })
})
