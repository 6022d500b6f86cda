import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type EmbeddedEngine, openEmbeddedEngine } from './embedded-engine.ts'
import type { Item } from './item.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-durable-'))
  path = join(folder, 'tables.sqlite')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const table = {
  TableName: 'items',
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
}

/** Eight writers without a pause: each puts an item and counts it in one transaction, and says so once it is answered. */
const writers = `
  import { openEmbeddedEngine } from ${JSON.stringify(new URL('embedded-engine.ts', import.meta.url).href)}
  const engine = openEmbeddedEngine({ path: process.argv[1], now: Date.now })
  await engine.execute('CreateTable', ${JSON.stringify(table)}).catch(() => {})
  const run = process.argv[2]
  const write = async (name) => {
    for (let at = 0; ; at++) {
      const pk = [run, name, at].join('-')
      await engine.execute('TransactWriteItems', { TransactItems: [
        { Put: { TableName: 'items', Item: { pk: { S: pk } } } },
        { Update: { TableName: 'items', Key: { pk: { S: 'count' } }, UpdateExpression: 'ADD written :one',
          ExpressionAttributeValues: { ':one': { N: '1' } } } },
      ] })
      process.stdout.write(pk + '\\n')
    }
  }
  for (let name = 0; name < 8; name++) write(name)
`

/** Kills the writers at some instant; what they had said until then. */
async function writeUntilKilled(run: number, answers: number): Promise<readonly string[]> {
  const child: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', writers, path, String(run)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
    if (text.split('\n').length > answers) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return text.split('\n').slice(0, -1)
}

async function readAll(engine: EmbeddedEngine): Promise<ReadonlyMap<string, Item>> {
  const items = new Map<string, Item>()
  let start: unknown
  do {
    const page = (await engine.execute('Scan', { TableName: 'items', ExclusiveStartKey: start })) as {
      readonly Items: readonly Item[]
      readonly LastEvaluatedKey?: unknown
    }
    for (const item of page.Items) items.set((item.pk as { S: string }).S, item)
    start = page.LastEvaluatedKey
  } while (start !== undefined)
  return items
}

interface Change {
  readonly eventName: string
  readonly dynamodb: { readonly Keys: { readonly pk: { readonly S: string } } }
}

async function readStream(engine: EmbeddedEngine): Promise<readonly Change[]> {
  const { Streams } = (await engine.execute('ListStreams', {})) as { Streams: readonly { StreamArn: string }[] }
  const StreamArn = Streams[0]?.StreamArn
  const { StreamDescription } = (await engine.execute('DescribeStream', { StreamArn })) as {
    StreamDescription: { Shards: readonly { ShardId: string }[] }
  }
  const ShardId = StreamDescription.Shards[0]?.ShardId
  const start = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }
  let { ShardIterator } = (await engine.execute('GetShardIterator', start)) as { ShardIterator: string }
  const changes: Change[] = []
  for (;;) {
    const page = (await engine.execute('GetRecords', { ShardIterator })) as {
      Records: readonly Change[]
      NextShardIterator: string
    }
    if (page.Records.length === 0) return changes
    changes.push(...page.Records)
    ShardIterator = page.NextShardIterator
  }
}

describe('a process that is killed with SIGKILL in the middle of writes', () => {
  it('has stored everything that it was answered, whole transactions only, and all of it in the stream', async () => {
    const answered: string[] = []
    for (const [run, answers] of [40, 150, 3].entries()) {
      answered.push(...(await writeUntilKilled(run, answers)))
      const engine = openEmbeddedEngine({ path, now: Date.now })
      const items = await readAll(engine)
      const lost = answered.filter((pk) => !items.has(pk))
      expect(lost).toEqual([])
      const written = items.get('count')?.written
      expect(written).toEqual({ N: String(items.size - 1) })
      const inserted = (await readStream(engine)).filter(({ eventName }) => eventName === 'INSERT')
      expect(new Set(inserted.map(({ dynamodb }) => dynamodb.Keys.pk.S))).toEqual(new Set(items.keys()))
      await engine.close()
    }
    expect(answered.length).toBeGreaterThan(150)
  }, 60_000)
})

describe('an answer', () => {
  it('that shows what is not stored yet waits until it is', async () => {
    const engine = openEmbeddedEngine({ path, now: Date.now })
    await engine.execute('CreateTable', table)
    const order: string[] = []
    const put = engine.execute('PutItem', { TableName: 'items', Item: { pk: { S: 'a' } } })
    const key = { TableName: 'items', Key: { pk: { S: 'a' } } }
    const get = engine.execute('GetItem', key)
    const refused = engine.execute('DeleteItem', { ...key, ConditionExpression: 'attribute_not_exists(pk)' })
    const other = engine.execute('GetItem', { TableName: 'items', Key: { pk: { S: 'b' } } })
    await Promise.all([
      put.then(() => order.push('put')),
      get.then((answer) => order.push(`get ${JSON.stringify(answer)}`)),
      refused.catch((thrown) => order.push(thrown.name)),
      other.then(() => order.push('another item')),
    ])
    expect(order[0]).toBe('another item')
    expect(new Set(order.slice(1))).toEqual(
      new Set(['put', 'get {"Item":{"pk":{"S":"a"}}}', 'ConditionalCheckFailedException']),
    )
    await engine.close()
  })
})
