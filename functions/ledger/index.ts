/** From the logs table's stream: settled counters, and the metrics of every closed record. */
import type { DynamoDBRecord } from 'aws-lambda'
import { settleBatch } from '../../src/limits/ledger.ts'
import { readLedgerEntry } from '../../src/store/counter-stream.ts'
import { readLogImage } from '../../src/store/log-items.ts'
import { openAlerts } from '../alerts.ts'
import { publishMetrics } from '../metrics.ts'
import { createFunctionContext } from '../wiring.ts'

const foundation = createFunctionContext()
const { ambient, counters, progress } = foundation
const alerts = openAlerts(foundation)
const ports = { ambient, counters, progress, alerts }

/** A batch of one shard; Lambda names the shard only where a tumbling window is set. */
interface Batch {
  /** Absent or empty where only a window ends. */
  readonly Records?: readonly DynamoDBRecord[]
  readonly shardId: string
}

interface Settled {
  /** Lambda takes an answer without it for a failure. */
  readonly state: Readonly<Record<string, never>>
  /** From here on the shard is delivered again. */
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[]
}

export async function handler({ Records = [], shardId }: Batch): Promise<Settled> {
  const entries = Records.map(readLedgerEntry).filter((entry) => entry !== undefined)
  const { failedFrom } = await settleBatch(entries, { shard: shardId }, ports)
  const cut = Records.findIndex(({ dynamodb }) => dynamodb?.SequenceNumber === failedFrom)
  publishMetrics(closedLogs(failedFrom === undefined ? Records : Records.slice(0, cut)))
  return { state: {}, batchItemFailures: failedFrom === undefined ? [] : [{ itemIdentifier: failedFrom }] }
}

function closedLogs(records: readonly DynamoDBRecord[]) {
  return records.flatMap((record) => {
    const read = readLedgerEntry(record)?.type === 'closed' ? readLogImage(record.dynamodb?.NewImage ?? {}) : undefined
    return read?.isClosed ? [read.log] : []
  })
}
