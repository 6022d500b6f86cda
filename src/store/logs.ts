/** One record per request in the logs table: opened, retargeted, closed once. Implements the records room's LogStore. */
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import { GatewayError } from '../errors.ts'
import type { LogStore, OpenLog } from '../records/log.ts'
import { type Image, isExpired, keyItem, readText, text } from './attributes.ts'
import { logKeys } from './keys.ts'
import { closerAttribute, stateAttribute } from './log-attributes.ts'
import { createLogFeed, type LogFeed } from './log-feed.ts'
import { closedItem, openItem, openState, readLogImage } from './log-items.ts'
import type { Guard, WriteQueue } from './write-queue.ts'

export interface LogOptions {
  readonly client: DynamoDBClient
  readonly table: string
  /** Of that table. */
  readonly writes: WriteQueue
  readonly ttlDays: number
  readonly ambient: Pick<Ambient, 'now' | 'newId'>
}

export type Logs = LogStore & LogFeed

const isAbsent: Guard = { ConditionExpression: 'attribute_not_exists(pk)' }
const isAbsentOrOpen: Guard = {
  ConditionExpression: 'attribute_not_exists(pk) OR #state = :open',
  ExpressionAttributeNames: { '#state': stateAttribute },
  ExpressionAttributeValues: { ':open': text(openState) },
}

/** Every write may be repeated by the SDK when its outcome is unknown: the conditions tell our own first try from another's. */
export function createLogs(options: LogOptions): Logs {
  const { client, table, writes, ttlDays, ambient } = options
  return {
    ...createLogFeed(options),
    open: (log) =>
      writes.putForNow(openItem(log, ttlDays), isAbsent, (before) => {
        if (before && !isSameRequest(before, log)) throw idTaken(log)
      }),
    retarget: (log) =>
      writes.putForNow(openItem(log, ttlDays), isAbsentOrOpen, (before) => {
        if (before) throw alreadyClosed(log)
      }),
    close(log) {
      const closer = ambient.newId().slice(0, 8)
      return writes.replace(
        closedItem(log, ttlDays, closer),
        isAbsentOrOpen,
        (before) => before === undefined || readText(before, closerAttribute) === closer,
      )
    },
    async read(id) {
      const key = keyItem(logKeys.record(id))
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }))
      return Item && !isExpired(Item, ambient.now()) ? readLogImage(Item) : undefined
    },
  }
}

/** Our own first try, or this request's close, which may overtake an opening nobody waited for. */
function isSameRequest(image: Image, log: OpenLog): boolean {
  const before = readLogImage(image)?.log
  return before?.traceId === log.traceId && before.startedAtMs === log.startedAtMs
}

function idTaken(log: OpenLog): GatewayError {
  return new GatewayError('conflict', `the log id '${log.id}' belongs to another request`)
}

function alreadyClosed(log: OpenLog): GatewayError {
  return new GatewayError('conflict', `the log '${log.id}' is closed already; no further attempt may be made under it`)
}
