/** Bodies of requests: in the record's place in the list, or an object where that is cheaper. Implements the records room's PayloadStore. */
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import { type Awaitable, isPending } from '../awaitable.ts'
import type { ClosedLog, Payload, PayloadStore } from '../records/log.ts'
import { bytes, type Item, isExpired, keyItem, readText, text } from './attributes.ts'
import { mostItemBytes } from './body-price.ts'
import { type Key, logKeys } from './keys.ts'
import type { LargeObjects } from './large-objects.ts'
import { bodyAttribute, bodyObjectAttribute } from './log-attributes.ts'
import { listedKey, readLogImage, utcDay } from './log-items.ts'
import { packPayload, unpackPayload } from './payload-bytes.ts'

/** Where a record's bodies go. */
export interface PlacedBodies {
  /** What the place in the list has of them. */
  readonly attributes: Item
  /** Of an object: rejects when it could not be stored. Absent = they are inside. */
  readonly stored?: Promise<unknown>
}

export interface Payloads extends PayloadStore {
  place(log: Pick<ClosedLog, 'id' | 'startedAtMs'>, payload: Payload): Awaitable<PlacedBodies>
}

interface PayloadOptions {
  readonly client: DynamoDBClient
  readonly table: string
  readonly ttlDays: number
  readonly ambient: Pick<Ambient, 'now'>
  readonly largeObjects: LargeObjects
}

export function createPayloads({ client, table, ttlDays, ambient, largeObjects }: PayloadOptions): Payloads {
  const mostBytes = mostItemBytes(ttlDays)
  const get = async (key: Key): Promise<Item | undefined> => {
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: keyItem(key), ConsistentRead: true }),
    )
    return Item && !isExpired(Item, ambient.now()) ? Item : undefined
  }
  const placePacked = ({ id, startedAtMs }: Pick<ClosedLog, 'id' | 'startedAtMs'>, packed: Uint8Array) => {
    if (packed.byteLength <= mostBytes) return { attributes: { [bodyAttribute]: bytes(packed) } }
    const name = logKeys.largeObject(utcDay(startedAtMs), id)
    return { attributes: { [bodyObjectAttribute]: text(name) }, stored: largeObjects.put(name, packed) }
  }
  const unpack = async (item: Item | undefined) => {
    const name = item && readText(item, bodyObjectAttribute)
    const packed = name === undefined ? item?.[bodyAttribute]?.B : await largeObjects.read(name)
    return packed && unpackPayload(packed)
  }
  return {
    place(log, payload) {
      const packed = packPayload(payload)
      return isPending(packed) ? packed.then((each) => placePacked(log, each)) : placePacked(log, packed)
    },
    async read(id) {
      const record = await get(logKeys.record(id))
      const log = record && readLogImage(record)?.log
      const listed = log && (await unpack(await get(listedKey(log))))
      // in layout 1 they are an item beside the record
      return listed ?? unpack(await get(logKeys.payload(id)))
    },
  }
}
