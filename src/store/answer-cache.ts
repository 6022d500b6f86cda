/** Answers as compressed items of the cache table. Implements the cache room's AnswerCache. */
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import type { AnswerCache, CacheEntry } from '../cache/entry.ts'
import { bytes, isExpired, keyItem, number } from './attributes.ts'
import { cacheKeys } from './keys.ts'

/** Compressed bytes; an item may have 400 KB with its names. Some megabytes of text. */
const mostBytes = 380 * 1024

const compress = promisify(gzip)
const decompress = promisify(gunzip)

export function createAnswerCache(options: {
  readonly client: DynamoDBClient
  readonly table: string
  readonly ambient: Pick<Ambient, 'now'>
}): AnswerCache {
  const { client, table, ambient } = options
  return {
    async read(key) {
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key: keyItem(cacheKeys.answer(key)) }))
      const packed = Item?.packed?.B
      if (!Item || packed === undefined || isExpired(Item, ambient.now())) return undefined
      return JSON.parse((await decompress(packed)).toString('utf8')) as CacheEntry
    },
    async put(key, entry, expiresAtMs) {
      const packed = await compress(JSON.stringify(entry))
      if (packed.byteLength > mostBytes) return false
      const expires = number(Math.floor(expiresAtMs / 1_000))
      const Item = { ...keyItem(cacheKeys.answer(key)), expires, packed: bytes(packed) }
      await client.send(new PutItemCommand({ TableName: table, Item }))
      return true
    },
  }
}
