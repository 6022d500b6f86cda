/** Puts into one table, a bounded number under way: those that had to wait go together in one transaction, where that is cheaper. */
import {
  type DynamoDBClient,
  PutItemCommand,
  type PutItemCommandInput,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb'
import { type Image, type Item, keyItem } from './attributes.ts'
import type { Key } from './keys.ts'
import { isConditionFailed, itemInTheWay } from './table-errors.ts'

/** What an item may replace; absent = anything. */
export type Guard = Pick<
  PutItemCommandInput,
  'ConditionExpression' | 'ExpressionAttributeNames' | 'ExpressionAttributeValues'
>

/** Makes the outcome of a write from the item that stood in the way; undefined = ours was written. */
type ReadOutcome<T> = (inTheWay: Image | undefined) => T

export interface WriteQueue {
  /** Resolves to the item that stood in the way, undefined when ours was written. */
  put(item: Item, guard?: Guard): Promise<Image | undefined>
  /** As `put`, without a promise: `ended` is called when it is over, with the reason when it failed. It must not throw. */
  putThen(item: Item, guard: Guard | undefined, ended: (failure?: unknown) => void): void
  /** Resolves to what `read` makes of the outcome. An item that a later one replaces: spared when that comes before this has begun. */
  putForNow<T>(item: Item, guard: Guard, read: ReadOutcome<T>): Promise<T>
  /** As `putForNow`, for good. What was put for now under the key `spared` and has not begun counts as written just before. */
  replace<T>(item: Item, guard: Guard, spared: Key, read: ReadOutcome<T>): Promise<T>
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
  /** Never throws. */
  readonly settle: (inTheWay: Image | undefined) => void
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
      writeGroup(options, group, done)
    }
  }
  const done = () => {
    inFlight -= 1
    flush()
  }
  /** After the work at hand, so that what belongs together goes together and nobody's call is held up by ours. */
  const flushSoon = () => {
    if (isFlushDue) return
    isFlushDue = true
    setImmediate(flush)
  }
  const enter = <T>(item: Item, write: Pick<Waiting, 'guard' | 'isForNow'>, read: ReadOutcome<T>) =>
    new Promise<T>((resolve, reject) => {
      const settle = (inTheWay: Image | undefined) => {
        try {
          resolve(read(inTheWay))
        } catch (thrown) {
          reject(thrown)
        }
      }
      waiting.push({ key: keyOf(item), item, ...write, settle, reject })
      flushSoon()
    })
  const spare = (key: string) => {
    const spared = waiting.filter((one) => one.isForNow && one.key === key)
    if (spared.length > 0) waiting = waiting.filter((one) => !spared.includes(one))
    for (const one of spared) one.settle(undefined)
  }
  return {
    put: (item, guard) => enter(item, { guard, isForNow: false }, (inTheWay) => inTheWay),
    putForNow: (item, guard, read) => enter(item, { guard, isForNow: true }, read),
    putThen(item, guard, ended) {
      const write = { guard, isForNow: false, settle: () => ended(), reject: ended }
      waiting.push({ key: keyOf(item), item, ...write })
      flushSoon()
    },
    replace(item, guard, spared, read) {
      spare(keyOf(keyItem(spared)))
      return enter(item, { guard, isForNow: false }, read)
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

/** Each caller gets its own outcome. What could not go together goes by itself. */
function writeGroup(table: Table, group: readonly Waiting[], done: () => void): void {
  const [first] = group
  if (group.length === 1 && first !== undefined) {
    writeAlone(table, first, done)
    return
  }
  void writeTogether(table, group).then((isWritten) => {
    if (isWritten) return done()
    let left = group.length
    const oneDone = () => {
      left -= 1
      if (left === 0) done()
    }
    for (const one of group) writeAlone(table, one, oneDone)
  })
}

async function writeTogether({ client, table }: Table, group: readonly Waiting[]): Promise<boolean> {
  const puts = group.map(({ item, guard }) => ({ Put: { TableName: table, Item: item, ...guard } }))
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: puts }))
  } catch {
    return false
  }
  for (const one of group) one.settle(undefined)
  return true
}

function writeAlone({ client, table }: Table, { item, guard, settle, reject }: Waiting, done: () => void): void {
  const input = { TableName: table, Item: item, ...guard }
  const put = new PutItemCommand(
    guard === undefined ? input : { ...input, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' },
  )
  client.send(put).then(
    () => {
      settle(undefined)
      done()
    },
    (thrown: unknown) => {
      if (isConditionFailed(thrown)) settle(itemInTheWay(thrown) ?? {})
      else reject(thrown)
      done()
    },
  )
}
