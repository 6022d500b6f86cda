/** Lists of logs: a workspace's closed ones newest first, and open ones past their deadline; in both layouts of the table. */
import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import { GatewayError } from '../errors.ts'
import type { ClosedLog, OpenLog } from '../records/log.ts'
import { tableDefinitions } from '../tables.ts'
import { type Image, type Item, isExpired, readText, text } from './attributes.ts'
import { logKeys, openShards } from './keys.ts'
import { closedFeedOf, readLogImage } from './log-items.ts'
import { type ListRange, readList } from './log-list.ts'
import { listOverdueOpenings } from './log-openings.ts'

export interface ClosedQuery {
  /** Absent = requests refused before a workspace was known. */
  readonly workspaceId?: string
  /** Start times, epoch ms: from included, to excluded. */
  readonly fromMs: number
  readonly toMs: number
  readonly limit: number
  /** `nextCursor` of the page before. */
  readonly cursor?: string
}

export interface ClosedPage {
  readonly logs: readonly ClosedLog[]
  /** Absent = this was the last page. */
  readonly nextCursor?: string
}

interface OverdueOptions {
  /** For whoever may not write, e.g. a report about a table. */
  readonly isReadOnly?: boolean
}

export interface LogFeed {
  /** Newest first. A record is in it when it is closed. */
  listClosed(query: ClosedQuery): Promise<ClosedPage>
  /** Open past their deadline, the longest overdue first. How far they were looked through is kept, unless it is only a look. */
  listOverdue(nowMs: number, limit: number, options?: OverdueOptions): Promise<readonly OpenLog[]>
}

interface FeedOptions {
  readonly client: DynamoDBClient
  readonly table: string
  readonly ttlDays: number
  readonly ambient: Pick<Ambient, 'now'>
}

interface Slice {
  readonly partition: string
  /** Positions: from included, before excluded. */
  readonly from: string
  readonly before: string
  readonly limit: number
  readonly isNewestFirst: boolean
}

const dayMs = 86_400_000
const index = tableDefinitions.logs.indexes[0].name

export function createLogFeed(options: FeedOptions): LogFeed {
  return {
    listClosed: (query) => listClosed(options, query),
    async listOverdue(nowMs, limit, { isReadOnly = false } = {}) {
      const openings = listOverdueOpenings({ ...options, keepsProgress: !isReadOnly }, nowMs, limit)
      const before = logKeys.feedStart(nowMs)
      const shards = await Promise.all(
        Array.from({ length: openShards }, (_, shard) =>
          readSlice(options, { partition: logKeys.openFeed(shard), from: '0', before, limit, isNewestFirst: false }),
        ),
      )
      const logs = [...shards.flat().flatMap((image) => openLog(image) ?? []), ...(await openings)]
      return logs.toSorted((left, right) => left.deadlineAtMs - right.deadlineAtMs).slice(0, limit)
    },
  }
}

/** Records beyond their life are not asked for. */
async function listClosed(options: FeedOptions, query: ClosedQuery): Promise<ClosedPage> {
  const oldestMs = Math.max(query.fromMs, options.ambient.now() - options.ttlDays * dayMs)
  const cursor = query.cursor === undefined ? undefined : readCursor(query.cursor)
  const before = cursor ?? logKeys.feedStart(query.toMs)
  const newestMs = cursor === undefined ? query.toMs - 1 : Number(cursor.slice(0, cursor.indexOf('#')))
  if (newestMs < oldestMs) return { logs: [] }
  const range = { workspaceId: query.workspaceId, oldestMs, newestMs, before, limit: query.limit }
  const [listed, former] = await Promise.all([readList(options, range), readFormer(options, range)])
  const logs = [...listed, ...former].sort(newestFirst).slice(0, query.limit)
  return { logs, ...(logs.length >= query.limit && nextCursor(logs.at(-1))) }
}

function newestFirst(left: ClosedLog, right: ClosedLog): number {
  return positionOf(left) < positionOf(right) ? 1 : -1
}

function positionOf({ startedAtMs, id }: ClosedLog): string {
  return logKeys.feedPosition(startedAtMs, id)
}

/** Of layout 1: one UTC day after the other, backwards. */
async function readFormer(options: FeedOptions, range: ListRange): Promise<readonly ClosedLog[]> {
  const { workspaceId, oldestMs, newestMs, before, limit } = range
  const logs: ClosedLog[] = []
  for (let day = Math.floor(newestMs / dayMs); day >= Math.floor(oldestMs / dayMs); day--) {
    const images = await readSlice(options, {
      partition: closedFeedOf(workspaceId, day * dayMs),
      from: logKeys.feedStart(oldestMs),
      before,
      limit: limit - logs.length,
      isNewestFirst: true,
    })
    logs.push(...images.flatMap((image) => closedLog(image) ?? []))
    if (logs.length >= limit) break
  }
  return logs
}

/** Up to `limit` unexpired items; asks on while the engine's pages run short. */
async function readSlice(options: FeedOptions, slice: Slice): Promise<readonly Image[]> {
  const { client, table, ambient } = options
  const images: Image[] = []
  let startKey: Item | undefined
  do {
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        IndexName: index,
        KeyConditionExpression: 'feedPk = :partition AND feedSk BETWEEN :from AND :before',
        ExpressionAttributeValues: {
          ':partition': text(slice.partition),
          ':from': text(slice.from),
          ':before': text(slice.before),
        },
        ScanIndexForward: !slice.isNewestFirst,
        Limit: slice.limit - images.length + 1,
        ...(startKey && { ExclusiveStartKey: startKey }),
      }),
    )
    const found = answer.Items ?? []
    images.push(...found.filter((one) => !isExpired(one, ambient.now()) && readText(one, 'feedSk') !== slice.before))
    startKey = answer.LastEvaluatedKey
  } while (startKey && images.length < slice.limit)
  return images.slice(0, slice.limit)
}

function openLog(image: Image): OpenLog | undefined {
  const read = readLogImage(image)
  return read && !read.isClosed ? read.log : undefined
}

function closedLog(image: Image): ClosedLog | undefined {
  const read = readLogImage(image)
  return read?.isClosed ? read.log : undefined
}

function nextCursor(last: ClosedLog | undefined): { readonly nextCursor?: string } {
  if (!last) return {}
  return { nextCursor: Buffer.from(positionOf(last)).toString('base64url') }
}

function readCursor(cursor: string): string {
  const position = Buffer.from(cursor, 'base64url').toString()
  if (/^\d{13}#./.test(position)) return position
  throw new GatewayError('invalid_request', `the cursor '${cursor}' is not one that this list gave out; leave it away`)
}
