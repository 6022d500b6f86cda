/** The upkeep of keys by a manual clock: what expires, what rotates, what is told, and what dies in between. */
import { describe, expect, it } from 'vitest'
import { manualAmbient } from '../../test/support/manual-ambient.ts'
import { GatewayError } from '../errors.ts'
import type { ApiKey } from './caller.ts'
import type { KeyNotice } from './key-notices.ts'
import { maintainKeys } from './key-upkeep.ts'
import type { VersionedKey } from './key-writes.ts'
import { hashSecret } from './secret.ts'

const minuteMs = 60_000
const dayMs = 86_400_000
/** A Thursday. */
const startMs = Date.UTC(2026, 0, 15, 9)
const mondayMs = Date.UTC(2026, 0, 19)

function sampleKey(changes: Partial<ApiKey> = {}): ApiKey {
  return {
    id: 'k-1',
    type: 'workspace-user',
    name: 'backend',
    organisationId: 'org',
    workspaceId: 'ws',
    userId: 'u-1',
    masked: 'sk*****old',
    hash: 'hash-of-old',
    status: 'active',
    creationMode: 'api',
    scopes: [],
    rateLimits: [],
    defaults: { allowConfigOverride: true },
    alertEmails: ['team@example.com'],
    limitEpoch: 0,
    createdAtMs: startMs,
    updatedAtMs: startMs,
    ...changes,
  }
}

function open(first: ApiKey) {
  const ambient = manualAmbient(startMs)
  let row: VersionedKey = { document: first, scope: 'ws', version: 1 }
  let writes = 0
  const secrets: { readonly name: string; readonly value: string }[] = []
  const told: KeyNotice[] = []
  const fail = { secrets: false, notices: false }
  const keys = {
    async *all() {
      yield structuredClone(row)
    },
    read: async () => structuredClone(row),
    async replace(stored: VersionedKey, document: ApiKey) {
      if (stored.version !== row.version) throw new GatewayError('conflict', 'somebody wrote since')
      writes++
      row = { ...row, document: structuredClone(document), version: row.version + 1 }
    },
  }
  const ports = {
    ambient,
    keys,
    secretsPrefix: 'sluice/',
    secrets: {
      async write(name: string, value: string) {
        if (fail.secrets) throw new Error('access denied')
        secrets.push({ name, value })
      },
    },
    notices: {
      async send(notice: KeyNotice) {
        if (fail.notices) throw new Error('no address took it')
        told.push(notice)
      },
    },
  }
  return {
    ambient,
    secrets,
    told,
    fail,
    ports,
    run: () => maintainKeys(ports),
    key: () => row.document,
    writes: () => writes,
    change: (changes: Partial<ApiKey>) => keys.replace(row, { ...row.document, ...changes }),
    goTo: (ms: number) => ambient.advance(ms - ambient.now()),
    types: () => told.map(({ type }) => type),
  }
}

describe('a key past its end', () => {
  it('is marked as expired once, from that instant on, and never rotated again', async () => {
    const book = open(
      sampleKey({ expiresAtMs: startMs + 1_000, rotationPolicy: { next_rotation_at: '2026-01-16T00:00:00Z' } }),
    )
    expect(await book.run()).toMatchObject({ expired: 0 })
    book.goTo(startMs + 1_000)
    expect(await book.run()).toMatchObject({ expired: 1 })
    expect(book.key().status).toBe('expired')
    book.goTo(startMs + 9 * dayMs)
    const before = book.writes()
    expect(await book.run()).toMatchObject({ expired: 0, rotated: 0 })
    expect(book.writes()).toBe(before)
  })
})

describe('a key with a policy', () => {
  it('rotates on Monday, keeps the new secret, tells where, and plans the Monday after', async () => {
    const book = open(sampleKey({ rotationPolicy: { rotation_period: 'weekly', key_transition_period_ms: 3_600_000 } }))
    await book.run()
    expect(book.key().rotationPolicy).toMatchObject({ next_rotation_at: '2026-01-19T00:00:00.000Z' })
    expect(book.secrets).toEqual([])
    book.goTo(mondayMs + 2 * minuteMs)
    expect(await book.run()).toMatchObject({ rotated: 1, failed: 0 })
    const [kept] = book.secrets
    const secret = JSON.parse(kept!.value).key as string
    expect(kept!.name).toBe('sluice/api-keys/k-1')
    expect(book.key()).toMatchObject({
      hash: hashSecret(secret),
      previous: { hash: 'hash-of-old', expiresAtMs: mondayMs + 62 * minuteMs },
      rotationPolicy: { rotation_period: 'weekly', next_rotation_at: '2026-01-26T00:00:00.000Z' },
    })
    expect(book.key().upkeep?.pending).toBeUndefined()
    const rotated = book.told.find(({ type }) => type === 'rotated')
    expect(rotated).toMatchObject({
      rotationMode: 'auto',
      secretName: 'sluice/api-keys/k-1',
      formerMasked: 'sk*****old',
      formerSecretEndsAtMs: mondayMs + 62 * minuteMs,
      apiKey: { id: 'k-1', name: 'backend', userId: 'u-1' },
      alertEmails: ['team@example.com'],
    })
    expect(JSON.stringify([book.told, book.ambient.lines, book.key()])).not.toContain(secret)
  })

  it('rotates once when it is very late, and not before a transition is over', async () => {
    const book = open(sampleKey({ rotationPolicy: { rotation_period: 'weekly' } }))
    book.goTo(startMs + 40 * dayMs)
    expect(await book.run()).toMatchObject({ rotated: 1 })
    expect(await book.run()).toMatchObject({ rotated: 0 })
    await book.change({ rotationPolicy: { next_rotation_at: '2026-01-20T00:00:00Z' } })
    book.ambient.advance(29 * minuteMs)
    expect(await book.run()).toMatchObject({ rotated: 0 })
    book.ambient.advance(minuteMs)
    expect(await book.run()).toMatchObject({ rotated: 1 })
    expect(book.key().rotationPolicy).toBeUndefined()
  })

  it('loses its former secret when the transition is over', async () => {
    const book = open(sampleKey({ previous: { hash: 'older', expiresAtMs: startMs + minuteMs } }))
    await book.run()
    expect(book.key().previous).toBeDefined()
    book.ambient.advance(minuteMs)
    await book.run()
    expect(book.key()).not.toHaveProperty('previous')
    expect(book.key().hash).toBe('hash-of-old')
  })

  it('is told of once for each: a day before, when it happened, and a day before the former secret ends', async () => {
    const book = open(sampleKey({ rotationPolicy: { rotation_period: 'weekly', key_transition_period_ms: 2 * dayMs } }))
    for (let hour = 0; hour < 6 * 24; hour++) {
      await book.run()
      book.ambient.advance(60 * minuteMs)
    }
    expect(book.types()).toEqual(['rotation-due', 'rotated', 'former-secret-ends'])
    expect(book.told.map(({ aboutMs }) => aboutMs)).toEqual([mondayMs, mondayMs, mondayMs + 2 * dayMs])
    expect(book.told[0]!.atMs).toBe(mondayMs - dayMs)
    expect(book.told[2]!.atMs).toBe(mondayMs + dayMs)
  })
})

describe('a run among others', () => {
  const due = () => sampleKey({ rotationPolicy: { next_rotation_at: '2026-01-15', rotation_period: 'monthly' } })

  it('rotates and tells once with five at the same time, and keeps the secret that is good', async () => {
    const book = open(due())
    const reports = await Promise.all(Array.from({ length: 5 }, book.run))
    expect(reports.reduce((sum, { rotated }) => sum + rotated, 0)).toBe(1)
    expect(reports.reduce((sum, { failed }) => sum + failed, 0)).toBe(0)
    await book.run()
    expect(book.secrets).toHaveLength(1)
    expect(hashSecret(JSON.parse(book.secrets[0]!.value).key)).toBe(book.key().hash)
    expect(book.types().filter((type) => type === 'rotated')).toHaveLength(1)
  })

  it('leaves the old secret alone when the new one cannot be kept, and tries again a while later', async () => {
    const book = open(due())
    book.fail.secrets = true
    expect(await book.run()).toMatchObject({ failed: 1, rotated: 0 })
    expect(book.key().hash).toBe('hash-of-old')
    book.fail.secrets = false
    expect(await book.run()).toMatchObject({ rotated: 0 })
    book.ambient.advance(15 * minuteMs)
    expect(await book.run()).toMatchObject({ rotated: 1 })
    expect(hashSecret(JSON.parse(book.secrets[0]!.value).key)).toBe(book.key().hash)
  })

  it('goes on when an administrator changes the key between taking it on and letting the secret in', async () => {
    const book = open(due())
    const write = book.ports.secrets.write
    book.ports.secrets.write = async (name, value) => {
      await write(name, value)
      await book.change({ name: 'renamed' })
    }
    expect(await book.run()).toMatchObject({ rotated: 1 })
    expect(book.key()).toMatchObject({ name: 'renamed', previous: { hash: 'hash-of-old' } })
  })

  it('tells again what nobody took', async () => {
    const book = open(due())
    book.fail.notices = true
    expect(await book.run()).toMatchObject({ failed: 1 })
    book.fail.notices = false
    await book.run()
    await book.run()
    expect(book.types()).toEqual(['rotated', 'former-secret-ends'])
    expect(book.told[0]).toMatchObject({ formerMasked: 'sk*****old' })
  })
})
