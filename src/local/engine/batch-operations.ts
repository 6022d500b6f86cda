/** BatchGetItem and BatchWriteItem. Nothing is ever left unprocessed. */
import type { BatchGetItemCommandInput, BatchWriteItemCommandInput, KeysAndAttributes } from '@aws-sdk/client-dynamodb'
import { readUnits } from './capacity.ts'
import { invalid } from './errors.ts'
import { readExpressions, resolveProjection } from './expressions.ts'
import type { Item } from './item.ts'
import { project } from './paths.ts'
import { carryOut, type PlannedWrite, planWrite } from './planned-write.ts'
import { type OperationRequest, readKey, refuseUnknown } from './request.ts'

const mostRead = 100
const mostWritten = 25
const parameters = new Set(['RequestItems'])
const keysParameters = new Set(['Keys', 'ConsistentRead', 'ProjectionExpression', 'ExpressionAttributeNames'])

export function batchGetItem(request: OperationRequest, input: BatchGetItemCommandInput) {
  refuseUnknown('BatchGetItem', input, parameters)
  const asked = Object.entries(input.RequestItems ?? {})
  if (asked.length === 0) throw invalid('The requestItems parameter is required for BatchGetItem')
  const count = asked.reduce((sum, [, { Keys = [] }]) => sum + Keys.length, 0)
  if (count > mostRead) throw invalid('Too many items requested for the BatchGetItem call')
  const Responses: Record<string, Item[]> = {}
  for (const [name, each] of asked) Responses[name] = getFrom(request, name, each)
  return { Responses, UnprocessedKeys: {}, ...request.capacities() }
}

function getFrom(request: OperationRequest, name: string, asked: KeysAndAttributes): Item[] {
  refuseUnknown('BatchGetItem', asked, keysParameters)
  const table = request.tables.find(name)
  const keys = (asked.Keys ?? []).map((key) => readKey(table, key))
  if (keys.length === 0) throw invalid('BatchGetItem needs at least one key for each table')
  if (new Set(keys.map((key) => JSON.stringify(key))).size !== keys.length)
    throw invalid('Provided list of item keys contains duplicates')
  const { projection, placeholders } = readExpressions({
    projection: asked.ProjectionExpression,
    names: asked.ExpressionAttributeNames,
  })
  const paths = projection && resolveProjection(projection, placeholders)
  return keys.flatMap((key) => {
    const { item, row } = request.read(table, key)
    if (request.isMetered) request.unitsOf(table).table += readUnits(row?.size ?? 0, asked.ConsistentRead === true)
    return item === undefined ? [] : [paths === undefined ? item : project(item, paths)]
  })
}

export function batchWriteItem(request: OperationRequest, input: BatchWriteItemCommandInput) {
  refuseUnknown('BatchWriteItem', input, parameters)
  const asked = Object.entries(input.RequestItems ?? {}).flatMap(([TableName, list]) =>
    (list ?? []).map((one) => ({ TableName, ...one })),
  )
  if (asked.length === 0) throw invalid('The batch write request list cannot be empty')
  if (asked.length > mostWritten) throw invalid('Too many items requested for the BatchWriteItem call')
  const planned = asked.map(({ TableName, PutRequest, DeleteRequest }) =>
    PutRequest === undefined
      ? planWrite(request, 'Delete', { TableName, Key: DeleteRequest?.Key })
      : planWrite(request, 'Put', { TableName, Item: PutRequest.Item }),
  )
  if (hasDuplicates(planned)) throw invalid('Provided list of item keys contains duplicates')
  for (const each of planned) carryOut(request, each)
  return { UnprocessedItems: {}, ...request.capacities() }
}

export function hasDuplicates(planned: readonly Pick<PlannedWrite, 'table' | 'key'>[]): boolean {
  return new Set(planned.map(({ table, key }) => JSON.stringify([table.id, key.pk, key.sk]))).size !== planned.length
}
