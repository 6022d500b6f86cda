/** Gate, status and ledger over the embedded engine: what Lambda's stream and scheduler do on AWS, a loop and a timer do here. */
import type { Ambient } from '../ambient.ts'
import type { Environment } from '../environment.ts'
import type { AlertSink } from '../limits/alerts.ts'
import { createLimitGate } from '../limits/hold.ts'
import { type LedgerPorts, settleBatch } from '../limits/ledger.ts'
import { createStatusReader } from '../limits/status.ts'
import type { Clients } from '../store/clients.ts'
import { createLedgerProgress } from '../store/counter-progress.ts'
import { readLedgerEntry } from '../store/counter-stream.ts'
import { createCounters } from '../store/counters.ts'
import { createStreamTail } from './stream-tail.ts'

export interface LimitSurroundings {
  readonly environment: Environment
  readonly clients: Clients
  readonly ambient: Ambient
  readonly streams: Parameters<typeof createStreamTail>[0]['client']
  readonly alerts: AlertSink
}

export function createLocalLimits({ environment, clients, ambient, streams, alerts }: LimitSurroundings) {
  const counters = createCounters({
    client: clients.dynamo,
    onceClient: clients.dynamoOnce,
    table: environment.countersTable,
    ambient,
  })
  const progress = createLedgerProgress({ client: clients.dynamo, table: environment.countersTable, ambient })
  const ledger: LedgerPorts = { ambient, counters, progress, alerts }
  const tail = createStreamTail({
    client: streams,
    table: environment.logsTable,
    ambient,
    async settle(shard, records) {
      const entries = records.map(readLedgerEntry).filter((entry) => entry !== undefined)
      const { failedFrom } = entries.length === 0 ? {} : await settleBatch(entries, { shard }, ledger)
      return failedFrom
    },
  })
  return {
    gate: createLimitGate({ ambient, counters, progress }),
    status: createStatusReader(counters),
    counters,
    progress,
    /** Follows the logs table's stream until stopped; `stop` resolves when the batch under way is settled. */
    tail,
  }
}
