/** The operations of S3 Vectors that the program uses, over the cache table of the embedded engine: every vector of a partition is compared. */
import {
  type AttributeValue,
  DeleteItemCommand,
  type DynamoDBClient,
  PutItemCommand,
  paginateQuery,
  paginateScan,
} from '@aws-sdk/client-dynamodb'
import { cacheKeys } from '../store/keys.ts'
import { vectorDimensions, vectorIndexName } from '../tables.ts'
import { AwsRefusal, type Fields, requireText } from './aws-operation.ts'

type Item = Record<string, AttributeValue>
type Operation = (input: Fields) => Promise<Fields>

export interface CacheTable {
  readonly table: string
  /** Opened before the first vector comes. */
  readonly client: () => DynamoDBClient
}

interface Metadata {
  readonly partition: string
  /** Epoch seconds. */
  readonly expires: number
}

/** Tells each vector's partition, which the service finds by its metadata. */
const separator = '/'

export function vectorOperations(cacheTable: CacheTable): Readonly<Record<string, Operation>> {
  return {
    PutVectors: (input) => put(input, cacheTable),
    QueryVectors: (input) => query(input, cacheTable),
    ListVectors: (input) => list(input, cacheTable),
    DeleteVectors: (input) => remove(input, cacheTable),
  }
}

async function put(input: Fields, { client, table }: CacheTable): Promise<Fields> {
  const { name, dimension } = indexOf(input)
  for (const vector of listOf(input, 'vectors')) {
    const floats = floatsOf(vector.data, dimension)
    const { expires } = vector.metadata as Metadata
    const Item = {
      ...itemKey(name, requireText(vector, 'key')),
      expires: { N: String(expires) },
      vector: { B: Buffer.from(floats.buffer) },
    }
    await client().send(new PutItemCommand({ TableName: table, Item }))
  }
  return {}
}

async function query(input: Fields, { client, table }: CacheTable): Promise<Fields> {
  const { name, dimension } = indexOf(input)
  const asked = floatsOf(input.queryVector, dimension)
  const { partition, expires } = readFilter(input.filter)
  const found: { readonly key: string; readonly distance: number }[] = []
  const ofPartition = {
    TableName: table,
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': { S: cacheKeys.vectors(name, partition) } },
  }
  for await (const { Items = [] } of paginateQuery({ client: client() }, ofPartition))
    for (const item of Items)
      if (Number(item.expires?.N) > expires)
        found.push({ key: item.sk?.S ?? '', distance: 1 - cosine(asked, storedFloats(item)) })
  found.sort((a, b) => a.distance - b.distance)
  return { vectors: found.slice(0, Number(input.topK)), distanceMetric: 'cosine' }
}

async function list(input: Fields, { client, table }: CacheTable): Promise<Fields> {
  const vectors: Fields[] = []
  const ofIndex = {
    TableName: table,
    FilterExpression: 'begins_with(pk, :start)',
    ExpressionAttributeValues: { ':start': { S: cacheKeys.vectorsOf(indexOf(input).name) } },
  }
  for await (const { Items = [] } of paginateScan({ client: client() }, ofIndex))
    for (const { sk, expires } of Items) vectors.push({ key: sk?.S, metadata: { expires: Number(expires?.N) } })
  return { vectors }
}

async function remove(input: Fields, { client, table }: CacheTable): Promise<Fields> {
  const { name } = indexOf(input)
  const keys = Array.isArray(input.keys) ? (input.keys as readonly string[]) : []
  for (const key of keys) await client().send(new DeleteItemCommand({ TableName: table, Key: itemKey(name, key) }))
  return {}
}

function itemKey(index: string, key: string) {
  const { pk, sk } = cacheKeys.vector(index, key.slice(0, key.indexOf(separator)), key)
  return { pk: { S: pk }, sk: { S: sk } }
}

function indexOf(input: Fields): { readonly name: string; readonly dimension: number } {
  requireText(input, 'vectorBucketName')
  const name = requireText(input, 'indexName')
  const dimension = vectorDimensions.find((each) => vectorIndexName(each) === name)
  if (dimension === undefined) throw new AwsRefusal('NotFoundException', 'The specified index could not be found')
  return { name, dimension }
}

function floatsOf(data: unknown, dimension: number): Float32Array {
  const { float32 } = data as { readonly float32?: unknown }
  if (!Array.isArray(float32) || float32.length !== dimension)
    throw new AwsRefusal('ValidationException', `vectors of this index have ${dimension} numbers`)
  const floats = Float32Array.from(float32 as readonly number[])
  if (!floats.every(Number.isFinite) || !floats.some((each) => each !== 0))
    throw new AwsRefusal('ValidationException', 'a vector needs finite numbers, not all of them 0')
  return floats
}

/** A copy: what the engine gives need not lie on a boundary of four bytes. */
function storedFloats({ vector }: Item): Float32Array {
  return new Float32Array(Uint8Array.from(vector?.B ?? []).buffer)
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [product, squaresA, squaresB] = [0, 0, 0]
  for (let at = 0; at < a.length; at++) {
    const [x = 0, y = 0] = [a[at], b[at]]
    product += x * y
    squaresA += x * x
    squaresB += y * y
  }
  return product / Math.sqrt(squaresA * squaresB)
}

/** The one form of filter that the program sends. */
function readFilter(filter: unknown): Metadata {
  const { $and: parts = [] } = filter as { readonly $and?: readonly Fields[] }
  const [first, second] = parts as readonly { readonly [key: string]: Fields | undefined }[]
  const partition = first?.partition?.$eq
  const expires = second?.expires?.$gt
  if (parts.length === 2 && typeof partition === 'string' && typeof expires === 'number') return { partition, expires }
  throw new AwsRefusal('ValidationException', 'only filters by partition and expires are kept locally')
}

function listOf(input: Fields, name: string): readonly Fields[] {
  const list = input[name]
  return Array.isArray(list) ? (list as readonly Fields[]) : []
}
