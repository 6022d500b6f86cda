/** Scheduled: closes records whose instance died and tells the ledger how far everything is closed. */
import { sweep } from '../../src/limits/sweep.ts'
import { createHeartbeats } from '../../src/store/counter-stream.ts'
import { layFoundation } from '../wiring.ts'

const { environment, ambient, clients, store } = layFoundation()
const heartbeats = createHeartbeats({ client: clients.dynamo, table: environment.logsTable })

export async function handler(): Promise<void> {
  const closed = await sweep({ ambient, logs: store.logs, heartbeats })
  ambient.log({ level: 'info', message: 'the books of windows are kept', closed })
}
