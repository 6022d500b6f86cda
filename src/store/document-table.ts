/** Documents of any kind in the catalog table: what the stores of documents and of api keys both stand on. */
import { type DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import type { Document, Stored } from '../admin/ports.ts'
import type { Ambient } from '../ambient.ts'
import { type Image, type Item, keyItem, text } from './attributes.ts'
import { createParts, type Placed, readDocument, readPointer, removeParts, replacePart } from './document-items.ts'
import { documentKeys, isPossible, type Key, type StoredKind } from './keys.ts'
import { transact } from './transact.ts'

export interface TableOptions {
  readonly client: DynamoDBClient
  readonly table: string
  readonly ambient: Pick<Ambient, 'now' | 'random' | 'schedule'>
}

type Parts = Parameters<typeof transact>[2]

export interface DocumentTable {
  get(key: Key): Promise<Image | undefined>
  /** All items of a partition whose sort key begins so; '' = all. */
  query(partition: string, prefix: string): Promise<readonly Image[]>
  find<T extends Document>(kind: StoredKind, scope: string, id: string): Promise<Placed<T> | undefined>
  findAnywhere<T extends Document>(kind: StoredKind, id: string): Promise<Placed<T> | undefined>
  list<T extends Document>(kind: StoredKind, scope: string): Promise<readonly Placed<T>[]>
  /** `also` is written in the same transaction. */
  create<T extends Document>(kind: StoredKind, scope: string, document: T, also?: Parts): Promise<void>
  replace<T extends Document>(kind: StoredKind, stored: Stored<T>, document: T, also?: Parts): Promise<void>
  remove<T extends Document>(kind: StoredKind, stored: Stored<T>, also?: Parts): Promise<void>
}

export function createDocumentTable({ client, table, ambient }: TableOptions): DocumentTable {
  const read = createReader(client, table)
  const nextMs = risingClock(ambient)
  return {
    ...read,
    create: (kind, scope, document, also = []) => {
      const placed = { document, scope, version: 1, createdAtMs: nextMs() }
      return transact(client, ambient, [...createParts(table, kind, placed), ...also])
    },
    async replace(kind, stored, document, also = []) {
      const createdAtMs = await madeAtMs(read, kind, stored)
      return transact(client, ambient, [replacePart(table, kind, stored, document, createdAtMs), ...also])
    },
    remove: (kind, stored, also = []) => transact(client, ambient, [...removeParts(table, kind, stored), ...also]),
  }
}

type Reader = Pick<DocumentTable, 'get' | 'query' | 'find' | 'findAnywhere' | 'list'>

function createReader(client: DynamoDBClient, table: string): Reader {
  async function get(key: Key): Promise<Image | undefined> {
    if (!isPossible(key)) return undefined
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: keyItem(key), ConsistentRead: true }),
    )
    return Item
  }
  async function find<T extends Document>(kind: StoredKind, scope: string, id: string): Promise<Placed<T> | undefined> {
    const image = await get(documentKeys.document(kind, scope, id))
    return image && readDocument<T>(image, scope)
  }
  const query = (partition: string, prefix: string) => queryAll(client, table, partition, prefix)
  return {
    get,
    find,
    query,
    async findAnywhere(kind, id) {
      const scope = readPointer(await get(documentKeys.pointer(kind, id)))
      return scope === undefined ? undefined : find(kind, scope, id)
    },
    async list<T extends Document>(kind: StoredKind, scope: string) {
      const images = await query(documentKeys.partition(kind, scope), documentKeys.prefix(kind))
      return inOrder(images.flatMap((image) => readDocument<T>(image, scope) ?? []))
    },
  }
}

/** Oldest first; ids decide between two of one instant. */
export function inOrder<T extends Document>(documents: readonly Placed<T>[]): readonly Placed<T>[] {
  return documents.toSorted(
    (left, right) => left.createdAtMs - right.createdAtMs || (left.document.id < right.document.id ? -1 : 1),
  )
}

async function queryAll(
  client: DynamoDBClient,
  table: string,
  partition: string,
  prefix: string,
): Promise<readonly Image[]> {
  const images: Image[] = []
  let startKey: Item | undefined
  do {
    const answer = await client.send(
      new QueryCommand({
        TableName: table,
        ConsistentRead: true,
        KeyConditionExpression: prefix === '' ? 'pk = :pk' : 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': text(partition), ...(prefix !== '' && { ':prefix': text(prefix) }) },
        ...(startKey && { ExclusiveStartKey: startKey }),
      }),
    )
    images.push(...(answer.Items ?? []))
    startKey = answer.LastEvaluatedKey
  } while (startKey)
  return images
}

/** What was read carries it; a caller that rebuilt the value by hand costs one read more. */
async function madeAtMs<T extends Document>(read: Reader, kind: StoredKind, stored: Stored<T>): Promise<number> {
  if ('createdAtMs' in stored && typeof stored.createdAtMs === 'number') return stored.createdAtMs
  return (await read.find(kind, stored.scope, stored.document.id))?.createdAtMs ?? 0
}

/** Two documents made in one millisecond keep their order. */
function risingClock(ambient: Pick<Ambient, 'now'>): () => number {
  let lastMs = 0
  return () => {
    lastMs = Math.max(ambient.now(), lastMs + 1)
    return lastMs
  }
}
