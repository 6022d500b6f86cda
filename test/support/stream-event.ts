/** Batches of a table's stream as Lambda hands them to a function: filtered, in order, bytes in base64, times in seconds. */
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
  ListStreamsCommand,
  type _Record as StreamRecord,
} from '@aws-sdk/client-dynamodb-streams'
import type { DeployedFunction, Pattern } from './deployed-functions.ts'
import { engineCredentials } from './engine.ts'

type Stream = NonNullable<DeployedFunction['invokedBy']['stream']>

/** All that is in the stream now. The window is the one of the mapping; its state is empty, as we return it. */
export async function readStreamEvents(endpoint: string, stream: Stream): Promise<readonly object[]> {
  const client = new DynamoDBStreamsClient({ endpoint, ...engineCredentials })
  try {
    const { Streams = [] } = await client.send(new ListStreamsCommand({ TableName: stream.tableName }))
    const StreamArn = Streams[0]?.StreamArn
    const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }))
    const events: object[] = []
    for (const { ShardId } of StreamDescription?.Shards ?? []) {
      const start = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const }
      let { ShardIterator: iterator } = await client.send(new GetShardIteratorCommand(start))
      while (iterator !== undefined) {
        const page = await client.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: stream.batchSize }))
        if (page.Records === undefined || page.Records.length === 0) break
        const Records = page.Records.map((record) => asLambdaSpells(record, StreamArn)).filter((record) =>
          stream.filters.some((pattern) => matches(record, pattern)),
        )
        if (Records.length > 0) events.push(batchOf(Records, { shardId: ShardId, eventSourceARN: StreamArn }))
        iterator = page.NextShardIterator
      }
    }
    return events
  } finally {
    client.destroy()
  }
}

function batchOf(Records: readonly unknown[], source: object): object {
  const window = { start: '2026-01-01T00:00:00Z', end: '2026-01-01T00:15:00Z' }
  return { Records, ...source, window, state: {}, isFinalInvokeForWindow: false, isWindowTerminatedEarly: false }
}

function asLambdaSpells(record: StreamRecord, eventSourceARN: string | undefined): unknown {
  const replace = (_key: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value
    // of a typed array JSON makes an object of numbers
    const entries = Object.entries(value).map(([key, each]) => [
      key,
      each instanceof Uint8Array ? Buffer.from(each).toString('base64') : each,
    ])
    return Array.isArray(value) ? value : Object.fromEntries(entries)
  }
  const { dynamodb, ...rest } = record
  const ApproximateCreationDateTime = Number(dynamodb?.ApproximateCreationDateTime ?? 0) / 1000
  return JSON.parse(
    JSON.stringify({ ...rest, eventSourceARN, dynamodb: { ...dynamodb, ApproximateCreationDateTime } }, replace),
  )
}

/** As the service filters: every leaf of the pattern must allow the value found there. */
function matches(value: unknown, pattern: Pattern[string]): boolean {
  if (isLeaf(pattern)) return pattern.some((allowed) => allows(value, allowed))
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(pattern).every(([key, inner]) => matches((value as Record<string, unknown>)[key], inner))
}

function isLeaf(pattern: Pattern[string]): pattern is readonly unknown[] {
  return Array.isArray(pattern)
}

function allows(value: unknown, allowed: unknown): boolean {
  if (typeof allowed !== 'object' || allowed === null) return value === allowed
  const { 'anything-but': refused } = allowed as { 'anything-but'?: readonly unknown[] }
  if (refused === undefined) throw new Error(`the filter ${JSON.stringify(allowed)} is not known here`)
  return !refused.includes(value)
}
