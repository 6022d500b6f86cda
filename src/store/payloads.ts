/** Bodies of requests: small ones inside the logs table, large ones beside it. Implements the records room's PayloadStore. */
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import type { PayloadStore } from '../records/log.ts'
import { bytes, isExpired, keyItem, number, readText, text } from './attributes.ts'
import { logKeys } from './keys.ts'
import type { LargeObjects } from './large-objects.ts'
import { expiresAt, utcDay } from './log-items.ts'
import { packPayload, unpackPayload } from './payload-bytes.ts'
import type { WriteQueue } from './write-queue.ts'

/** Compressed bytes. Above it a write to S3 costs less than the write units of an item. */
const inlineLimitBytes = 32 * 1024

export function createPayloads(options: {
  readonly client: DynamoDBClient
  readonly table: string
  /** Of that table. */
  readonly writes: WriteQueue
  readonly ttlDays: number
  readonly ambient: Pick<Ambient, 'now'>
  readonly largeObjects: LargeObjects
}): PayloadStore {
  const { client, table, writes, ttlDays, ambient, largeObjects } = options
  return {
    async put(log, payload) {
      const packed = await packPayload(payload)
      const isInline = packed.byteLength <= inlineLimitBytes
      const name = logKeys.largeObject(utcDay(log.startedAtMs), log.id)
      if (!isInline) await largeObjects.put(name, packed)
      const content = isInline ? { packed: bytes(packed) } : { object: text(name) }
      const expires = number(expiresAt(log.startedAtMs, ttlDays))
      await writes.put({ ...keyItem(logKeys.payload(log.id)), expires, ...content })
    },
    async read(id) {
      const { Item } = await client.send(
        new GetItemCommand({ TableName: table, Key: keyItem(logKeys.payload(id)), ConsistentRead: true }),
      )
      if (!Item || isExpired(Item, ambient.now())) return undefined
      const name = readText(Item, 'object')
      const packed = name === undefined ? Item.packed?.B : await largeObjects.read(name)
      return packed && unpackPayload(packed)
    },
  }
}
