/** Puts into one table, a bounded number under way: those that had to wait go together in one transaction, where that is cheaper. */
import {
  type DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import type { Image, Item } from './attributes.ts'
import { isConditionFailed, itemInTheWay } from './table-errors.ts'

/** What an item may replace; absent = anything. */
export type Guard = Pick<
  PutItemCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>

export interface WriteQueue {
  /** Resolves to the item that stood in the way, undefined when ours was written. */
  put(item: Item, guard?: Guard): Promise<Image | undefined>
  /** As `put`, of an item that a later one replaces: spared when that comes before this has begun. */
  putForNow(item: Item, guard: Guard): Promise<Image | undefined>
  /** As `put`. What was put for now under the same key and has not begun counts as written just before. */
  replace(item: Item, guard: Guard): Promise<Image | undefined>
}

export interface WriteLimits {
  /** Requests to the table at once. What waits here is not yet subject to any timeout. */
  readonly inFlight: number
  /** Items per request. Above 1 only where a transaction of several costs less than each by itself: not on AWS. */
  readonly groupSize: number
}

export const usualWriteLimits: WriteLimits = { inFlight: 48, groupSize: 1 }

interface Waiting {
  readonly key: string
  readonly item: Item
  readonly guard: Guard | undefined
  readonly isForNow: boolean
  readonly resolve: (inTheWay: Image | undefined) => void
  readonly reject: (reason: unknown) => void
}

interface Table {
  readonly client: DynamoDBClient
  readonly table: string
}

export function createWriteQueue(options: Table & { readonly limits: WriteLimits }): WriteQueue {
  const { inFlight: most, groupSize } = options.limits
  let waiting: Waiting[] = []
  let inFlight = 0
  let isFlushDue = false

  const flush = () => {
    isFlushDue = false
    while (waiting.length > 0 && inFlight < most) {
      const group = firstOfEachKey(waiting, groupSize)
      waiting = waiting.slice(group.length)
      inFlight += 1
      void writeGroup(options, group).then(() => {
        inFlight -= 1
        flush()
      })
    }
  }
  /** After the work at hand, so that what belongs together goes together and nobody's call is held up by ours. */
  const flushSoon = () => {
    if (isFlushDue) return
    isFlushDue = true
    setImmediate(flush)
  }
  const enter = (item: Item, guard: Guard | undefined, isForNow: boolean) =>
    new Promise<Image | undefined>((resolve, reject) => {
      waiting.push({ key: keyOf(item), item, guard, isForNow, resolve, reject })
      flushSoon()
    })
  const spare = (key: string) => {
    const spared = waiting.filter((one) => one.isForNow && one.key === key)
    if (spared.length > 0) waiting = waiting.filter((one) => !spared.includes(one))
    for (const one of spared) one.resolve(undefined)
  }
  return {
    put: (item, guard) => enter(item, guard, false),
    putForNow: (item, guard) => enter(item, guard, true),
    replace(item, guard) {
      spare(keyOf(item))
      return enter(item, guard, false)
    },
  }
}

function keyOf({ pk, sk }: Item): string {
  return `${pk?.S} ${sk?.S}`
}

/** A transaction takes each key once; order is kept. */
function firstOfEachKey(waiting: readonly Waiting[], most: number): readonly Waiting[] {
  const keys = new Set<string>()
  const end = waiting.findIndex(({ key }, at) => {
    const isOver = at >= most || keys.has(key)
    keys.add(key)
    return isOver
  })
  return waiting.slice(0, end < 0 ? waiting.length : end)
}

/** Never rejects: each caller gets its own outcome. What could not go together goes by itself. */
async function writeGroup(table: Table, group: readonly Waiting[]): Promise<void> {
  if (group.length > 1 && (await writeTogether(table, group))) return
  await Promise.all(group.map((one) => writeAlone(table, one).then(one.resolve, one.reject)))
}

async function writeTogether({ client, table }: Table, group: readonly Waiting[]): Promise<boolean> {
  const puts = group.map(({ item, guard }) => ({ Put: { TableName: table, Item: item, ...guard } }))
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: puts }))
  } catch {
    return false
  }
  for (const one of group) one.resolve(undefined)
  return true
}

async function writeAlone({ client, table }: Table, { item, guard }: Waiting): Promise<Image | undefined> {
  const input = { TableName: table, Item: item, ...guard }
  try {
    await client.send(
      new PutItemCommand(guard === undefined ? input : { ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' }),
    )
    return undefined
  } catch (thrown) {
    if (isConditionFailed(thrown)) return itemInTheWay(thrown) ?? {}
    throw thrown
  }
}
