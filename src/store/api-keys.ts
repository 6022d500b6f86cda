/** Api keys by id for administrators and by hash at the door. Document and hash items change in one transaction. */
import type { ApiKeyStore, Stored } from '../admin/ports.ts'
import { GatewayError } from '../errors.ts'
import type { ApiKey } from '../identity/caller.ts'
import { type Item, isExpired, json, keyItem, number, readJson, text } from './attributes.ts'
import { createDocumentTable, type TableOptions } from './document-table.ts'
import { apiKeyKeys, organisationScope } from './keys.ts'

const kind = 'api-key'

/** The hash item holds the whole key, so that the door needs one read. */
export function createApiKeys(options: TableOptions): ApiKeyStore {
  const documents = createDocumentTable(options)
  const { table, ambient } = options
  return {
    async findByHash(hash) {
      const image = await documents.get(apiKeyKeys.hash(hash))
      return image && !isExpired(image, ambient.now()) ? readJson<ApiKey>(image, 'body') : undefined
    },
    create: (key) => documents.create(kind, scopeOf(key), key, hashParts(table, undefined, key)),
    read: (id) => documents.findAnywhere<ApiKey>(kind, id),
    list: (scope) => documents.list<ApiKey>(kind, scope),
    async replace(stored, key) {
      requireSamePlace(stored, key)
      await documents.replace(kind, stored, key, hashParts(table, stored.document, key))
    },
    remove: (stored) => documents.remove(kind, stored, hashParts(table, stored.document, undefined)),
  }
}

function scopeOf(key: ApiKey): string {
  return key.workspaceId ?? organisationScope
}

function requireSamePlace(stored: Stored<ApiKey>, key: ApiKey): void {
  if (stored.document.id === key.id && stored.scope === scopeOf(key)) return
  throw new GatewayError(
    'invalid_request',
    `the id and workspace of the api key '${key.id}' cannot change; make a new key`,
  )
}

/** Puts what the new key is found by, deletes what only the old one was found by. */
function hashParts(table: string, before: ApiKey | undefined, after: ApiKey | undefined) {
  const kept = after ? hashItems(after) : []
  const keptHashes = new Set(after ? hashesOf(after) : [])
  const gone = before ? hashesOf(before).filter((hash) => !keptHashes.has(hash)) : []
  const conflict = 'another api key has the same secret; make a new one'
  const id = (after ?? before)?.id ?? ''
  const owned = {
    ConditionExpression: 'attribute_not_exists(pk) OR keyId = :keyId',
    ExpressionAttributeValues: { ':keyId': text(id) },
  }
  return [
    ...kept.map((item) => ({ write: { Put: { TableName: table, Item: item, ...owned } }, conflict })),
    ...gone.map((hash) => ({
      write: { Delete: { TableName: table, Key: keyItem(apiKeyKeys.hash(hash)), ...owned } },
      conflict,
    })),
  ]
}

function hashesOf(key: ApiKey): readonly string[] {
  return key.previous ? [key.hash, key.previous.hash] : [key.hash]
}

function hashItems(key: ApiKey): readonly Item[] {
  const content = { keyId: text(key.id), body: json(key) }
  const current = { ...keyItem(apiKeyKeys.hash(key.hash)), ...content }
  if (!key.previous || key.previous.hash === key.hash) return [current]
  const expires = number(Math.ceil(key.previous.expiresAtMs / 1000))
  return [current, { ...keyItem(apiKeyKeys.hash(key.previous.hash)), ...content, expires }]
}
