/** What a Put, Update, Delete or ConditionCheck would do: decided before anything is written, so that a transaction can stop. */
import { addWriteUnits } from './capacity.ts'
import { checkCondition, holds } from './condition.ts'
import { conditionFailed, invalid } from './errors.ts'
import { readExpressions } from './expressions.ts'
import type { Item } from './item.ts'
import { checkIndexKeys, keyItem, keyOf, type OperationRequest, readKey } from './request.ts'
import { keyNames } from './schema.ts'
import type { Found, ItemKey, Table } from './table.ts'
import { applyUpdate, checkUpdate } from './update.ts'
import { itemSize, readItem } from './values.ts'

/** The parameters that single writes and parts of transactions share. */
export interface WriteInput {
  readonly TableName: string | undefined
  readonly Item?: unknown
  readonly Key?: unknown
  readonly UpdateExpression?: string | undefined
  readonly ConditionExpression?: string | undefined
  readonly ExpressionAttributeNames?: Record<string, string> | undefined
  readonly ExpressionAttributeValues?: Record<string, unknown> | undefined
  readonly ReturnValuesOnConditionCheckFailure?: string | undefined
}

export type WriteType = 'Put' | 'Update' | 'Delete' | 'ConditionCheck'

export interface PlannedWrite {
  readonly table: Table
  readonly key: ItemKey
  readonly before: Found
  /** undefined = the item is deleted, or stays away. */
  readonly after: Item | undefined
  readonly isCheckOnly: boolean
}

const mostItemBytes = 400 * 1024

/** Throws `ConditionalCheckFailedException`, with the item where it was asked for, and `ValidationException`. */
export function planWrite(request: OperationRequest, type: WriteType, input: WriteInput): PlannedWrite {
  const table = request.tables.find(input.TableName)
  const put = type === 'Put' ? readItem(input.Item) : undefined
  const key = put === undefined ? readKey(table, input.Key) : keyOf(table, put)
  const { condition, update, placeholders } = readExpressions({
    condition: input.ConditionExpression,
    update: type === 'Update' ? input.UpdateExpression : undefined,
    names: input.ExpressionAttributeNames,
    values: input.ExpressionAttributeValues,
  })
  if (condition !== undefined) checkCondition(condition, placeholders)
  if (update !== undefined) checkUpdate(update, placeholders, keyNames(table.schema.keys))
  if (put !== undefined) checkStored(table, put, 'Item size has exceeded the maximum allowed size')
  const before = request.read(table, key)
  if (condition !== undefined && !holds(condition.tree, before.item ?? {}, placeholders)) {
    const isWanted = input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD' && before.item !== undefined
    throw isWanted ? conditionFailed(before.item) : conditionFailed()
  }
  const planned = { table, key, before, isCheckOnly: type === 'ConditionCheck' }
  if (type === 'Put') return { ...planned, after: put }
  if (type === 'Delete') return { ...planned, after: undefined }
  if (type === 'ConditionCheck') return { ...planned, after: before.item }
  const start = before.item ?? keyItem(table, key)
  if (update === undefined) return { ...planned, after: start }
  const item = applyUpdate(update, start, placeholders)
  checkStored(table, item, 'Item size to update has exceeded the maximum allowed size')
  return { ...planned, after: item }
}

function checkStored(table: Table, item: Item, tooLarge: string): void {
  checkIndexKeys(table, item)
  if (itemSize(item) > mostItemBytes) throw invalid(tooLarge)
}

export function carryOut(request: OperationRequest, planned: PlannedWrite, isTransaction = false): void {
  const { table, key, before, after, isCheckOnly } = planned
  if (request.isMetered)
    addWriteUnits(request.unitsOf(table), table.schema, { before: before.item, after, isTransaction })
  if (!isCheckOnly) request.write(table, key, before, after)
}
