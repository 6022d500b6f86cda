/** Scheduled: closes records whose instance died, keeps the books of limit windows, reclaims idle holds, expires and rotates keys. Late or doubled runs change nothing about admission. */
import { sweepSecrets } from '../../src/admin/secret-sweep.ts'
import { runWindowsJob } from '../../src/limits/windows-job.ts'
import { createHeartbeats } from '../../src/store/counter-stream.ts'
import { createKeyNotices, createKeyNoticeTopic } from '../../src/store/key-notices.ts'
import { createOwnerStates } from '../../src/store/owner-states.ts'
import { checkSchemaVersion } from '../../src/store/schema-version.ts'
import { createUpkeep } from '../../src/store/upkeep.ts'
import { createUsageHistory } from '../../src/store/usage-history.ts'
import { openAlerts } from '../alerts.ts'
import { createFunctionContext } from '../wiring.ts'

const foundation = createFunctionContext()
const { environment, ambient, clients, store, ...limits } = foundation

const countersTable = { client: clients.dynamo, table: environment.countersTable }

const ports = {
  alerts: openAlerts(foundation),
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

/** Vectors have no lifetime of their own; once a day is enough, since no query finds them. */
async function removeVectors(run: string | undefined): Promise<number> {
  return run === 'midnight' ? ((await store.vectors?.removeExpired(ambient.now())) ?? 0) : 0
}

/** Secrets that a deletion left behind, once a day as well. */
async function removeOrphans(run: string | undefined): Promise<number> {
  if (run !== 'midnight') return 0
  return (await sweepSecrets({ ...store, ambient, secretsPrefix: environment.secretsPrefix })).length
}

/** No piece of work waits for another to succeed; none is begun over tables that a later version has written. */
export async function handler(event?: { readonly run?: string }): Promise<void> {
  await checkSchemaVersion({ client: clients.dynamo, table: environment.logsTable })
  const [books, upkeep, vectors, orphans] = await Promise.allSettled([
    runWindowsJob(ports),
    keepKeysAndProviders(),
    removeVectors(event?.run),
    removeOrphans(event?.run),
  ])
  if (books.status === 'rejected') throw books.reason
  ambient.log({ level: 'info', message: 'the books of windows are kept', ...books.value })
  if (upkeep.status === 'rejected') throw upkeep.reason
  ambient.log({ level: 'info', message: 'keys and providers are looked after', ...upkeep.value })
  if (vectors.status === 'rejected') throw vectors.reason
  if (vectors.value > 0)
    ambient.log({ level: 'info', message: 'vectors past their time removed', count: vectors.value })
  if (orphans.status === 'rejected') throw orphans.reason
}
