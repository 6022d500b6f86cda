/** What scheduled work leaves behind: closed windows, the owners' last reset, alerts with their recipients, positions of a stream. */
import { GetItemCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Integration } from '../../src/catalog/catalog.ts'
import type { Alert } from '../../src/limits/alerts.ts'
import type { CounterAbout } from '../../src/limits/counter.ts'
import type { LimitOwner } from '../../src/limits/limit.ts'
import { type AddressedAlert, createAlertSink } from '../../src/store/alert-sinks.ts'
import type { AlertDelivery } from '../../src/store/alert-topic.ts'
import { IncompleteDelivery } from '../../src/store/announce.ts'
import { counterKeys } from '../../src/store/keys.ts'
import { createOwnerStates } from '../../src/store/owner-states.ts'
import { createStreamPositions } from '../../src/store/stream-position.ts'
import { createUsageHistory } from '../../src/store/usage-history.ts'
import { sampleKey, startTestStore, type TestStore } from './store-samples.ts'

let test: TestStore
beforeAll(async () => {
  test = await startTestStore()
})
afterAll(() => test.stop())

const owner = (kind: LimitOwner['kind'], id: string): LimitOwner => ({ kind, id, label: id })
const about = (of: LimitOwner, startMs = 1_000): CounterAbout => ({
  owner: of,
  nature: 'usage',
  resource: 'cost',
  amount: 5,
  startMs,
  endMs: startMs + 1_000,
})
const countersTable = () => ({ client: test.engine.client, table: test.engine.environment.countersTable })

describe('usage history', () => {
  it('lists the windows of one owner, oldest first, each once however often it was kept', async () => {
    const history = createUsageHistory(countersTable())
    const own = owner('api_key', 'k-1')
    const later = { ...about(own, 3_000), counter: 'c/3', spent: 7 }
    const earlier = { ...about(own, 1_000), counter: 'c/1', spent: 4 }
    for (const window of [later, earlier, later]) await history.keep(window)
    await history.keep({ ...about(owner('api_key', 'k-10')), counter: 'other', spent: 1 })
    expect(await history.list(own)).toEqual([earlier, later])
  })
})

describe('the turn of a window', () => {
  it('shows on an api key as its last reset, and opens it where it was marked as exhausted', async () => {
    const { apiKeys } = test.store
    const key = sampleKey('k-turn', { status: 'exhausted' })
    await apiKeys.create(key)
    const states = createOwnerStates(test.store)
    await states.setActive(owner('api_key', key.id), 5_000)
    const after = await apiKeys.read(key.id)
    expect(after?.document).toMatchObject({ status: 'active', lastResetAtMs: 5_000 })
    await states.setActive(owner('api_key', key.id), 4_000)
    expect((await apiKeys.read(key.id))?.version).toBe(after?.version)
  })

  it('shows on one workspace of an integration alone', async () => {
    const { documents } = test.store
    const row = (workspaceId: string) => ({
      workspaceId,
      isEnabled: true,
      usageLimits: [],
      rateLimits: [],
      limitEpoch: 0,
      startedAtMs: 0,
    })
    await documents.create('integration', 'organisation', {
      id: 'i-turn',
      slug: 'turn',
      workspaces: [row('ws-1'), row('ws-2')],
    } as unknown as Integration)
    await createOwnerStates(test.store).setActive(owner('integration', 'i-turn/ws-2'), 9_000)
    const stored = await documents.read<Integration>('integration', 'i-turn')
    expect(stored?.document.workspaces).toMatchObject([{ workspaceId: 'ws-1' }, { lastResetAtMs: 9_000 }])
    expect(stored?.document.workspaces[0]).not.toHaveProperty('lastResetAtMs')
  })

  it('shows on a provider when an administrator writes at the same time', async () => {
    const { documents } = test.store
    await documents.create('provider', 'ws-1', { id: 'p-turn', slug: 'p-turn' })
    const racing = Array.from({ length: 3 }, (_, index) =>
      createOwnerStates(test.store).setActive(owner('provider', 'p-turn'), 1_000 + index),
    )
    await Promise.all(racing)
    expect((await documents.read('provider', 'p-turn'))?.document).toMatchObject({ lastResetAtMs: 1_002 })
  })

  it('passes over owners that are gone', async () => {
    const states = createOwnerStates(test.store)
    for (const kind of ['api_key', 'workspace', 'provider', 'integration', 'policy'] as const)
      await states.setActive(owner(kind, 'gone/gone'), 1)
  })
})

describe('an alert', () => {
  const alertOf = (id: string): Alert => ({
    type: 'exhausted',
    counter: `api_key/${id}/0/all`,
    about: about(owner('api_key', id)),
    spent: 5,
    atMs: 42,
  })

  it('is delivered with the addresses of its key, and leaves an audit record', async () => {
    await test.store.apiKeys.create(sampleKey('k-alert', { alertEmails: ['a@b.example'] }))
    const sent: Alert[] = []
    const sink = createAlertSink({
      ...countersTable(),
      apiKeys: test.store.apiKeys,
      deliver: { send: async (alert) => void sent.push(alert) },
    })
    await sink.send(alertOf('k-alert'))
    expect(sent as AddressedAlert[]).toMatchObject([{ type: 'exhausted', alertEmails: ['a@b.example'] }])
    const { pk, sk } = counterKeys.alert(owner('api_key', 'k-alert'), alertOf('k-alert').counter, 'exhausted')
    const { Item } = await test.engine.client.send(
      new GetItemCommand({ TableName: test.engine.environment.countersTable, Key: { pk: { S: pk }, sk: { S: sk } } }),
    )
    expect(JSON.parse(Item?.alert?.S ?? '')).toMatchObject({ spent: 5, atMs: 42 })
  })

  it('comes again when its delivery failed', async () => {
    const deliver = { send: () => Promise.reject(new Error('nobody took it')) }
    const sink = createAlertSink({ ...countersTable(), apiKeys: test.store.apiKeys, deliver })
    await expect(sink.send(alertOf('k-unknown'))).rejects.toThrow('nobody took it')
  })

  it('comes again to those addresses alone that have not taken it, until they have (issue 9)', async () => {
    const asked: (readonly string[] | undefined)[] = []
    const failures = [
      new IncompleteDelivery(['topic'], 'refused'),
      new IncompleteDelivery(['topic'], 'refused'),
      undefined,
      undefined,
    ]
    const deliver: AlertDelivery = {
      async send(_, only) {
        asked.push(only)
        const failure = failures.shift()
        if (failure) throw failure
      },
    }
    const sink = createAlertSink({ ...countersTable(), apiKeys: test.store.apiKeys, deliver })
    await expect(sink.send(alertOf('k-half'))).rejects.toThrow('not taken by the topic')
    await expect(sink.send(alertOf('k-half'))).rejects.toThrow('not taken by the topic')
    await sink.send(alertOf('k-half'))
    // the next alert of the same limit is another one
    await sink.send(alertOf('k-half'))
    expect(asked).toEqual([undefined, ['topic'], ['topic'], undefined])
  })
})

describe('the position in a stream', () => {
  it('is known to whoever follows it next', async () => {
    await createStreamPositions(countersTable()).write('shard-1', '00042')
    const next = createStreamPositions(countersTable())
    expect([await next.read('shard-1'), await next.read('shard-2')]).toEqual(['00042', undefined])
  })
})
