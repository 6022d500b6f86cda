import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Document } from '../../src/admin/ports.ts'
import { sampleKey, startTestStore, type TestStore } from './store-samples.ts'

let test: TestStore
beforeAll(async () => {
  test = await startTestStore()
})
afterAll(() => test.stop())

interface Named extends Document {
  readonly name?: string
}

const outcomes = async (tries: readonly Promise<unknown>[]) => {
  const settled = await Promise.allSettled(tries)
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [(one.reason as { code?: string }).code] : []))
  return { won: settled.length - errors.length, errors }
}

describe('documents', () => {
  it('are found by id anywhere, by slug in their scope, and by organisation slug without a scope', async () => {
    const { documents } = test.store
    await documents.create<Named>('integration', 'organisation', { id: 'i-1', slug: 'main', name: 'one' })
    await documents.create<Named>('integration', 'ws-1', { id: 'i-2', slug: 'own' })
    expect((await documents.read<Named>('integration', 'main'))?.document.name).toBe('one')
    expect((await documents.read('integration', 'i-2'))?.scope).toBe('ws-1')
    expect((await documents.read('integration', 'own', 'ws-1'))?.document.id).toBe('i-2')
    expect(await documents.read('integration', 'own')).toBeUndefined()
    expect(await documents.read('integration', 'i-1', 'ws-1')).toBeUndefined()
    expect(await documents.read('provider', 'i-1')).toBeUndefined()
  })

  it('give one slug to exactly one of twenty racing writers', async () => {
    const { documents } = test.store
    const tries = Array.from({ length: 20 }, (_, n) =>
      documents.create('provider', 'ws-race', { id: `racer-${n}`, slug: 'wanted' }),
    )
    const { won, errors } = await outcomes(tries)
    expect(won).toBe(1)
    expect(new Set(errors)).toEqual(new Set(['conflict']))
    expect(await documents.list('provider', 'ws-race')).toHaveLength(1)
  })

  it('allow the same slug in two scopes and two kinds', async () => {
    const { documents } = test.store
    await documents.create('provider', 'ws-a', { id: 'p-a', slug: 'same' })
    await documents.create('provider', 'ws-b', { id: 'p-b', slug: 'same' })
    await documents.create('integration', 'ws-a', { id: 'i-a', slug: 'same' })
    expect((await documents.read('provider', 'same', 'ws-b'))?.document.id).toBe('p-b')
  })

  it('refuse an id that another scope has', async () => {
    const { documents } = test.store
    await documents.create('provider', 'ws-c', { id: 'p-c' })
    await expect(documents.create('provider', 'ws-d', { id: 'p-c' })).rejects.toMatchObject({ code: 'conflict' })
  })

  it('let one of ten writers replace the version they all read', async () => {
    const { documents } = test.store
    await documents.create<Named>('workspace', 'organisation', { id: 'w-1', slug: 'w-1', name: 'before' })
    const stored = (await documents.read<Named>('workspace', 'w-1'))!
    const tries = Array.from({ length: 10 }, (_, n) =>
      documents.replace<Named>('workspace', stored, { ...stored.document, name: `writer ${n}` }),
    )
    expect((await outcomes(tries)).won).toBe(1)
    const after = (await documents.read<Named>('workspace', 'w-1'))!
    expect(after.version).toBe(2)
    expect(after.document.name).toMatch(/^writer \d$/)
  })

  it('free their id and slug when removed, and are not brought back by a late writer', async () => {
    const { documents } = test.store
    await documents.create('provider', 'ws-e', { id: 'p-e', slug: 'gone' })
    const stored = (await documents.read('provider', 'p-e'))!
    await documents.remove('provider', stored)
    expect(await documents.read('provider', 'gone', 'ws-e')).toBeUndefined()
    await expect(documents.replace('provider', stored, stored.document)).rejects.toMatchObject({ code: 'conflict' })
    await expect(documents.remove('provider', stored)).rejects.toMatchObject({ code: 'conflict' })
    await documents.create('provider', 'ws-e', { id: 'p-e2', slug: 'gone' })
  })

  it('are listed oldest first, also past the size of one answer of the engine', async () => {
    const { documents } = test.store
    const filler = 'x'.repeat(100_000)
    for (let n = 0; n < 15; n++) await documents.create<Named>('provider', 'ws-f', { id: `z-${20 - n}`, name: filler })
    const ids = (await documents.list('provider', 'ws-f')).map((stored) => stored.document.id)
    expect(ids).toEqual(Array.from({ length: 15 }, (_, n) => `z-${20 - n}`))
  })
})

describe('api keys', () => {
  it('are found by hash with everything they hold, and by id, and are listed in their scope', async () => {
    const { apiKeys } = test.store
    const key = sampleKey('k-1', { description: 'for tests', expiresAtMs: 5 })
    await apiKeys.create(key)
    await apiKeys.create(sampleKey('k-admin', { type: 'organisation-service', workspaceId: undefined as never }))
    expect(await apiKeys.findByHash(key.hash)).toEqual(key)
    expect((await apiKeys.read('k-1'))?.document).toEqual(key)
    expect((await apiKeys.list('ws-keys')).map((one) => one.document.id)).toEqual(['k-1'])
    expect((await apiKeys.list('organisation')).map((one) => one.document.id)).toEqual(['k-admin'])
    expect(await apiKeys.findByHash('hash-of-nobody')).toBeUndefined()
  })

  it('keep the previous secret findable after a rotation until its time, and drop the one before it at once', async () => {
    const { apiKeys } = test.store
    await apiKeys.create(sampleKey('k-2', { hash: 'first' }))
    const rotate = async (hash: string, previous: string) => {
      const stored = (await apiKeys.read('k-2'))!
      const expiresAtMs = test.ambient.now() + 60_000
      await apiKeys.replace(stored, { ...stored.document, hash, previous: { hash: previous, expiresAtMs } })
    }
    await rotate('second', 'first')
    expect((await apiKeys.findByHash('first'))?.hash).toBe('second')
    expect((await apiKeys.findByHash('second'))?.previous?.hash).toBe('first')
    await rotate('third', 'second')
    expect(await apiKeys.findByHash('first')).toBeUndefined()
    expect((await apiKeys.findByHash('second'))?.hash).toBe('third')
    const now = test.ambient.now()
    test.setNow(now + 60_000)
    expect(await apiKeys.findByHash('second')).toBeUndefined()
    expect((await apiKeys.findByHash('third'))?.id).toBe('k-2')
    test.setNow(now)
  })

  it('show a changed key to authentication as soon as the change is acknowledged', async () => {
    const { apiKeys } = test.store
    await apiKeys.create(sampleKey('k-3'))
    const stored = (await apiKeys.read('k-3'))!
    await apiKeys.replace(stored, { ...stored.document, status: 'exhausted' })
    expect((await apiKeys.findByHash('hash-of-k-3'))?.status).toBe('exhausted')
  })

  it('are unknown under every hash once removed', async () => {
    const { apiKeys } = test.store
    const previous = { hash: 'k-4-old', expiresAtMs: test.ambient.now() + 60_000 }
    await apiKeys.create(sampleKey('k-4', { previous }))
    await apiKeys.remove((await apiKeys.read('k-4'))!)
    expect(await apiKeys.findByHash('hash-of-k-4')).toBeUndefined()
    expect(await apiKeys.findByHash('k-4-old')).toBeUndefined()
    expect(await apiKeys.read('k-4')).toBeUndefined()
  })

  it('leave document and hash items agreeing after ten racing rotations', async () => {
    const { apiKeys } = test.store
    await apiKeys.create(sampleKey('k-5', { hash: 'race-start' }))
    const stored = (await apiKeys.read('k-5'))!
    const tries = Array.from({ length: 10 }, (_, n) =>
      apiKeys.replace(stored, { ...stored.document, hash: `race-${n}` }),
    )
    expect((await outcomes(tries)).won).toBe(1)
    const { hash } = (await apiKeys.read('k-5'))!.document
    const candidates = ['race-start', ...Array.from({ length: 10 }, (_, n) => `race-${n}`)]
    const found = await Promise.all(candidates.map(async (one) => ((await apiKeys.findByHash(one)) ? one : undefined)))
    expect(found.filter((one) => one !== undefined)).toEqual([hash])
  })

  it('never share a secret between two ids', async () => {
    const { apiKeys } = test.store
    await apiKeys.create(sampleKey('k-6', { hash: 'twin' }))
    await expect(apiKeys.create(sampleKey('k-7', { hash: 'twin' }))).rejects.toMatchObject({ code: 'conflict' })
    expect(await apiKeys.read('k-7')).toBeUndefined()
  })
})

describe('the catalog of a workspace', () => {
  it('holds its own and the organisation’s documents as soon as they are written, and nothing of others', async () => {
    const { documents, catalog } = test.store
    const policy = (id: string) => ({ id, policy: { id, name: id } })
    await documents.create<Named>('workspace', 'organisation', { id: 'ws-x', slug: 'x', name: 'X' })
    await documents.create('integration', 'organisation', { id: 'int-org', slug: 'int-org' })
    await documents.create('integration', 'ws-x', { id: 'int-own', slug: 'int-own' })
    await documents.create('integration', 'ws-y', { id: 'int-other', slug: 'int-other' })
    await documents.create('provider', 'ws-x', { id: 'prov', slug: 'prov' })
    await documents.create('usage-policy', 'ws-x', policy('usage'))
    await documents.create('rate-policy', 'organisation', policy('rate'))
    await documents.create('rate-policy', 'ws-x', { ...policy('old'), status: 'archived' })
    const loaded = (await catalog.loadWorkspace('ws-x'))!
    expect(loaded.workspace).toMatchObject({ id: 'ws-x', name: 'X' })
    expect(loaded.providers.map((one) => one.id)).toEqual(['prov'])
    const integrations = loaded.integrations.map((one) => one.id)
    expect(integrations).toEqual(expect.arrayContaining(['int-org', 'int-own']))
    expect(integrations).not.toContain('int-other')
    expect(loaded.policies.map((one) => one.id)).toEqual(['usage', 'rate'])
    await documents.remove('provider', (await documents.read('provider', 'prov'))!)
    expect((await catalog.loadWorkspace('ws-x'))?.providers).toEqual([])
  })

  it('is absent for a workspace that does not exist', async () => {
    expect(await test.store.catalog.loadWorkspace('ws-nowhere')).toBeUndefined()
  })
})
