/** Scheduled: closes records whose instance died, keeps the books of limit windows, reclaims idle holds. Late or doubled runs change nothing about admission. */
import { runWindowsJob } from '../../src/limits/windows-job.ts'
import { createHeartbeats } from '../../src/store/counter-stream.ts'
import { createOwnerStates } from '../../src/store/owner-states.ts'
import { createUsageHistory } from '../../src/store/usage-history.ts'
import { layFoundation } from '../wiring.ts'

const { environment, ambient, clients, store, ...limits } = layFoundation()

const ports = {
  ...limits,
  ambient,
  logs: store.logs,
  heartbeats: createHeartbeats({ client: clients.dynamo, table: environment.logsTable }),
  history: createUsageHistory({ client: clients.dynamo, table: environment.countersTable }),
  states: createOwnerStates(store),
}

export async function handler(): Promise<void> {
  const report = await runWindowsJob(ports)
  ambient.log({ level: 'info', message: 'the books of windows are kept', ...report })
}
