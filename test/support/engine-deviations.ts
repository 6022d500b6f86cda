/** Where another implementation is known to answer otherwise than DynamoDB does, and why we follow the service's documentation or the stricter of two. */

import { isDeepStrictEqual } from 'node:util'

/** What a request came to: an answer, or the name of an error and the codes of a transaction's reasons. */
export interface Outcome {
  readonly answer?: Readonly<Record<string, unknown>>
  readonly error?: string
  readonly reasons?: readonly (string | undefined)[] | undefined
  readonly item?: unknown
}

export interface Deviation {
  readonly because: string
  readonly isIt: (mine: Outcome, theirs: Outcome, request: string) => boolean
}

const validation = 'ValidationException'

const validatesTransactionsAsAWhole: Deviation = {
  because: 'what is wrong with a part of a transaction is told as its reason by one and as the whole error by another',
  isIt: (mine, theirs) => [mine, theirs].every(({ error, reasons }) => error === validation || reasons !== undefined),
}

const byEngine: Readonly<Record<string, readonly Deviation[]>> = {
  dynoxide: [
    validatesTransactionsAsAWhole,
    {
      because:
        'it updates below a path whose parent is missing or of another type; DynamoDB Local refuses, as documented',
      isIt: (mine, theirs) =>
        (mine.error === validation || mine.reasons?.includes('ValidationError') === true) && theirs.error === undefined,
    },
    {
      because: 'it looks at the condition before it looks for paths that reach into each other',
      isIt: (mine, theirs) => mine.error === validation && theirs.error === 'ConditionalCheckFailedException',
    },
    {
      because: 'it gives the key as the old item of an update that made the item',
      isIt: (mine, theirs, request) =>
        request === 'UpdateItemCommand' &&
        mine.answer !== undefined &&
        mine.answer.Attributes === undefined &&
        Object.keys(Object(theirs.answer?.Attributes)).every((name) => name === 'pk' || name === 'sk'),
    },
    {
      because: 'it does not find the partition key of some conditions that name the sort key first',
      isIt: (mine, theirs, request) =>
        request.startsWith('QueryCommand') && mine.error === undefined && theirs.error === validation,
    },
  ],
  'DynamoDB Local': [
    validatesTransactionsAsAWhole,
    {
      because: 'it looks at the conditions of a transaction before it looks for an item that is named twice',
      isIt: (mine, theirs, request) =>
        request === 'TransactWriteItemsCommand' && mine.error === validation && theirs.reasons !== undefined,
    },
    {
      because: 'it counts the capacity of transactions and indexes otherwise than the developer guide does',
      isIt: (mine, theirs) =>
        mine.answer?.ConsumedCapacity !== undefined &&
        isDeepStrictEqual(withoutCapacity(mine), withoutCapacity(theirs)),
    },
    {
      because: 'it orders items of one index key otherwise, and DynamoDB promises no order among them',
      isIt: (mine, theirs, request) =>
        request === 'QueryCommand on an index' && mine.answer !== undefined && theirs.answer !== undefined,
    },
    {
      because: 'it leaves out the last key where a page of exactly `Limit` items reaches the end of the range',
      isIt: (mine, theirs, request) => {
        if (!request.startsWith('QueryCommand') || mine.answer === undefined || theirs.answer === undefined)
          return false
        const { LastEvaluatedKey: _, ...rest } = mine.answer
        return isDeepStrictEqual(rest, theirs.answer)
      },
    },
  ],
}

function withoutCapacity({ answer }: Outcome) {
  const { ConsumedCapacity: _, ...rest } = answer ?? {}
  return rest
}

/** undefined = it is no deviation that we know: one of the two is wrong. */
export function findDeviation(engine: string, mine: Outcome, theirs: Outcome, request: string): Deviation | undefined {
  return byEngine[engine]?.find(({ isIt }) => isIt(mine, theirs, request))
}
