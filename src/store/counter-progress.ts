/** How far the ledger has come, lane by lane, as one item. Implements the limits room's LedgerProgress. */
import { type DynamoDBClient, GetItemCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb'
import type { Ambient } from '../ambient.ts'
import type { LedgerProgress } from '../limits/counter.ts'
import { heartbeatLanes } from '../limits/heartbeat.ts'
import { type Image, keyItem, number, readNumber } from './attributes.ts'
import { counterKeys } from './keys.ts'
import { isConditionFailed } from './table-errors.ts'

interface ProgressOptions {
  readonly client: DynamoDBClient
  /** The counters table. */
  readonly table: string
  readonly ambient: Pick<Ambient, 'now'>
  readonly lanes?: number
}

/** Progress moves by minutes; an older reading is only stricter. */
const rememberedMs = 5_000

export function createLedgerProgress(options: ProgressOptions): LedgerProgress {
  const { client, table, ambient, lanes = heartbeatLanes } = options
  const Key = keyItem(counterKeys.progress())
  let remembered: { readonly minute: number | undefined; readonly untilMs: number } | undefined
  return {
    async settledMinute() {
      const nowMs = ambient.now()
      if (remembered && remembered.untilMs > nowMs) return remembered.minute
      const { Item } = await client.send(new GetItemCommand({ TableName: table, Key, ConsistentRead: true }))
      remembered = { minute: lowestLane(Item ?? {}, lanes), untilMs: nowMs + rememberedMs }
      return remembered.minute
    },
    async advance(lane, minute) {
      try {
        await client.send(
          new UpdateItemCommand({
            TableName: table,
            Key,
            UpdateExpression: 'SET #lane = :minute',
            ConditionExpression: 'attribute_not_exists(#lane) OR #lane < :minute',
            ExpressionAttributeNames: { '#lane': laneAttribute(lane) },
            ExpressionAttributeValues: { ':minute': number(minute) },
          }),
        )
      } catch (thrown) {
        if (!isConditionFailed(thrown)) throw thrown
      }
    },
  }
}

function lowestLane(item: Image, lanes: number): number | undefined {
  const minutes = Array.from({ length: lanes }, (_, lane) => readNumber(item, laneAttribute(lane)))
  const known = minutes.filter((minute) => minute !== undefined)
  return known.length < lanes ? undefined : Math.min(...known)
}

function laneAttribute(lane: number): string {
  return `lane:${lane}`
}
