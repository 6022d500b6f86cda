/** What a table is made of: its keys, indexes, stream and lifetime, read from CreateTable and written for DescribeTable. Pure. */
import type {
  CreateTableCommandInput,
  GlobalSecondaryIndex,
  KeySchemaElement,
  TableDescription,
} from '@aws-sdk/client-dynamodb'
import { invalid, unsupported } from './errors.ts'
import type { Item } from './item.ts'

export interface KeyNames {
  readonly partition: string
  readonly sort?: string
}

export interface IndexSchema {
  readonly name: string
  readonly keys: KeyNames
  /** Attributes beside the keys; 'all' = every one. */
  readonly projected: 'all' | readonly string[]
}

export interface TableSchema {
  readonly name: string
  readonly keys: KeyNames
  readonly indexes: readonly IndexSchema[]
  readonly isStreamed: boolean
  readonly createdAtMs: number
  /** Attribute with the epoch second after which an item may be removed. */
  readonly timeToLive?: string
}

const known = new Set([
  'TableName',
  'KeySchema',
  'AttributeDefinitions',
  'BillingMode',
  'ProvisionedThroughput',
  'GlobalSecondaryIndexes',
  'StreamSpecification',
])

/** Only string keys, and streams with both images: what the program's tables have. Throws for anything else. */
export function readSchema(input: CreateTableCommandInput, nowMs: number): TableSchema {
  for (const [name, value] of Object.entries(input))
    if (value !== undefined && !known.has(name)) throw unsupported(`the parameter ${name} of CreateTable`)
  const { TableName: name, StreamSpecification: stream, AttributeDefinitions: attributes = [] } = input
  if (name === undefined || !/^[A-Za-z0-9_.-]{3,255}$/.test(name))
    throw invalid(
      `1 validation error detected: Value '${name}' at 'tableName' failed to satisfy constraint: 3 to 255 of a-z, A-Z, 0-9, _, - and .`,
    )
  const keys = readKeys(input.KeySchema)
  const indexes = (input.GlobalSecondaryIndexes ?? []).map(readIndex)
  const isStreamed = stream?.StreamEnabled === true
  if (isStreamed && stream.StreamViewType !== 'NEW_AND_OLD_IMAGES')
    throw unsupported(`streams of the view type ${stream.StreamViewType}`)
  for (const { AttributeName, AttributeType } of attributes)
    if (AttributeType !== 'S') throw unsupported(`keys of the type ${AttributeType} (${AttributeName})`)
  checkAttributes(new Set(attributes.map((one) => one.AttributeName)), [keys, ...indexes.map((index) => index.keys)])
  return { name, keys, indexes, isStreamed, createdAtMs: nowMs }
}

function readKeys(schema: readonly KeySchemaElement[] | undefined): KeyNames {
  const [hash, range] = schema ?? []
  if (hash?.AttributeName === undefined || hash.KeyType !== 'HASH')
    throw invalid('Invalid KeySchema: The first KeySchemaElement is not a HASH key type')
  if (range === undefined) return { partition: hash.AttributeName }
  if (range.AttributeName === undefined || range.KeyType !== 'RANGE')
    throw invalid('Invalid KeySchema: The second KeySchemaElement is not a RANGE key type')
  return { partition: hash.AttributeName, sort: range.AttributeName }
}

function readIndex({ IndexName: name = '', KeySchema, Projection }: GlobalSecondaryIndex): IndexSchema {
  const type = Projection?.ProjectionType
  const projected = type === 'ALL' ? 'all' : type === 'INCLUDE' ? (Projection?.NonKeyAttributes ?? []) : []
  return { name, keys: readKeys(KeySchema), projected }
}

function checkAttributes(defined: ReadonlySet<string | undefined>, all: readonly KeyNames[]): void {
  const used = new Set(all.flatMap(keyNames))
  const missing = [...used].filter((name) => !defined.has(name))
  if (missing.length > 0)
    throw invalid(
      `One or more parameter values were invalid: Some index key attributes are not defined in AttributeDefinitions. Keys: [${missing.join(', ')}], AttributeDefinitions: [${[...defined].join(', ')}]`,
    )
  if (defined.size !== used.size)
    throw invalid(
      'One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions',
    )
}

export function keyNames({ partition, sort }: KeyNames): readonly string[] {
  return sort === undefined ? [partition] : [partition, sort]
}

/** The item as the index keeps it; undefined = the item lacks one of its keys and is not in the index. */
export function projectInto(index: IndexSchema, table: TableSchema, item: Item): Item | undefined {
  const keys = keyNames(index.keys)
  if (keys.some((name) => item[name] === undefined)) return undefined
  if (index.projected === 'all') return item
  const names = [...keys, ...keyNames(table.keys), ...index.projected]
  return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]]))) as Item
}

const account = 'arn:aws:dynamodb:local:000000000000:table'

function tableArn(name: string): string {
  return `${account}/${name}`
}

/** A table's stream keeps its name for as long as the table lives. */
export function streamArn({ name, createdAtMs }: TableSchema): string {
  return `${tableArn(name)}/stream/${new Date(createdAtMs).toISOString().slice(0, 23)}`
}

export function describe(table: TableSchema, itemCount: number): TableDescription {
  const attributes = new Set([table.keys, ...table.indexes.map((index) => index.keys)].flatMap(keyNames))
  return {
    TableName: table.name,
    TableStatus: 'ACTIVE',
    TableArn: tableArn(table.name),
    CreationDateTime: new Date(table.createdAtMs),
    KeySchema: keySchema(table.keys),
    AttributeDefinitions: [...attributes].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
    ItemCount: itemCount,
    ...(table.indexes.length > 0 && {
      GlobalSecondaryIndexes: table.indexes.map((index) => ({
        IndexName: index.name,
        IndexStatus: 'ACTIVE',
        KeySchema: keySchema(index.keys),
        Projection:
          index.projected === 'all'
            ? { ProjectionType: 'ALL' }
            : index.projected.length === 0
              ? { ProjectionType: 'KEYS_ONLY' }
              : { ProjectionType: 'INCLUDE', NonKeyAttributes: [...index.projected] },
      })),
    }),
    ...(table.isStreamed && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
      LatestStreamArn: streamArn(table),
      LatestStreamLabel: streamArn(table).split('/').at(-1),
    }),
  }
}

function keySchema({ partition, sort }: KeyNames): KeySchemaElement[] {
  return [
    { AttributeName: partition, KeyType: 'HASH' },
    ...(sort === undefined ? [] : [{ AttributeName: sort, KeyType: 'RANGE' as const }]),
  ]
}
