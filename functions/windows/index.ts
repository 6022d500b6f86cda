/** Scheduled: closes records whose instance died, keeps the books of limit windows, reclaims idle holds, expires and rotates keys. Late or doubled runs change nothing about admission. */
import { runWindowsJob } from '../../src/limits/windows-job.ts'
import { createHeartbeats } from '../../src/store/counter-stream.ts'
import { createKeyNotices, createKeyNoticeTopic } from '../../src/store/key-notices.ts'
import { createOwnerStates } from '../../src/store/owner-states.ts'
import { createUpkeep } from '../../src/store/upkeep.ts'
import { createUsageHistory } from '../../src/store/usage-history.ts'
import { layFoundation } from '../wiring.ts'

const { environment, ambient, clients, store, ...limits } = layFoundation()

const countersTable = { client: clients.dynamo, table: environment.countersTable }

const ports = {
  ...limits,
  ambient,
  logs: store.logs,
  heartbeats: createHeartbeats({ client: clients.dynamo, table: environment.logsTable }),
  history: createUsageHistory(countersTable),
  states: createOwnerStates(store),
}

const keepKeysAndProviders = createUpkeep({
  store,
  ambient,
  secretsPrefix: environment.secretsPrefix,
  notices: createKeyNotices({ ...countersTable, deliver: createKeyNoticeTopic(environment, ambient) }),
})

/** Neither piece of work waits for the other to succeed. */
export async function handler(): Promise<void> {
  const [books, upkeep] = await Promise.allSettled([runWindowsJob(ports), keepKeysAndProviders()])
  if (books.status === 'rejected') throw books.reason
  ambient.log({ level: 'info', message: 'the books of windows are kept', ...books.value })
  if (upkeep.status === 'rejected') throw upkeep.reason
  ambient.log({ level: 'info', message: 'keys and providers are looked after', ...upkeep.value })
}
