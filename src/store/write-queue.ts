/** Puts into one table, a bounded number of them under way. */
import { type DynamoDBClient, PutItemCommand, type PutItemCommandInput } from '@aws-sdk/client-dynamodb'
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

/** As many as a busy instance needs and its sockets bear. */
export const usualInFlight = 48

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

interface QueueOptions extends Table {
  /** Requests to the table at once. What waits here is not yet subject to any timeout. */
  readonly mostInFlight: number
}

export function createWriteQueue(options: QueueOptions): WriteQueue {
  const { mostInFlight: most } = options
  let waiting: Waiting[] = []
  let inFlight = 0
  let isFlushDue = false

  const flush = () => {
    isFlushDue = false
    while (waiting.length > 0 && inFlight < most) {
      const next = waiting.slice(0, most - inFlight)
      waiting = waiting.slice(next.length)
      inFlight += next.length
      for (const one of next) write(options, one, done)
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

function write({ client, table }: Table, { item, guard, settle, reject }: Waiting, done: () => void): void {
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
