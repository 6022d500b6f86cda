/** One record per request in the logs table: opened, retargeted, closed once. Implements the records room's LogStore. */
import { type DynamoDBClient, GetItemCommand, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import { isPending } from '../awaitable.ts'
import { GatewayError } from '../errors.ts'
import type { ClosedLog, LogStore, OpenLog } from '../records/log.ts'
import { type Image, isExpired, keyItem, readText, text } from './attributes.ts'
import { logKeys } from './keys.ts'
import { closerAttribute, stateAttribute } from './log-attributes.ts'
import { createLogFeed, type LogFeed } from './log-feed.ts'
import { closedItem, listedItem, openItem, openingKey, openState, readLogImage, readOpening } from './log-items.ts'
import type { Payloads, PlacedBodies } from './payloads.ts'
import { cancellationCodes } from './table-errors.ts'
import type { Guard, WriteQueue } from './write-queue.ts'

export interface LogOptions {
  readonly client: DynamoDBClient
  readonly table: string
  /** Of that table. */
  readonly writes: WriteQueue
  readonly payloads: Pick<Payloads, 'place'>
  readonly ttlDays: number
  readonly ambient: Pick<Ambient, 'now' | 'newId' | 'log'>
}

export type Logs = LogStore & LogFeed

const isAbsent: Guard = { ConditionExpression: 'attribute_not_exists(pk)' }
const isAbsentOrOpen = {
  ConditionExpression: 'attribute_not_exists(pk) OR #state = :open',
  ExpressionAttributeNames: { '#state': stateAttribute },
  ExpressionAttributeValues: { ':open': text(openState) },
} satisfies Guard

/** Every write may be repeated by the SDK when its outcome is unknown: the conditions tell our own first try from another's. */
export function createLogs(options: LogOptions): Logs {
  const { client, table, writes, payloads, ttlDays, ambient } = options
  const closeWith = (log: ClosedLog, bodies: PlacedBodies | undefined): Promise<boolean> => {
    const closer = ambient.newId().slice(0, 8)
    const isOurs = (before: Image | undefined) => before === undefined || readText(before, closerAttribute) === closer
    const object = bodies?.stored?.catch((reason: unknown) =>
      ambient.log({
        level: 'error',
        message: 'the bodies of a request could not be stored; its record and its cost are not affected',
        logId: log.id,
        cause: reason instanceof Error ? reason.stack : String(reason),
      }),
    )
    return new Promise((resolve, reject) => {
      const closeRecord = (listFailure?: unknown) => {
        const record = writes.replace(closedItem(log, ttlDays, closer), isAbsentOrOpen, openingKey(log), isOurs)
        record.then((isWon) => {
          if (listFailure !== undefined) reject(listFailure)
          else if (object === undefined) resolve(isWon)
          else void object.then(() => resolve(isWon))
        }, reject)
      }
      // First its place in the list, so that every closed record has one; a place without a record shows nothing.
      // Whoever closes for a lost instance leaves the bodies that it had stored.
      writes.putThen(listedItem(log, ttlDays, bodies?.attributes), bodies ? undefined : isAbsent, closeRecord)
    })
  }
  return {
    ...createLogFeed(options),
    open: (log) =>
      writes.putForNow(openItem(log), isAbsent, (before) => {
        if (before && !isSameRequest(before, log)) throw idTaken(log)
      }),
    async retarget(log) {
      const record = keyItem(logKeys.record(log.id))
      const isOpen = { ConditionCheck: { TableName: table, Key: record, ...isAbsentOrOpen } }
      const replaced = { Put: { TableName: table, Item: openItem(log) } }
      try {
        await client.send(new TransactWriteItemsCommand({ TransactItems: [isOpen, replaced] }))
      } catch (thrown) {
        throw cancellationCodes(thrown).includes('ConditionalCheckFailed') ? alreadyClosed(log) : thrown
      }
    },
    close(log, payload) {
      const bodies = payload && payloads.place(log, payload)
      return isPending(bodies) ? bodies.then((each) => closeWith(log, each)) : closeWith(log, bodies)
    },
    async read(id) {
      const key = keyItem(logKeys.record(id))
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: key, ConsistentRead: true }))
      return Item && !isExpired(Item, ambient.now()) ? readLogImage(Item) : undefined
    },
  }
}

/** Our own first try. */
function isSameRequest(image: Image, log: OpenLog): boolean {
  const before = readOpening(image)
  return before?.traceId === log.traceId && before.startedAtMs === log.startedAtMs
}

function idTaken(log: OpenLog): GatewayError {
  return new GatewayError('conflict', `the log id '${log.id}' belongs to another request`)
}

function alreadyClosed(log: OpenLog): GatewayError {
  return new GatewayError('conflict', `the log '${log.id}' is closed already; no further attempt may be made under it`)
}
