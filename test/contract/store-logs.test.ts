import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Payload } from '../../src/records/log.ts'
import { createClients } from '../../src/store/clients.ts'
import { createStore } from '../../src/store/index.ts'
import { closedLog, days, noon, openLog, startTestStore, type TestStore } from './store-samples.ts'

let test: TestStore
beforeAll(async () => {
  test = await startTestStore()
})
afterAll(() => test.stop())

describe('a log', () => {
  it('is read back exactly as it was opened, retargeted and closed', async () => {
    const { logs } = test.store
    const opened = openLog('1', { metadata: { _user: 'ann' }, user: 'ann', parentSpanId: 'p' })
    const overdue = () => logs.listOverdue(opened.deadlineAtMs + 1, 10)
    await logs.open(opened)
    expect(await overdue()).toEqual([opened])
    expect(await logs.read(opened.id)).toBeUndefined()
    const retargeted = { ...opened, providerSlug: 'second', holds: [] }
    await logs.retarget(retargeted)
    expect(await overdue()).toEqual([retargeted])
    const closed = closedLog('1', {
      errorCode: 'upstream_interrupted',
      warnings: [{ type: 'dropped', field: 'seed', reason: 'not known there' }],
    })
    expect(await logs.close(closed)).toBe(true)
    expect(await logs.read(closed.id)).toEqual({ isClosed: true, log: closed })
    expect(await overdue()).toEqual([])
  })

  it('is closed exactly once by fifty closers at once', async () => {
    const { logs } = test.store
    await logs.open(openLog('2'))
    const closers = Array.from({ length: 50 }, (_, n) => logs.close(closedLog('2', { costNanos: n })))
    const results = await Promise.all(closers)
    expect(results.filter((won) => won)).toHaveLength(1)
    const read = await logs.read(openLog('2').id)
    expect(read?.log).toMatchObject({ costNanos: results.indexOf(true) })
  })

  it('is created by its close when the opening was never written, and a late opening changes nothing', async () => {
    const { logs } = test.store
    expect(await logs.close(closedLog('3'))).toBe(true)
    await logs.open(openLog('3'))
    expect((await logs.read(openLog('3').id))?.isClosed).toBe(true)
  })

  it('may be opened again by the same request but not by another', async () => {
    const { logs } = test.store
    await logs.open(openLog('4'))
    await logs.open(openLog('4'))
    const other = openLog('4', { traceId: 'another' })
    await expect(logs.open(other)).rejects.toMatchObject({ code: 'conflict' })
    expect(await logs.listOverdue(other.deadlineAtMs + 1, 10)).toEqual([openLog('4')])
    await logs.close(closedLog('4'))
  })

  it('takes no further attempt once it is closed', async () => {
    const { logs } = test.store
    await logs.close(closedLog('5'))
    await expect(logs.retarget(openLog('5'))).rejects.toMatchObject({ code: 'conflict' })
    expect((await logs.read(openLog('5').id))?.log).toEqual(closedLog('5'))
  })

  it('keeps unknown figures unknown', async () => {
    const { logs } = test.store
    const { usage: _usage, costNanos: _cost, ...rest } = closedLog('6', { isPriced: false })
    await logs.close(rest)
    const read = await logs.read(rest.id)
    expect(read?.log).not.toHaveProperty('usage')
    expect(read?.log).not.toHaveProperty('costNanos')
  })

  it('is invisible once its time is over, though the engine has not deleted it', async () => {
    const { logs, payloads } = test.store
    const old = closedLog('7', { workspaceId: 'ws-old' })
    await logs.close(old, payloadOf(10))
    test.setNow(noon + days(90) + 1)
    expect(await logs.read(old.id)).toBeUndefined()
    expect(await payloads.read(old.id)).toBeUndefined()
    const page = await logs.listClosed({ workspaceId: 'ws-old', fromMs: 0, toMs: noon + days(100), limit: 5 })
    expect(page.logs).toEqual([])
    test.setNow(noon)
  })
})

describe('the feed', () => {
  it('pages through a workspace’s closed logs newest first over several days', async () => {
    const { logs } = test.store
    const starts = [0, 1, 2, 3, 4, 5, 6].map((n) => noon - n * (days(1) / 2))
    for (const [n, startedAtMs] of starts.entries())
      await logs.close(closedLog(`20${n}`, { workspaceId: 'ws-feed', startedAtMs }))
    await logs.close(closedLog('208', { workspaceId: 'ws-else' }))
    await logs.open(openLog('209', { workspaceId: 'ws-feed' }))
    const query = { workspaceId: 'ws-feed', fromMs: starts[5]!, toMs: starts[0]!, limit: 2 }
    const seen: number[] = []
    let cursor: string | undefined
    do {
      const page = await logs.listClosed({ ...query, ...(cursor !== undefined && { cursor }) })
      seen.push(...page.logs.map((log) => log.startedAtMs))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(seen).toEqual(starts.slice(1, 6))
  })

  it('refuses a cursor that it did not give out', async () => {
    const query = { workspaceId: 'w', fromMs: 0, toMs: noon, limit: 1, cursor: 'nonsense' }
    await expect(test.store.logs.listClosed(query)).rejects.toMatchObject({ code: 'invalid_request' })
  })

  it('lists open logs past their deadline, longest overdue first, and forgets those that were closed', async () => {
    const { logs } = test.store
    const past = (last: string, overdueMs: number) => openLog(last, { deadlineAtMs: noon - overdueMs })
    for (const log of [past('301', 10), past('302', 3_000), past('303', 500), openLog('304')]) await logs.open(log)
    await logs.close(closedLog('303', { deadlineAtMs: noon - 500 }))
    const overdue = await logs.listOverdue(noon, 10)
    expect(overdue.map((log) => log.id)).toEqual([openLog('302').id, openLog('301').id])
    expect(await logs.listOverdue(noon, 1)).toHaveLength(1)
  })
})

describe('what was swept', () => {
  it('is not looked through again, and asking about it finds nothing', async () => {
    const { logs } = test.store
    const hour = 3_600_000
    const lost = openLog('351', { deadlineAtMs: noon + hour })
    await logs.open(lost)
    test.setNow(noon + 3 * hour)
    expect((await logs.listOverdue(noon + 2 * hour, 10)).map(({ id }) => id)).toContain(lost.id)
    for (const each of await logs.listOverdue(noon + 2 * hour, 100)) await logs.close(closedLog('351', { id: each.id }))
    expect(await logs.listOverdue(noon + 2 * hour, 10)).toEqual([])
    expect(await logs.listOverdue(noon + hour, 10)).toEqual([])
    test.setNow(noon)
  })

  it('of a time before all records, or after the last, is an empty list', async () => {
    const { logs } = test.store
    for (const [fromMs, toMs] of [
      [0, 1],
      [noon + days(5), noon + days(4)],
    ] as const)
      expect(await logs.listClosed({ workspaceId: 'w', fromMs, toMs, limit: 5 })).toEqual({ logs: [] })
  })
})

function payloadOf(size: number): Payload {
  return {
    request: { headers: { 'x-a': 'b' }, body: new Uint8Array(randomBytes(size)) },
    upstreamRequest: new Uint8Array([0, 255, 1]),
    response: { headers: {}, body: new Uint8Array(randomBytes(size)), isCut: true },
  }
}

describe('a payload', () => {
  it('comes back byte for byte, small in the table', async () => {
    const log = closedLog('401')
    const payload = payloadOf(1_000)
    await test.store.logs.close(log, payload)
    expect(await test.store.payloads.read(log.id)).toEqual(payload)
  })

  it('comes back byte for byte, large beside it', async () => {
    const log = closedLog('402')
    const payload = payloadOf(300_000)
    await test.store.logs.close(log, payload)
    expect(await test.store.payloads.read(log.id)).toEqual(payload)
    expect(readdirSync(join(test.folder, 'payloads', '2026-01-15'))).toEqual([log.id])
  })

  it('that cannot be stored leaves its record closed, and the operators are told just that', async () => {
    const lines: { readonly message: string }[] = []
    const ambient = { ...test.ambient, log: (line: { readonly message: string }) => void lines.push(line) }
    const largeObjects = { put: () => Promise.reject(new Error('bucket gone')), read: async () => undefined }
    const clients = createClients(test.engine.overrides)
    const { logs, payloads } = createStore({ environment: test.engine.environment, clients, ambient, largeObjects })
    const log = closedLog('403')
    expect(await logs.close(log, payloadOf(300_000))).toBe(true)
    expect(await logs.read(log.id)).toEqual({ isClosed: true, log })
    expect(await payloads.read(log.id)).toBeUndefined()
    expect(lines).toMatchObject([{ message: expect.stringContaining('bodies of a request could not be stored') }])
  })

  it('is absent when none was kept', async () => {
    expect(await test.store.payloads.read('nothing')).toBeUndefined()
  })
})
