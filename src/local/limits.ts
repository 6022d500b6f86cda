/** Gate, status and ledger over the embedded engine: what Lambda's stream and scheduler do on AWS, a loop and a timer do here. */
import type { Ambient } from '../ambient.ts'
import type { Environment } from '../environment.ts'
import type { AlertSink } from '../limits/alerts.ts'
import { createLimitGate } from '../limits/hold.ts'
import { type LedgerPorts, settleBatch } from '../limits/ledger.ts'
import { createStatusReader } from '../limits/status.ts'
import { runWindowsJob, type WindowsPorts } from '../limits/windows-job.ts'
import { createAlertSink } from '../store/alert-sinks.ts'
import type { Clients } from '../store/clients.ts'
import { createLedgerProgress } from '../store/counter-progress.ts'
import { createHeartbeats, readLedgerEntry } from '../store/counter-stream.ts'
import { createCounters } from '../store/counters.ts'
import type { Store } from '../store/index.ts'
import { createOwnerStates } from '../store/owner-states.ts'
import { createStreamPositions } from '../store/stream-position.ts'
import { createUsageHistory } from '../store/usage-history.ts'
import { repairAfterKill } from './repair.ts'
import { createRepeating } from './repeating.ts'
import { createStreamTail } from './stream-tail.ts'

export interface LimitSurroundings {
  readonly environment: Environment
  readonly clients: Clients
  readonly ambient: Ambient
  readonly streams: Parameters<typeof createStreamTail>[0]['client']
  /** Where alerts are told. */
  readonly alerts: AlertSink
  readonly store: Pick<Store, 'logs' | 'documents' | 'apiKeys'>
}

const windowsEveryMs = 30_000

export function createLocalLimits({ environment, clients, ambient, streams, store, ...rest }: LimitSurroundings) {
  const countersTable = { client: clients.dynamo, table: environment.countersTable }
  const counters = createCounters({ ...countersTable, onceClient: clients.dynamoOnce, ambient })
  const progress = createLedgerProgress({ ...countersTable, ambient })
  const alerts = createAlertSink({ ...countersTable, apiKeys: store.apiKeys, deliver: rest.alerts })
  const ledger: LedgerPorts = { ambient, counters, progress, alerts }
  const tail = createStreamTail({
    client: streams,
    table: environment.logsTable,
    ambient,
    positions: createStreamPositions(countersTable),
    async settle(shard, records) {
      const entries = records.map(readLedgerEntry).filter((entry) => entry !== undefined)
      const { failedFrom } = entries.length === 0 ? {} : await settleBatch(entries, { shard }, ledger)
      return failedFrom
    },
  })
  const windows: WindowsPorts = {
    ...ledger,
    logs: store.logs,
    heartbeats: createHeartbeats({ client: clients.dynamo, table: environment.logsTable }),
    history: createUsageHistory(countersTable),
    states: createOwnerStates(store),
  }
  const keepBooks = () => runWindowsJob(windows)
  return {
    gate: createLimitGate({ ambient, counters, progress }),
    status: createStatusReader(counters),
    counters,
    progress,
    /** Follows the logs table's stream until stopped; `stop` resolves when the batch under way is settled. */
    tail,
    keepBooks,
    /** Keeps the books of windows, at once and twice a minute. */
    timer: createRepeating({
      name: 'the bookkeeping of windows',
      everyMs: windowsEveryMs,
      run: keepBooks,
      ambient,
    }),
    /** Only where nobody else uses the database, and before `tail` is started. */
    repair: () => repairAfterKill({ ambient, logs: store.logs, counters, progress, tail }),
  }
}
