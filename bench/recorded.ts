/** Counts what a gateway has recorded, in its database: a request that was answered and left no closed record is a lost one. */
import { systemAmbient } from '../src/ambient.ts'
import { readAnnouncement } from '../src/local/engine.ts'
import { createClients } from '../src/store/clients.ts'
import { createLogFeed } from '../src/store/log-feed.ts'

export interface Recorded {
  readonly closed: number
  /** Begun and not closed: after the last answer there may be none. */
  readonly open: number
}

const pageSize = 1_000
/** Later than any deadline. */
const everMs = 8_000_000_000_000

export async function countRecorded(folder: string, workspaceId: string): Promise<Recorded> {
  const dynamo = readAnnouncement(folder)
  if (dynamo === undefined) throw new Error(`no database is announced in ${folder}`)
  const clients = createClients({ dynamo })
  const table = { client: clients.dynamo, table: 'sluice-logs' }
  const ambient = systemAmbient()
  const logs = createLogFeed({ ...table, ttlDays: 90, ambient })
  try {
    let closed = 0
    let cursor: string | undefined
    do {
      const query = { workspaceId, fromMs: 0, toMs: ambient.now() + 60_000, limit: pageSize }
      const page = await logs.listClosed({ ...query, ...(cursor === undefined ? {} : { cursor }) })
      closed += page.logs.length
      cursor = page.nextCursor
    } while (cursor !== undefined)
    return { closed, open: (await logs.listOverdue(everMs, pageSize)).length }
  } finally {
    clients.destroy()
  }
}
