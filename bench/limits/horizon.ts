/** The books after the horizon: everything that scheduled work does in half an hour, done now with the clock put forward. */
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams'
import { systemAmbient } from '../../src/ambient.ts'
import { readEnvironment } from '../../src/environment.ts'
import { createLocalLimits } from '../../src/local/limits.ts'
import { createClients } from '../../src/store/clients.ts'
import { createStore } from '../../src/store/index.ts'
import { type LedgerState, readLedgerState } from '../../test/support/ledger-state.ts'

const minuteMs = 60_000
/** Longest request 15 minutes, sweep 2, ring 3, and some. */
const horizonMs = 30 * minuteMs

export async function booksAfterHorizon(endpoint: string, prefix: string): Promise<LedgerState> {
  let aheadMs = horizonMs
  const ambient = { ...systemAmbient(() => {}), now: () => Date.now() + aheadMs }
  const identity = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } }
  const environment = readEnvironment({
    SLUICE_CATALOG_TABLE: 'sluice-catalog',
    SLUICE_COUNTERS_TABLE: 'sluice-counters',
    SLUICE_LOGS_TABLE: 'sluice-logs',
  })
  const clients = createClients({ dynamo: identity })
  const streams = new DynamoDBStreamsClient(identity)
  const largeObjects = { put: async () => {}, read: async () => undefined }
  const store = createStore({ environment, clients, ambient, largeObjects })
  const alerts = { send: async () => {} }
  const limits = createLocalLimits({ environment, clients, ambient, streams, alerts, store })
  try {
    for (let runs = 0; runs < 3; runs++) {
      await limits.keepBooks()
      await limits.tail.drain()
      aheadMs += minuteMs
    }
    return await readLedgerState({ clients, environment, store, gateway: { ambient } }, prefix)
  } finally {
    clients.destroy()
    streams.destroy()
  }
}
