/** Requests that were opened and are past their deadline: which of them nobody has closed. */
import {
  BatchGetItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import type { OpenLog } from '../records/log.ts'
import { type Item, keyItem, number, readNumber, readText, text } from './attributes.ts'
import { logKeys, openShards } from './keys.ts'
import { stateAttribute } from './log-attributes.ts'
import { closedState, readOpening } from './log-items.ts'
import { isConditionFailed } from './table-errors.ts'

interface OpeningOptions {
  readonly client: DynamoDBClient
  /** The logs table. */
  readonly table: string
  readonly ambient: Pick<Ambient, 'now'>
  readonly keepsProgress: boolean
}

/** What one BatchGetItem may ask for. */
const pageSize = 100
/** An opening is stored well before its deadline; progress never comes nearer to the present than this. */
const progressGraceMs = 2 * 60_000

interface ShardReading {
  readonly open: readonly OpenLog[]
  /** Every opening with an earlier deadline is closed. */
  readonly closedBeforeMs: number
}

/** The longest overdue first. Openings stay in the table for days, so how far they were looked through is kept there too. */
export async function listOverdueOpenings(
  options: OpeningOptions,
  beforeMs: number,
  limit: number,
): Promise<readonly OpenLog[]> {
  const fromMs = await readProgress(options)
  if (beforeMs <= fromMs) return []
  const shards = await Promise.all(
    Array.from({ length: openShards }, (_, shard) => readShard(options, shard, { fromMs, beforeMs, limit })),
  )
  const closedBeforeMs = Math.min(options.ambient.now() - progressGraceMs, ...shards.map((one) => one.closedBeforeMs))
  if (options.keepsProgress && closedBeforeMs > fromMs) await writeProgress(options, closedBeforeMs)
  return shards
    .flatMap(({ open }) => open)
    .toSorted((left, right) => left.deadlineAtMs - right.deadlineAtMs)
    .slice(0, limit)
}

async function readShard(
  options: OpeningOptions,
  shard: number,
  { fromMs, beforeMs, limit }: { readonly fromMs: number; readonly beforeMs: number; readonly limit: number },
): Promise<ShardReading> {
  const open: OpenLog[] = []
  let startKey: Item | undefined
  do {
    const page = await options.client.send(
      new QueryCommand({
        TableName: options.table,
        ConsistentRead: true,
        KeyConditionExpression: 'pk = :shard AND sk BETWEEN :from AND :before',
        ExpressionAttributeValues: {
          ':shard': text(logKeys.openings(shard)),
          ':from': text(logKeys.feedStart(fromMs)),
          ':before': text(logKeys.feedStart(beforeMs)),
        },
        Limit: pageSize,
        ...(startKey && { ExclusiveStartKey: startKey }),
      }),
    )
    const openings = (page.Items ?? []).flatMap((image) => readOpening(image) ?? [])
    const closed = await findClosed(options, openings)
    open.push(...openings.filter(({ id }) => !closed.has(id)))
    startKey = page.LastEvaluatedKey
  } while (startKey !== undefined && open.length < limit)
  return { open, closedBeforeMs: open[0]?.deadlineAtMs ?? beforeMs }
}

/** Read at half the price and perhaps a moment old, as what cannot be read at once: it counts as open, and whoever closes it looks again. */
async function findClosed(
  { client, table }: OpeningOptions,
  openings: readonly OpenLog[],
): Promise<ReadonlySet<string>> {
  if (openings.length === 0) return new Set()
  const Keys = openings.map(({ id }) => keyItem(logKeys.record(id)))
  const asked = { Keys, ProjectionExpression: 'pk, #state', ExpressionAttributeNames: { '#state': stateAttribute } }
  const { Responses } = await client.send(new BatchGetItemCommand({ RequestItems: { [table]: asked } }))
  const closed = (Responses?.[table] ?? []).filter((image) => readText(image, stateAttribute) === closedState)
  return new Set(closed.flatMap((image) => readText(image, 'pk') ?? []))
}

const reachedAttribute = 'reached'

async function readProgress({ client, table }: OpeningOptions): Promise<number> {
  const Key = keyItem(logKeys.sweepProgress())
  const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))
  return (Item && readNumber(Item, reachedAttribute)) ?? 0
}

async function writeProgress({ client, table }: OpeningOptions, reachedMs: number): Promise<void> {
  try {
    await client.send(
      new UpdateItemCommand({
        TableName: table,
        Key: keyItem(logKeys.sweepProgress()),
        UpdateExpression: 'SET #reached = :reached',
        ConditionExpression: 'attribute_not_exists(#reached) OR #reached < :reached',
        ExpressionAttributeNames: { '#reached': reachedAttribute },
        ExpressionAttributeValues: { ':reached': number(reachedMs) },
      }),
    )
  } catch (thrown) {
    // another sweep has come further
    if (!isConditionFailed(thrown)) throw thrown
  }
}
