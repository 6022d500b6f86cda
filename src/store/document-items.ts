/** How a document, its pointer and its slug look as items. One shape for every kind. */
import type { TransactWriteItem } from '@aws-sdk/client-dynamodb'
import type { Document, Stored } from '../admin/ports.ts'
import { type Image, type Item, json, keyItem, number, readJson, readNumber, readText, text } from './attributes.ts'
import { documentKeys, type StoredKind } from './keys.ts'

/** A document with where and when it was made, which no write changes. */
export interface Placed<T extends Document> extends Stored<T> {
  readonly createdAtMs: number
}

interface Part {
  readonly write: TransactWriteItem
  readonly conflict: string
}

const isNew = 'attribute_not_exists(pk)'

function documentItem<T extends Document>(kind: StoredKind, placed: Placed<T>): Item {
  return {
    ...keyItem(documentKeys.document(kind, placed.scope, placed.document.id)),
    version: number(placed.version),
    made: number(placed.createdAtMs),
    body: json(placed.document),
  }
}

export function readDocument<T extends Document>(image: Image, scope: string): Placed<T> | undefined {
  const document = readJson<T>(image, 'body')
  if (document === undefined) return undefined
  return { document, scope, version: readNumber(image, 'version') ?? 1, createdAtMs: readNumber(image, 'made') ?? 0 }
}

export function createParts<T extends Document>(table: string, kind: StoredKind, placed: Placed<T>): readonly Part[] {
  const { document, scope } = placed
  const put = (item: Item, conflict: string): Part => ({
    write: { Put: { TableName: table, Item: item, ConditionExpression: isNew } },
    conflict,
  })
  const idTaken = `the id '${document.id}' is taken by another ${kind}; choose another`
  const pointer = { ...keyItem(documentKeys.pointer(kind, document.id)), scope: text(scope) }
  const parts = [put(documentItem(kind, placed), idTaken), put(pointer, idTaken)]
  if (document.slug === undefined) return parts
  const slug = { ...keyItem(documentKeys.slug(kind, scope, document.slug)), id: text(document.id) }
  return [...parts, put(slug, `the slug '${document.slug}' is taken by another ${kind}; choose another`)]
}

/** `stored` is what the writer had read. */
export function replacePart<T extends Document>(
  table: string,
  kind: StoredKind,
  stored: Stored<T>,
  document: T,
  createdAtMs: number,
): Part {
  const item = documentItem(kind, { document, scope: stored.scope, version: stored.version + 1, createdAtMs })
  return {
    write: { Put: { TableName: table, Item: item, ...versionCondition(stored) } },
    conflict: changedMeanwhile(kind, stored.document.id),
  }
}

export function removeParts<T extends Document>(table: string, kind: StoredKind, stored: Stored<T>): readonly Part[] {
  const { document, scope } = stored
  const conflict = changedMeanwhile(kind, document.id)
  const keys = [documentKeys.pointer(kind, document.id)]
  if (document.slug !== undefined) keys.push(documentKeys.slug(kind, scope, document.slug))
  const itself = keyItem(documentKeys.document(kind, scope, document.id))
  return [
    { write: { Delete: { TableName: table, Key: itself, ...versionCondition(stored) } }, conflict },
    ...keys.map((key) => ({ write: { Delete: { TableName: table, Key: keyItem(key) } }, conflict })),
  ]
}

export function readPointer(image: Image | undefined): string | undefined {
  return image && readText(image, 'scope')
}

export function readSlug(image: Image | undefined): string | undefined {
  return image && readText(image, 'id')
}

function changedMeanwhile(kind: StoredKind, id: string): string {
  return `the ${kind} '${id}' was changed or removed since it was read; read it again and repeat the change`
}

function versionCondition(stored: Stored<Document>) {
  return {
    ConditionExpression: '#version = :version',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':version': number(stored.version) },
  }
}
