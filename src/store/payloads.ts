/** Bodies of requests: small ones inside the logs table, large ones beside it. Implements the records room's PayloadStore. */
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import { isPending } from '../awaitable.ts'
import type { PayloadStore } from '../records/log.ts'
import { bytes, type Item, isExpired, keyItem, number, readText, text } from './attributes.ts'
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
  const putPacked = (log: Parameters<PayloadStore['put']>[0], packed: Uint8Array): Promise<unknown> => {
    const expires = number(expiresAt(log.startedAtMs, ttlDays))
    const putContent = (content: Item) => writes.put({ ...keyItem(logKeys.payload(log.id)), expires, ...content })
    if (packed.byteLength <= inlineLimitBytes) return putContent({ packed: bytes(packed) })
    const name = logKeys.largeObject(utcDay(log.startedAtMs), log.id)
    return largeObjects.put(name, packed).then(() => putContent({ object: text(name) }))
  }
  return {
    put(log, payload) {
      const packed = packPayload(payload)
      return isPending(packed) ? packed.then((each) => putPacked(log, each)) : putPacked(log, packed)
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
