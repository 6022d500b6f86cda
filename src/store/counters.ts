/** Counters as items that only ever change by one conditional update. Implements the limits room's CounterStore. */
import {
  type DynamoDBClient,
  GetItemCommand,
  paginateScan,
  UpdateItemCommand,
  type UpdateItemCommandInput,
} from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import type { Counter, CounterStore, Reclaim, Settlement, Take, TakeResult } from '../limits/counter.ts'
import { type Image, json, keyItem, number, readText, text } from './attributes.ts'
import { buildExpression, type Expression } from './counter-expression.ts'
import {
  aboutAttribute,
  bucketAttribute,
  expiresAttribute,
  floorAttribute,
  grantedAttribute,
  markAttribute,
  positionAttribute,
  positionText,
  readCounter,
  spentAttribute,
  takesAttribute,
  usedAttribute,
} from './counter-items.ts'
import { createSlices } from './counter-slices.ts'
import { counterKeys } from './keys.ts'
import { isThrottled } from './late-database.ts'
import { isConditionFailed, itemInTheWay } from './table-errors.ts'

export interface CounterOptions {
  readonly client: DynamoDBClient
  /** Never repeats: for additions that no condition guards against a second time. */
  readonly onceClient: DynamoDBClient
  readonly table: string
  readonly ambient: Pick<Ambient, 'newId'>
}

type Written =
  | { readonly isWritten: true; readonly image: Image }
  | { readonly isWritten: false; readonly image: Image | undefined }

export function createCounters(options: CounterOptions): CounterStore {
  const { client, onceClient, table, ambient } = options
  const update = (by: DynamoDBClient, key: string, expression: Expression) =>
    updateItem(by, { TableName: table, Key: keyItem(counterKeys.counter(key)), ...expression })
  const read = async (key: string): Promise<Counter | undefined> => {
    const Key = keyItem(counterKeys.counter(key))
    const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))
    return readCounter(Item)
  }
  return {
    read,
    async take(take) {
      try {
        if (take.ask > take.ceiling) return { type: 'refused', counter: await read(take.key) }
        return takeResult(await update(onceClient, take.key, takeExpression(take)))
      } catch (cause) {
        return { type: 'unknown', cause, isThrottled: isThrottled(cause) }
      }
    },
    async giveBack(hold) {
      await update(onceClient, hold.key, giveBackExpression(hold))
    },
    async settle(settlement) {
      const written = await update(client, settlement.key, settleExpression(settlement))
      const counter = readCounter(written.image)
      return written.isWritten && counter ? { type: 'applied', counter } : { type: 'refused', counter }
    },
    reclaim: async (plan) => (await update(client, plan.counter.key, reclaimExpression(plan))).isWritten,
    async mark(key, mark) {
      const token = ambient.newId()
      const built = buildExpression()
      built.set(markAttribute(mark), text(token))
      built.when(`attribute_not_exists(${built.name(markAttribute(mark))})`)
      const { isWritten, image } = await update(client, key, built.build())
      return isWritten || (image !== undefined && readText(image, markAttribute(mark)) === token)
    },
    async unmark(key, mark) {
      const built = buildExpression()
      built.remove(markAttribute(mark))
      await update(client, key, built.build())
    },
    async repair(seen, spent) {
      const built = buildExpression()
      built.set(usedAttribute, number(seen.used - seen.spent + spent))
      built.set(spentAttribute, number(spent))
      built.when(`${built.name(usedAttribute)} = ${built.value(number(seen.used))}`)
      built.when(`${built.name(spentAttribute)} = ${built.value(number(seen.spent))}`)
      return (await update(client, seen.key, built.build())).isWritten
    },
    slices: createSlices({ client, onceClient }, update),
    list: (prefix) => listCounters(client, table, counterKeys.prefix(prefix)),
  }
}

function takeResult(written: Written): TakeResult {
  const counter = readCounter(written.image)
  return written.isWritten && counter ? { type: 'taken', counter } : { type: 'refused', counter }
}

/** `used + ask <= ceiling` is written as `used <= ceiling - ask`, because a condition cannot add. */
function takeExpression({ ask, ceiling, minute, about, expiresAtMs, granted }: Take): Expression {
  const built = buildExpression()
  if (granted !== undefined) built.when(`${built.name(grantedAttribute)} = ${built.value(number(granted))}`)
  built.add(takesAttribute, 1)
  const used = built.name(usedAttribute)
  built.when(`attribute_not_exists(${used}) OR ${used} <= ${built.value(number(ceiling - ask))}`)
  built.add(usedAttribute, ask)
  if (minute === undefined) built.add(spentAttribute, ask)
  else {
    built.add(bucketAttribute(minute), ask)
    const floor = built.name(floorAttribute)
    built.when(`attribute_not_exists(${floor}) OR ${floor} < ${built.value(number(minute))}`)
  }
  built.set(aboutAttribute, json(about))
  if (expiresAtMs !== undefined) built.set(expiresAttribute, number(Math.ceil(expiresAtMs / 1000)))
  return built.build()
}

function giveBackExpression({ amount, minute }: { readonly amount: number; readonly minute?: number }): Expression {
  const built = buildExpression()
  const from = minute === undefined ? spentAttribute : bucketAttribute(minute)
  built.add(usedAttribute, -amount)
  built.add(from, -amount)
  built.when(`${built.name(from)} >= ${built.value(number(amount))}`)
  return built.build()
}

function settleExpression(settlement: Settlement): Expression {
  const built = buildExpression()
  let released = 0
  for (const [minute, amount] of settlement.buckets) {
    released += amount
    built.add(bucketAttribute(minute), -amount)
    built.when(`${built.name(bucketAttribute(minute))} >= ${built.value(number(amount))}`)
  }
  built.add(usedAttribute, settlement.spent - released)
  built.add(spentAttribute, settlement.spent)
  const position = positionAttribute(settlement.shard)
  const placeholder = built.name(position)
  built.when(`attribute_not_exists(${placeholder}) OR ${placeholder} < ${built.value(text(settlement.first))}`)
  built.set(position, text(positionText(settlement.last, settlement.minute)))
  if (settlement.expiresAtMs !== undefined)
    built.setIfAbsent(expiresAttribute, number(Math.ceil(settlement.expiresAtMs / 1000)))
  return built.build()
}

function reclaimExpression({ counter, minutes, floor, forget }: Reclaim): Expression {
  const built = buildExpression()
  let released = 0
  for (const minute of minutes) {
    const held = counter.buckets.get(minute) ?? 0
    released += held
    built.remove(bucketAttribute(minute))
    built.when(`${built.name(bucketAttribute(minute))} = ${built.value(number(held))}`)
  }
  for (const shard of forget) {
    const { sequence, minute } = counter.positions.get(shard) ?? { sequence: '', minute: 0 }
    built.remove(positionAttribute(shard))
    built.when(`${built.name(positionAttribute(shard))} = ${built.value(text(positionText(sequence, minute)))}`)
  }
  const floorName = built.name(floorAttribute)
  built.when(
    counter.floor === undefined
      ? `attribute_not_exists(${floorName})`
      : `${floorName} = ${built.value(number(counter.floor))}`,
  )
  if (counter.floor !== floor) built.set(floorAttribute, number(floor))
  if (released > 0) built.add(usedAttribute, -released)
  return built.build()
}

async function updateItem(client: DynamoDBClient, input: UpdateItemCommandInput): Promise<Written> {
  try {
    const command = new UpdateItemCommand({
      ...input,
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    })
    return { isWritten: true, image: (await client.send(command)).Attributes ?? {} }
  } catch (thrown) {
    if (isConditionFailed(thrown)) return { isWritten: false, image: itemInTheWay(thrown) }
    throw thrown
  }
}

async function* listCounters(client: DynamoDBClient, table: string, prefix: string): AsyncIterable<Counter> {
  const pages = paginateScan(
    { client },
    {
      TableName: table,
      FilterExpression: 'begins_with(pk, :prefix)',
      ExpressionAttributeValues: { ':prefix': text(prefix) },
    },
  )
  for await (const page of pages)
    for (const item of page.Items ?? []) {
      const counter = readCounter(item)
      if (counter) yield counter
    }
}
