/** GetItem, PutItem, UpdateItem and DeleteItem. */
import type {
  DeleteItemCommandInput,
  GetItemCommandInput,
  PutItemCommandInput,
  UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import { readUnits } from './capacity.ts'
import { invalid, unsupported } from './errors.ts'
import { readExpressions, resolveProjection } from './expressions.ts'
import type { Item } from './item.ts'
import { project } from './paths.ts'
import { carryOut, type PlannedWrite, planWrite, type WriteInput, type WriteType } from './planned-write.ts'
import { type OperationRequest, readKey, refuseUnknown } from './request.ts'

const getParameters = new Set([
  'TableName',
  'Key',
  'ConsistentRead',
  'ProjectionExpression',
  'ExpressionAttributeNames',
])

export function getItem(request: OperationRequest, input: GetItemCommandInput) {
  refuseUnknown('GetItem', input, getParameters)
  const table = request.tables.find(input.TableName)
  const key = readKey(table, input.Key)
  const { projection, placeholders } = readExpressions({
    projection: input.ProjectionExpression,
    names: input.ExpressionAttributeNames,
  })
  const { item, row } = request.read(table, key)
  if (request.isMetered) request.unitsOf(table).table += readUnits(row?.size ?? 0, input.ConsistentRead === true)
  const paths = projection && resolveProjection(projection, placeholders)
  return {
    ...(item !== undefined && { Item: paths === undefined ? item : project(item, paths) }),
    ...request.capacity(),
  }
}

const writeParameters = [
  'TableName',
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnValues',
  'ReturnValuesOnConditionCheckFailure',
]
const putParameters = new Set([...writeParameters, 'Item'])
const deleteParameters = new Set([...writeParameters, 'Key'])
const updateParameters = new Set([...writeParameters, 'Key', 'UpdateExpression'])

export function putItem(request: OperationRequest, input: PutItemCommandInput) {
  refuseUnknown('PutItem', input, putParameters)
  return writeOne(request, 'Put', input)
}

export function deleteItem(request: OperationRequest, input: DeleteItemCommandInput) {
  refuseUnknown('DeleteItem', input, deleteParameters)
  return writeOne(request, 'Delete', input)
}

export function updateItem(request: OperationRequest, input: UpdateItemCommandInput) {
  refuseUnknown('UpdateItem', input, updateParameters)
  return writeOne(request, 'Update', input)
}

function writeOne(
  request: OperationRequest,
  type: WriteType,
  input: WriteInput & { readonly ReturnValues?: string | undefined },
) {
  const returned = input.ReturnValues ?? 'NONE'
  if (returned !== 'NONE' && returned !== 'ALL_OLD' && type !== 'Update')
    throw invalid('ReturnValues can only be ALL_OLD or NONE')
  if (returned.startsWith('UPDATED_')) throw unsupported(`ReturnValues ${returned}`)
  const planned = planWrite(request, type, input)
  carryOut(request, planned)
  const attributes = returnedAttributes(returned, planned)
  return { ...(attributes !== undefined && { Attributes: attributes }), ...request.capacity() }
}

function returnedAttributes(returned: string, { before, after }: PlannedWrite): Item | undefined {
  switch (returned) {
    case 'ALL_OLD':
      return before.item
    case 'ALL_NEW':
      return after
    default:
      return undefined
  }
}
