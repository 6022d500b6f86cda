/** The upkeep of keys and providers over the engine: two runs at once rotate once, and what is kept opens the door. */

import { paginateQuery } from '@aws-sdk/client-dynamodb'
import { GetSecretValueCommand } from '@aws-sdk/client-secrets-manager'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Provider } from '../../src/catalog/catalog.ts'
import { authenticate } from '../../src/identity/authenticate.ts'
import type { KeyNotice } from '../../src/identity/key-notices.ts'
import { hashSecret } from '../../src/identity/secret.ts'
import { createClients } from '../../src/store/clients.ts'
import { createKeyNotices } from '../../src/store/key-notices.ts'
import { counterKeys } from '../../src/store/keys.ts'
import { createUpkeep } from '../../src/store/upkeep.ts'
import { engineCredentials } from '../support/engine.ts'
import { noon, sampleKey, startTestStore, type TestStore } from './store-samples.ts'

const minuteMs = 60_000

let test: TestStore
const told: KeyNotice[] = []

beforeAll(async () => {
  test = await startTestStore()
  for (const id of ['ws-keys', 'ws-other'])
    await test.store.documents.create('workspace', 'organisation', { id, slug: id })
})
afterAll(() => test.stop())

function newRun() {
  const { store, ambient, engine } = test
  const deliver = { send: async (notice: KeyNotice) => void told.push(notice) }
  const notices = createKeyNotices({ client: engine.client, table: engine.environment.countersTable, deliver })
  return createUpkeep({ store, ambient, secretsPrefix: 'sluice/', notices })
}

async function keptSecret(name: string): Promise<string> {
  const clients = createClients({
    ...test.engine.overrides,
    secretsManager: { requestHandler: test.vaultHandler, ...engineCredentials },
  })
  const client = await clients.secretsManager()
  const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: name }))
  clients.destroy()
  return JSON.parse(SecretString ?? '').key
}

const enter = (secret: string) =>
  Promise.resolve(authenticate({ authorization: `Bearer ${secret}` }, test.store.apiKeys, test.ambient.now())).then(
    ({ apiKey }) => apiKey.id,
    ({ code }) => code,
  )

describe('the upkeep of keys', () => {
  it('rotates once in four runs at once; both secrets are accepted until the transition ends, then only the new one', async () => {
    const { apiKeys } = test.store
    await apiKeys.create(
      sampleKey('k-rotates', {
        hash: hashSecret('the old secret'),
        rotationPolicy: { rotation_period_days: 30, next_rotation_at: '2026-01-15T00:00:00Z' },
      }),
    )
    const reports = await Promise.all([1, 2, 3, 4].map(() => newRun()()))
    const rotated = reports.reduce((sum, { keys }) => sum + keys.rotated, 0)
    expect(rotated, JSON.stringify(reports)).toBe(1)
    expect(reports.map(({ keys }) => keys.failed)).toEqual([0, 0, 0, 0])
    const secret = await keptSecret('sluice/api-keys/k-rotates')
    expect(await enter('the old secret')).toBe('k-rotates')
    expect(await enter(secret)).toBe('k-rotates')
    expect((await apiKeys.read('k-rotates'))?.document.rotationPolicy).toMatchObject({
      next_rotation_at: '2026-02-14T00:00:00.000Z',
    })
    test.setNow(noon + 30 * minuteMs)
    expect((await newRun()()).keys).toMatchObject({ rotated: 0, failed: 0 })
    expect(await enter('the old secret')).toBe('authentication_failed')
    expect(await enter(secret)).toBe('k-rotates')
    expect((await apiKeys.read('k-rotates'))?.document.previous).toBeUndefined()
    test.setNow(noon)
    expect(await apiKeys.findByHash(hashSecret('the old secret'))).toBeUndefined()
  })

  it('leaves one audit record of the rotation, which names the secret and does not hold it', async () => {
    const secret = await keptSecret('sluice/api-keys/k-rotates')
    const pages = paginateQuery(
      { client: test.engine.client },
      {
        TableName: test.engine.environment.countersTable,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: counterKeys.keyNoticesOf('k-rotates') } },
      },
    )
    const records = []
    for await (const page of pages) records.push(...(page.Items ?? []))
    const rotations = records.filter((record) => JSON.stringify(record).includes('rotationMode'))
    expect(rotations).toHaveLength(1)
    expect(JSON.stringify(rotations)).toContain('sluice/api-keys/k-rotates')
    expect(JSON.stringify([records, told])).not.toContain(secret)
    expect(told.filter(({ type }) => type === 'rotated')).toHaveLength(1)
  })

  it('marks keys of every workspace and of the organisation that are past their end', async () => {
    const { apiKeys } = test.store
    const expiresAtMs = noon - 1
    await apiKeys.create(sampleKey('k-ends', { workspaceId: 'ws-other', expiresAtMs }))
    const { workspaceId: _, ...admin } = sampleKey('k-admin', { type: 'organisation-service', expiresAtMs })
    await apiKeys.create(admin)
    expect((await newRun()()).keys).toMatchObject({ expired: 2, failed: 0 })
    for (const id of ['k-ends', 'k-admin']) expect((await apiKeys.read(id))?.document.status).toBe('expired')
    expect((await apiKeys.findByHash('hash-of-k-ends'))?.status).toBe('expired')
  })
})

describe('the upkeep of providers', () => {
  it('marks those past their end, and no others, once', async () => {
    const { documents } = test.store
    const provider = (slug: string, expiresAtMs?: number): Provider => ({
      id: `p-${slug}`,
      slug,
      name: slug,
      workspaceId: 'ws-other',
      integrationId: 'i-1',
      status: 'active',
      rateLimits: [],
      limitEpoch: 0,
      createdAtMs: noon,
      updatedAtMs: noon,
      ...(expiresAtMs !== undefined && { expiresAtMs }),
    })
    for (const each of [provider('past', noon), provider('future', noon + 1), provider('endless')])
      await documents.create('provider', 'ws-other', each)
    expect((await newRun()()).providers).toEqual({ providers: 3, expired: 1, failed: 0 })
    expect((await newRun()()).providers).toMatchObject({ expired: 0 })
    const rows = await documents.list<Provider>('provider', 'ws-other')
    expect(rows.map(({ document }) => document.status)).toEqual(['expired', 'active', 'active'])
  })
})
