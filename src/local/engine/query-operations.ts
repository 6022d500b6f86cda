/** Query and Scan, page by page. */
import type { QueryCommandInput, ScanCommandInput } from '@aws-sdk/client-dynamodb'
import { readUnits } from './capacity.ts'
import { checkCondition, holds } from './condition.ts'
import { invalid } from './errors.ts'
import { readExpressions, resolveProjection } from './expressions.ts'
import type { Item } from './item.ts'
import { type KeyRange, readKeyCondition } from './key-condition.ts'
import { project } from './paths.ts'
import { type OperationRequest, readKey, refuseUnknown } from './request.ts'
import { type IndexSchema, keyNames, projectInto } from './schema.ts'
import type { Access, Found, Table } from './table.ts'
import { compareText, itemSize, readItem } from './values.ts'

const mostPageBytes = 1024 * 1024

const common = [
  'TableName',
  'ConsistentRead',
  'ExclusiveStartKey',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'FilterExpression',
  'Limit',
  'ProjectionExpression',
  'Select',
]
const queryParameters = new Set([...common, 'IndexName', 'KeyConditionExpression', 'ScanIndexForward'])
const scanParameters = new Set(common)

interface Page {
  readonly access: Access
  readonly start: readonly string[] | undefined
  readonly isForward: boolean
  readonly index: IndexSchema | undefined
  readonly expressions: ReturnType<typeof readExpressions>
}

export function query(request: OperationRequest, input: QueryCommandInput) {
  refuseUnknown('Query', input, queryParameters)
  const table = request.tables.find(input.TableName)
  const at = table.schema.indexes.findIndex(({ name }) => name === input.IndexName)
  const index = table.schema.indexes[at]
  if (input.IndexName !== undefined && index === undefined)
    throw invalid(`The table does not have the specified index: ${input.IndexName}`)
  if (index !== undefined && input.ConsistentRead === true)
    throw invalid('Consistent reads are not supported on global secondary indexes')
  const expressions = readAll(input, input.KeyConditionExpression)
  if (expressions.keyCondition === undefined)
    throw invalid('Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.')
  const keys = index?.keys ?? table.schema.keys
  const range = readKeyCondition(expressions.keyCondition.tree, expressions.placeholders, keys)
  const access = index === undefined ? partitionAccess(range) : indexAccess(range, at)
  const start = input.ExclusiveStartKey && startOf(table, index, input.ExclusiveStartKey)
  const isForward = input.ScanIndexForward !== false
  return readPage(request, table, input, { access, start: start?.slice(1), isForward, index, expressions })
}

export function scan(request: OperationRequest, input: ScanCommandInput) {
  refuseUnknown('Scan', input, scanParameters)
  const table = request.tables.find(input.TableName)
  const expressions = readAll(input, undefined)
  const access: Access = { columns: ['pk', 'sk'], where: [], positionOf: ({ pk, sk }) => [pk, sk] }
  const start = input.ExclusiveStartKey && startOf(table, undefined, input.ExclusiveStartKey)
  return readPage(request, table, input, { access, start, isForward: true, index: undefined, expressions })
}

function readAll(input: QueryCommandInput | ScanCommandInput, keyCondition: string | undefined) {
  const expressions = readExpressions({
    keyCondition,
    filter: input.FilterExpression,
    projection: input.ProjectionExpression,
    names: input.ExpressionAttributeNames,
    values: input.ExpressionAttributeValues,
  })
  for (const condition of [expressions.filter, expressions.keyCondition])
    if (condition !== undefined) checkCondition(condition, expressions.placeholders)
  if (input.Limit !== undefined && input.Limit < 1)
    throw invalid(
      `1 validation error detected: Value '${input.Limit}' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1`,
    )
  return expressions
}

function partitionAccess(range: KeyRange): Access {
  const isInside = isWithin(range)
  return {
    columns: ['sk'],
    where: [['pk = ?', range.partition], ...bounds('sk', range)],
    positionOf: ({ pk, sk }) => (pk === range.partition && isInside(sk) ? [sk] : undefined),
  }
}

function indexAccess(range: KeyRange, at: number): Access {
  const isInside = isWithin(range)
  const [partition, sort] = [`i${at}p`, `i${at}s`]
  return {
    columns: [sort, 'pk', 'sk'],
    where: [[`${partition} = ?`, range.partition], ...bounds(sort, range)],
    positionOf({ pk, sk, indexKeys }) {
      const [indexPartition, indexSort] = indexKeys.slice(2 * at)
      const isThere = indexPartition === range.partition && typeof indexSort === 'string' && isInside(indexSort)
      return isThere ? [indexSort, pk, sk] : undefined
    },
  }
}

function bounds(column: string, { low, high }: KeyRange): readonly (readonly [string, string])[] {
  return [
    ...(low ? [[`${column} >${low.isIncluded ? '=' : ''} ?`, low.key] as const] : []),
    ...(high ? [[`${column} <${high.isIncluded ? '=' : ''} ?`, high.key] as const] : []),
  ]
}

function isWithin({ low, high }: KeyRange): (key: string) => boolean {
  return (key) => {
    const aboveLow = low === undefined ? 1 : compareText(key, low.key)
    const belowHigh = high === undefined ? 1 : compareText(high.key, key)
    return (
      (aboveLow > 0 || (aboveLow === 0 && low?.isIncluded === true)) &&
      (belowHigh > 0 || (belowHigh === 0 && high?.isIncluded === true))
    )
  }
}

/** Where the page before ended, as a position: partition and sort key, and for an index the key of the item. */
function startOf(table: Table, index: IndexSchema | undefined, input: Record<string, unknown>): readonly string[] {
  const given = readItem(input)
  const baseNames = keyNames(table.schema.keys)
  const wanted = new Set([...baseNames, ...(index === undefined ? [] : keyNames(index.keys))])
  if (Object.keys(given).length !== wanted.size || ![...wanted].every((name) => 'S' in (given[name] ?? {})))
    throw invalid('The provided starting key is invalid')
  const { pk, sk } = readKey(table, Object.fromEntries(baseNames.map((name) => [name, given[name]])))
  if (index === undefined) return [pk, sk]
  const text = (name: string | undefined) => {
    const value = name === undefined ? undefined : given[name]
    return value !== undefined && 'S' in value ? value.S : ''
  }
  return [text(index.keys.partition), text(index.keys.sort), pk, sk]
}

function readPage(request: OperationRequest, table: Table, input: QueryCommandInput | ScanCommandInput, page: Page) {
  const { index, expressions } = page
  const { filter, projection, placeholders } = expressions
  const paths = projection && resolveProjection(projection, placeholders)
  const Items: Item[] = []
  let count = 0
  let scanned = 0
  let bytes = 0
  let last: Item | undefined
  let isOver = true
  for (const found of table.rows(page.access, page.start, page.isForward)) {
    const item = seenItem(table, index, found)
    const size = index === undefined || index.projected === 'all' ? (found.row?.size ?? 0) : itemSize(item)
    if (scanned === input.Limit || (scanned > 0 && bytes + size > mostPageBytes)) {
      isOver = false
      break
    }
    request.dependOn(found)
    scanned += 1
    bytes += size
    last = item
    if (filter !== undefined && !holds(filter.tree, item, placeholders)) continue
    count += 1
    if (input.Select !== 'COUNT') Items.push(paths === undefined ? item : project(item, paths))
  }
  countUnits(request, table, index, readUnits(bytes, input.ConsistentRead === true))
  return {
    ...(input.Select !== 'COUNT' && { Items }),
    Count: count,
    ScannedCount: scanned,
    // where a page is exactly full, the service does not look whether more follows
    ...(last !== undefined &&
      (!isOver || scanned === input.Limit) && { LastEvaluatedKey: lastKey(table, index, last) }),
    ...request.capacity(),
  }
}

function seenItem(table: Table, index: IndexSchema | undefined, found: Found): Item {
  const item = found.item ?? {}
  return index === undefined ? item : (projectInto(index, table.schema, item) ?? {})
}

function lastKey(table: Table, index: IndexSchema | undefined, item: Item): Item {
  const names = [...keyNames(table.schema.keys), ...(index === undefined ? [] : keyNames(index.keys))]
  return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]]))) as Item
}

function countUnits(request: OperationRequest, table: Table, index: IndexSchema | undefined, used: number): void {
  if (!request.isMetered) return
  const units = request.unitsOf(table)
  if (index === undefined) units.table += used
  else units.indexes.set(index.name, (units.indexes.get(index.name) ?? 0) + used)
}
