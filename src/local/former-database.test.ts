import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Engine, startEngine } from './engine.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-former-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const keys = (partition: string, sort: string) =>
  JSON.stringify([
    { AttributeName: partition, KeyType: 'HASH' },
    { AttributeName: sort, KeyType: 'RANGE' },
  ])
const attributes = JSON.stringify(
  ['pk', 'sk', 'feedPk', 'feedSk'].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
)
const item =
  '{"pk":{"S":"a"},"sk":{"S":"b"},"feedPk":{"S":"f"},"feedSk":{"S":"1"},"expires":{"N":"7"},"bytes":{"B":"AQID"}}'

/** The tables as dynoxide 1.2 makes them, with what of its columns is read. */
function writeFormer(version = '9'): void {
  const database = new DatabaseSync(join(folder, 'dynamodb.sqlite'))
  database.exec(`
    CREATE TABLE _config (key TEXT PRIMARY KEY, value TEXT NOT NULL);
    INSERT INTO _config VALUES ('schema_version', '${version}');
    CREATE TABLE _tables (table_name TEXT PRIMARY KEY, key_schema TEXT NOT NULL, attribute_definitions TEXT NOT NULL,
      gsi_definitions TEXT, stream_enabled INTEGER, ttl_attribute TEXT, ttl_enabled INTEGER, created_at INTEGER NOT NULL);
    CREATE TABLE _stream_records (id INTEGER PRIMARY KEY, table_name TEXT NOT NULL, keys_json TEXT NOT NULL,
      new_image TEXT, old_image TEXT, sequence_number TEXT NOT NULL, shard_id TEXT NOT NULL, created_at INTEGER NOT NULL);
    CREATE TABLE "logs" (pk TEXT NOT NULL, sk TEXT NOT NULL, item_json TEXT NOT NULL);
  `)
  const indexes = `[{"IndexName":"feed","KeySchema":${keys('feedPk', 'feedSk')},"Projection":{"ProjectionType":"ALL"}}]`
  database
    .prepare('INSERT INTO _tables VALUES (?, ?, ?, ?, 1, ?, 1, 1795947366)')
    .run('logs', keys('pk', 'sk'), attributes, indexes, 'expires')
  database.prepare('INSERT INTO "logs" VALUES (?, ?, ?)').run('S:a', 'S:b', item)
  const record = database.prepare('INSERT INTO _stream_records VALUES (?, ?, ?, ?, ?, ?, ?, 1795947366)')
  record.run(1, 'logs', '{"pk":{"S":"a"},"sk":{"S":"b"}}', item, null, '41', 'shardId-00000001-logs')
  database.close()
}

async function readStream(engine: Engine) {
  const client = engine.connect(new DynamoDBStreamsClient(engine.clientOptions))
  const { Streams } = await client.send(new ListStreamsCommand({ TableName: 'logs' }))
  const StreamArn = Streams?.[0]?.StreamArn
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }))
  const ShardId = StreamDescription?.Shards?.[0]?.ShardId
  const start = { StreamArn, ShardId, ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: '40' } as const
  const { ShardIterator } = await client.send(new GetShardIteratorCommand(start))
  const { Records } = await client.send(new GetRecordsCommand({ ShardIterator }))
  return { ShardId, Records }
}

describe('a data folder from before', () => {
  it('is taken over with its items, indexes and streams, and left as it was', async () => {
    writeFormer()
    const engine = await startEngine({ dataFolder: folder, variables: {} })
    const client = engine.connect(new DynamoDBClient(engine.clientOptions))
    const { Item } = await client.send(
      new GetItemCommand({ TableName: 'logs', Key: { pk: { S: 'a' }, sk: { S: 'b' } } }),
    )
    expect([...(Item?.bytes?.B ?? [])]).toEqual([1, 2, 3])
    const { Count } = await client.send(
      new QueryCommand({
        TableName: 'logs',
        IndexName: 'feed',
        KeyConditionExpression: 'feedPk = :feed',
        ExpressionAttributeValues: { ':feed': { S: 'f' } },
      }),
    )
    expect(Count).toBe(1)
    const { ShardId, Records } = await readStream(engine)
    expect(ShardId).toBe('shardId-00000001-logs')
    expect(Records).toHaveLength(1)
    expect(Number(Records?.[0]?.dynamodb?.SequenceNumber)).toBe(41)
    expect(Records?.[0]?.dynamodb?.NewImage?.pk).toEqual({ S: 'a' })
    expect(await engine.embedded?.removeExpired(10)).toBe(1)
    await engine.stop()
    expect(existsSync(join(folder, 'dynamodb.sqlite'))).toBe(true)
    await (await startEngine({ dataFolder: folder, variables: {} })).stop()
  })

  it('of a version that is not known is refused, with what to do', async () => {
    writeFormer('12')
    await expect(startEngine({ dataFolder: folder, variables: {} })).rejects.toThrow(/have the version 12.*--fresh/)
  })

  it('that DynamoDB Local wrote is refused, with what to do', async () => {
    writeFileSync(join(folder, 'shared-local-instance.db'), '')
    await expect(startEngine({ dataFolder: folder, variables: {} })).rejects.toThrow(
      /DynamoDB Local.*DYNAMODB_ENDPOINT/,
    )
  })
})
