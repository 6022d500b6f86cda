/** TransactWriteItems: all parts or none. */
import type { TransactWriteItem, TransactWriteItemsCommandInput } from '@aws-sdk/client-dynamodb'
import { hasDuplicates } from './batch-operations.ts'
import { type CancellationReason, invalid, transactionCancelled, unsupported } from './errors.ts'
import { carryOut, type PlannedWrite, planWrite, type WriteInput, type WriteType } from './planned-write.ts'
import { keyOf, type OperationRequest, readKey, refuseUnknown } from './request.ts'
import { readItem } from './values.ts'

const mostParts = 100
/** How long a token keeps the same transaction from being carried out again. */
const tokenLifeMs = 600_000

const parameters = new Set(['TransactItems', 'ClientRequestToken'])
const partParameters = new Set([
  'TableName',
  'Item',
  'Key',
  'UpdateExpression',
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnValuesOnConditionCheckFailure',
])

/** Tokens of transactions that were carried out, and until when they count. In memory: who would repeat one is gone with this process. */
export class TransactionTokens {
  readonly #until = new Map<string, number>()

  isKnown(token: string | undefined, nowMs: number): boolean {
    for (const [known, untilMs] of this.#until) {
      if (untilMs > nowMs) break
      this.#until.delete(known)
    }
    return token !== undefined && this.#until.has(token)
  }

  keep(token: string | undefined, nowMs: number): void {
    if (token !== undefined) this.#until.set(token, nowMs + tokenLifeMs)
  }
}

export function transactWriteItems(
  request: OperationRequest,
  input: TransactWriteItemsCommandInput,
  tokens: TransactionTokens,
) {
  refuseUnknown('TransactWriteItems', input, parameters)
  const parts = (input.TransactItems ?? []).map(readPart)
  if (parts.length === 0 || parts.length > mostParts)
    throw invalid(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length from 1 to ${mostParts}, got ${parts.length}`,
    )
  if (hasDuplicates(parts.map((part) => placeOf(request, part))))
    throw invalid('Transaction request cannot include multiple operations on one item')
  const now = request.tables.now()
  if (tokens.isKnown(input.ClientRequestToken, now)) {
    request.batch = request.tables.journal.current() - 1
    return request.capacities()
  }
  const outcomes = parts.map(({ type, part }) => planPart(request, type, part))
  const planned = outcomes.filter((outcome): outcome is PlannedWrite => 'table' in outcome)
  if (planned.length < outcomes.length)
    throw transactionCancelled(outcomes.map((outcome) => ('table' in outcome ? { Code: 'None' } : outcome)))
  for (const each of planned) carryOut(request, each, true)
  tokens.keep(input.ClientRequestToken, now)
  return request.capacities()
}

interface Part {
  readonly type: WriteType
  readonly part: WriteInput
}

function readPart(item: TransactWriteItem): Part {
  const given = (['Put', 'Update', 'Delete', 'ConditionCheck'] as const).filter((type) => item[type] !== undefined)
  const [type] = given
  const part = type && item[type]
  if (type === undefined || part === undefined || given.length > 1)
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete')
  for (const name in part)
    if (!partParameters.has(name)) throw unsupported(`the parameter ${name} of a transaction's ${type}`)
  return { type, part }
}

function placeOf(request: OperationRequest, { type, part }: Part) {
  const table = request.tables.find(part.TableName)
  return { table, key: type === 'Put' ? keyOf(table, readItem(part.Item)) : readKey(table, part.Key) }
}

/** A part that fails cancels the transaction: by its condition, or by what would become of the item. */
function planPart(request: OperationRequest, type: WriteType, part: WriteInput): PlannedWrite | CancellationReason {
  try {
    return planWrite(request, type, part)
  } catch (thrown) {
    if (!(thrown instanceof Error)) throw thrown
    if (thrown.name === 'ConditionalCheckFailedException') {
      const item =
        'Item' in thrown && thrown.Item !== undefined ? { Item: thrown.Item as CancellationReason['Item'] & {} } : {}
      return { Code: 'ConditionalCheckFailed', Message: thrown.message, ...item }
    }
    if (isAboutItem(thrown)) return { Code: 'ValidationError', Message: thrown.message }
    throw thrown
  }
}

/** What is wrong only with the item that is there is told as a reason; what is wrong with the request, as its error. */
function isAboutItem(thrown: Error): boolean {
  return /^(An operand in the update|The provided expression refers|The document path provided|Item size |One or more parameter values)/.test(
    thrown.message,
  )
}
