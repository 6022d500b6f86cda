/** Answers as compressed items of the cache table. Implements the cache room's AnswerCache. */
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import type { AnswerCache, CacheEntry } from '../cache/entry.ts'
import { bytes, isExpired, keyItem, number, readText, text } from './attributes.ts'
import { cacheKeys } from './keys.ts'
import type { LargeObjects } from './large-objects.ts'
import { utcDay } from './log-items.ts'

/** Compressed bytes; an item may have 400 KB with its names. Some megabytes of text. */
const inlineBytes = 380 * 1024
/** Compressed; more is not worth reading again. */
const mostBytes = 8 * 1024 * 1024

const compress = promisify(gzip)
const decompress = promisify(gunzip)

export function createAnswerCache(options: {
  readonly client: DynamoDBClient
  readonly table: string
  readonly ambient: Pick<Ambient, 'now'>
  /** For answers that no item can hold. */
  readonly largeObjects: LargeObjects
}): AnswerCache {
  const { client, table, ambient, largeObjects } = options
  return {
    async read(key) {
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: keyItem(cacheKeys.answer(key)) }))
      if (!Item || isExpired(Item, ambient.now())) return undefined
      const name = readText(Item, 'object')
      const packed = name === undefined ? Item.packed?.B : await largeObjects.read(name)
      if (packed === undefined) return undefined
      return JSON.parse((await decompress(packed)).toString('utf8')) as CacheEntry
    },
    async put(key, entry, expiresAtMs) {
      const packed = await compress(JSON.stringify(entry))
      if (packed.byteLength > mostBytes) return false
      const name = cacheKeys.largeAnswer(utcDay(expiresAtMs), key)
      const isInline = packed.byteLength <= inlineBytes
      if (!isInline) await largeObjects.put(name, packed)
      const expires = number(Math.floor(expiresAtMs / 1_000))
      const Item = {
        ...keyItem(cacheKeys.answer(key)),
        expires,
        ...(isInline ? { packed: bytes(packed) } : { object: text(name) }),
      }
      await client.send(new PutItemCommand({ TableName: table, Item }))
      return true
    },
  }
}
