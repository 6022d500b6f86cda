/** A workspace's closed records, newest first: their places in the list, shard by shard, and then the records themselves. */
import {
  BatchGetItemCommand,
  type BatchGetItemCommandOutput,
  type DynamoDBClient,
  QueryCommand,
} from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import type { ClosedLog } from '../records/log.ts'
import { type Item, isExpired, keyItem, readText, text } from './attributes.ts'
import { listShards, logKeys } from './keys.ts'
import { listOf, readLogImage, utcMonth } from './log-items.ts'

export interface ListRange {
  readonly workspaceId: string | undefined
  /** Start times, both included; `before` is a position, excluded. */
  readonly oldestMs: number
  readonly newestMs: number
  readonly before: string
  readonly limit: number
}

interface ListOptions {
  readonly client: DynamoDBClient
  /** The logs table. */
  readonly table: string
  readonly ambient: Pick<Ambient, 'now'>
}

/** What one BatchGetItem may ask for. */
const batchSize = 100
/** Shards are read evenly, but not exactly so. */
const headroom = 1.5
const leastPage = 5

export async function readList(options: ListOptions, range: ListRange): Promise<readonly ClosedLog[]> {
  const logs: ClosedLog[] = []
  for (const month of monthsBetween(range.oldestMs, range.newestMs)) {
    const shards = Array.from({ length: listShards }, (_, shard) => new ShardReader(options, range, month, shard))
    for (;;) {
      const positions = await takeNewest(shards, range.limit - logs.length)
      if (positions.length === 0) break
      logs.push(...(await readRecords(options, positions.map(logKeys.idAt))))
      if (logs.length >= range.limit) return logs
    }
  }
  return logs
}

/** Newest first, as `2026-01`. */
function monthsBetween(oldestMs: number, newestMs: number): readonly string[] {
  const months: string[] = []
  const at = new Date(Math.max(0, newestMs))
  for (
    let month = Date.UTC(at.getUTCFullYear(), at.getUTCMonth());
    ;
    month = Date.UTC(at.getUTCFullYear(), at.getUTCMonth())
  ) {
    if (utcMonth(month) < utcMonth(Math.max(0, oldestMs))) return months
    months.push(utcMonth(month))
    at.setTime(month - 1)
  }
}

async function takeNewest(shards: readonly ShardReader[], most: number): Promise<readonly string[]> {
  const taken: string[] = []
  while (taken.length < most) {
    await Promise.all(shards.filter((shard) => shard.isEmpty).map((shard) => shard.fill()))
    const [newest] = shards
      .filter((shard) => shard.newest !== undefined)
      .sort((left, right) => ((left.newest ?? '') < (right.newest ?? '') ? 1 : -1))
    if (newest === undefined) return taken
    taken.push(newest.take())
  }
  return taken
}

/** The positions of one partition, newest first, page by page. */
class ShardReader {
  readonly #options: ListOptions
  readonly #range: ListRange
  readonly #partition: string
  #page: string[] = []
  #startKey: Item | undefined
  #isOver = false

  constructor(options: ListOptions, range: ListRange, month: string, shard: number) {
    this.#options = options
    this.#range = range
    this.#partition = listOf(range.workspaceId, month, shard)
  }

  /** Nothing is read ahead, though there may be more. */
  get isEmpty(): boolean {
    return this.#page.length === 0 && !this.#isOver
  }

  get newest(): string | undefined {
    return this.#page[0]
  }

  take(): string {
    return this.#page.shift() ?? ''
  }

  async fill(): Promise<void> {
    const { client, table, ambient } = this.#options
    const { oldestMs, before, limit } = this.#range
    while (this.isEmpty) {
      const page = await client.send(
        new QueryCommand({
          TableName: table,
          KeyConditionExpression: 'pk = :partition AND sk BETWEEN :from AND :before',
          ExpressionAttributeValues: {
            ':partition': text(this.#partition),
            ':from': text(logKeys.feedStart(oldestMs)),
            ':before': text(before),
          },
          ProjectionExpression: 'sk, expires',
          ScanIndexForward: false,
          Limit: Math.max(leastPage, Math.ceil((limit / listShards) * headroom)),
          ...(this.#startKey && { ExclusiveStartKey: this.#startKey }),
        }),
      )
      const places = (page.Items ?? []).filter((one) => !isExpired(one, ambient.now()))
      this.#page = places.flatMap((one) => readText(one, 'sk') ?? []).filter((position) => position !== before)
      this.#startKey = page.LastEvaluatedKey
      this.#isOver = page.LastEvaluatedKey === undefined
    }
  }
}

/** In the order of the ids. A place whose record is not closed yet is left out. */
async function readRecords(options: ListOptions, ids: readonly string[]): Promise<readonly ClosedLog[]> {
  const batches = Array.from({ length: Math.ceil(ids.length / batchSize) }, (_, at) =>
    readBatch(options, ids.slice(at * batchSize, (at + 1) * batchSize)),
  )
  const found = new Map((await Promise.all(batches)).flat().map((log) => [log.id, log]))
  return ids.flatMap((id) => found.get(id) ?? [])
}

async function readBatch(
  { client, table, ambient }: ListOptions,
  ids: readonly string[],
): Promise<readonly ClosedLog[]> {
  const logs: ClosedLog[] = []
  let Keys: Item[] | undefined = ids.map((id) => keyItem(logKeys.record(id)))
  while (Keys !== undefined && Keys.length > 0) {
    const { Responses, UnprocessedKeys }: BatchGetItemCommandOutput = await client.send(
      new BatchGetItemCommand({ RequestItems: { [table]: { Keys } } }),
    )
    for (const image of Responses?.[table] ?? []) {
      const read = isExpired(image, ambient.now()) ? undefined : readLogImage(image)
      if (read?.isClosed) logs.push(read.log)
    }
    Keys = UnprocessedKeys?.[table]?.Keys
  }
  return logs
}
