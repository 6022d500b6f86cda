/** The logs table as the ledger's evidence: its stream's records, its heartbeats, and all closed logs for reconciliation. */
import { type DynamoDBClient, PutItemCommand, paginateScan } from '@aws-sdk/client-dynamodb'
import { heartbeatLanes } from '../limits/heartbeat.ts'
import type { LedgerEntry } from '../limits/ledger.ts'
import type { Heartbeats } from '../limits/sweep.ts'
import type { ClosedLog } from '../records/log.ts'
import { type Image, keyItem, number, readNumber, text } from './attributes.ts'
import { counterKeys } from './keys.ts'
import { logsLayout, stateAttribute } from './log-attributes.ts'
import { closedState, readLogImage } from './log-items.ts'

/** One record of the stream, as Lambda and the Streams API spell it. */
export interface StreamRecord {
  readonly eventName?: string | undefined
  readonly dynamodb?:
    | {
        readonly SequenceNumber?: string | undefined
        readonly NewImage?: Image | undefined
        readonly OldImage?: Image | undefined
      }
    | undefined
}

interface LogsTable {
  readonly client: DynamoDBClient
  readonly table: string
}

const laneAttribute = 'lane'
const minuteAttribute = 'minute'
const layoutAttribute = 'layout'

/** undefined = nothing to the ledger: openings, payloads, expiry, changes of what is closed already. */
export function readLedgerEntry({ dynamodb }: StreamRecord): LedgerEntry | undefined {
  const sequence = dynamodb?.SequenceNumber
  const image = dynamodb?.NewImage
  if (sequence === undefined || image === undefined) return undefined
  const lane = readNumber(image, laneAttribute)
  const minute = readNumber(image, minuteAttribute)
  if (lane !== undefined && minute !== undefined && image.pk?.S === counterKeys.heartbeat(lane).pk)
    return sweptLayout(image) < logsLayout ? undefined : { type: 'heartbeat', sequence, lane, minute }
  const after = readLogImage(image)
  const before = dynamodb?.OldImage && readLogImage(dynamodb.OldImage)
  return after?.isClosed && !before?.isClosed ? { type: 'closed', sequence, log: after.log } : undefined
}

/** What the sweep before it knew: one of an older version has not seen every opening, so nothing may be given back upon its word. */
function sweptLayout(image: Image): number {
  return readNumber(image, layoutAttribute) ?? 1
}

export function createHeartbeats({
  client,
  table,
  lanes = heartbeatLanes,
}: LogsTable & { readonly lanes?: number }): Heartbeats {
  return {
    async beat(minute) {
      const puts = Array.from({ length: lanes }, (_, lane) =>
        client.send(
          new PutItemCommand({
            TableName: table,
            Item: {
              ...keyItem(counterKeys.heartbeat(lane)),
              [laneAttribute]: number(lane),
              [minuteAttribute]: number(minute),
              [layoutAttribute]: number(logsLayout),
            },
          }),
        ),
      )
      await Promise.all(puts)
    },
  }
}

/** Reads the whole logs table, strongly consistent: for reconciliation. */
export async function* listClosedLogs({ client, table }: LogsTable): AsyncIterable<ClosedLog> {
  const pages = paginateScan(
    { client },
    {
      TableName: table,
      ConsistentRead: true,
      FilterExpression: '#state = :closed',
      ExpressionAttributeNames: { '#state': stateAttribute },
      ExpressionAttributeValues: { ':closed': text(closedState) },
    },
  )
  for await (const page of pages)
    for (const item of page.Items ?? []) {
      const read = readLogImage(item)
      if (read?.isClosed) yield read.log
    }
}
