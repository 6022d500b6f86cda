/** The logs table while a new version is rolled out: what the version before wrote is listed, closed and read, and nothing is closed twice. */
import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClosedLog, OpenLog, Payload } from '../../src/records/log.ts'
import { type Item, json, number, text } from '../../src/store/attributes.ts'
import { readLedgerEntry } from '../../src/store/counter-stream.ts'
import { closedItem, openItem, utcDay } from '../../src/store/log-items.ts'
import { packPayload } from '../../src/store/payload-bytes.ts'
import { closedLog, noon, openLog, startTestStore, type TestStore } from './store-samples.ts'

let test: TestStore
beforeAll(async () => {
  test = await startTestStore()
})
afterAll(() => test.stop())

const position = (timeMs: number, id: string) => `${String(timeMs).padStart(13, '0')}#${id}`

/** As layout 1 has them: under the record's own key, found by the index `feed`. */
function formerOpening(log: OpenLog): Item {
  const place = { feedPk: text('open#3'), feedSk: text(position(log.deadlineAtMs, log.id)) }
  return { ...openItem(log), pk: text(log.id), sk: text('record'), ...place }
}

function formerRecord(log: ClosedLog): Item {
  const feedPk = text(`${log.workspaceId}#${utcDay(log.startedAtMs)}`)
  return { ...closedItem(log, 90, 'former'), feedPk, feedSk: text(position(log.startedAtMs, log.id)) }
}

async function put(Item: Item): Promise<void> {
  await test.engine.client.send(new PutItemCommand({ TableName: test.engine.environment.logsTable, Item }))
}

async function itemsOf(pk: string): Promise<readonly Item[]> {
  const { client, environment } = test.engine
  const { Items = [] } = await client.send(
    new QueryCommand({
      TableName: environment.logsTable,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': text(pk) },
    }),
  )
  return Items
}

const holds = [{ counter: 'api_key/k/0/usage-cost/none/all', resource: 'cost', amount: 9, minute: 1 }] as const

describe('records of both layouts', () => {
  it('stand in one list, page by page, each once', async () => {
    const { logs } = test.store
    const hour = 3_600_000
    const starts = Array.from({ length: 12 }, (_, at) => noon - at * 10 * hour)
    for (const [at, startedAtMs] of starts.entries()) {
      const log = closedLog(`60${at}`, { workspaceId: 'ws-both', startedAtMs })
      if (at % 2 === 0) await put(formerRecord(log))
      else await logs.close(log)
    }
    const seen: number[] = []
    let cursor: string | undefined
    do {
      const query = { workspaceId: 'ws-both', fromMs: 0, toMs: noon + 1, limit: 5 }
      const page = await logs.listClosed({ ...query, ...(cursor !== undefined && { cursor }) })
      seen.push(...page.logs.map((log) => log.startedAtMs))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(seen).toEqual(starts)
  })

  it('are read with their bodies', async () => {
    const payload: Payload = {
      request: { headers: { 'x-a': 'b' }, body: new Uint8Array([1, 2]) },
      response: { headers: {}, body: new Uint8Array([3]), isCut: false },
    }
    const log = closedLog('620')
    await put(formerRecord(log))
    const packed = { B: await packPayload(payload) }
    await put({ pk: text(log.id), sk: text('payload'), expires: number(noon / 1000 + 86_400), packed })
    expect((await test.store.logs.read(log.id))?.log).toEqual(log)
    expect(await test.store.payloads.read(log.id)).toEqual(payload)
  })
})

describe('requests that an instance of the version before had opened', () => {
  it('are found past their deadline beside the others, and closed once, whoever closes first', async () => {
    const { logs } = test.store
    const former = openLog('631', { deadlineAtMs: noon - 2_000, holds })
    const fresh = openLog('632', { deadlineAtMs: noon - 1_000, holds })
    await put(formerOpening(former))
    await logs.open(fresh)
    expect((await logs.listOverdue(noon, 10)).map(({ id }) => id)).toEqual([former.id, fresh.id])
    const closings = [logs.close(closedLog('631', { holds })), logs.close(closedLog('631', { holds, costNanos: 5 }))]
    expect((await Promise.all(closings)).filter((won) => won)).toHaveLength(1)
    expect((await logs.listOverdue(noon, 10)).map(({ id }) => id)).toEqual([fresh.id])
  })

  it('are not closed again by that instance once they are', async () => {
    const { logs } = test.store
    const former = openLog('641', { deadlineAtMs: noon - 2_000, holds })
    await put(formerOpening(former))
    expect(await logs.close(closedLog('641', { costNanos: 1 }))).toBe(true)
    const [record] = await itemsOf(former.id)
    // the condition of its close: no record, or one that is open
    expect(record?.st?.S).toBe('closed')
  })
})

describe("what the version before's ledger sees in the stream", () => {
  it('are closed records that it can settle, and nothing that it takes for one', async () => {
    const log = closedLog('651', { holds })
    await test.store.logs.open(openLog('651', { holds }))
    await test.store.logs.close(log)
    const [record] = await itemsOf(log.id)
    // it knows a closed record by its key, its state and its holds
    expect(record?.sk).toEqual(text('record'))
    expect(record?.st).toEqual(text('closed'))
    expect(record?.ho).toEqual(json([{ c: holds[0].counter, r: 'cost', a: 9, m: 1 }]))
    const opening = { SequenceNumber: '1', NewImage: openItem(openLog('651', { holds })) }
    expect(readLedgerEntry({ dynamodb: opening })).toBeUndefined()
  })
})
