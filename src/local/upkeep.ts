/** The upkeep of keys and providers on a timer: what EventBridge Scheduler does on AWS. */
import type { Ambient } from '../ambient.ts'
import type { Environment } from '../environment.ts'
import type { Clients } from '../store/clients.ts'
import type { Store } from '../store/index.ts'
import { createKeyNotices } from '../store/key-notices.ts'
import { createUpkeep } from '../store/upkeep.ts'
import { createLocalKeyNotices } from './alerts.ts'
import { createRepeating, type Repeating } from './repeating.ts'

const everyMs = 30_000

/** Expires and rotates keys, expires providers, at once and twice a minute. */
export function createLocalUpkeep(options: {
  readonly environment: Environment
  readonly clients: Clients
  readonly ambient: Ambient
  readonly store: Store
}): Repeating {
  const { environment, clients, ambient, store } = options
  const notices = createKeyNotices({
    client: clients.dynamo,
    table: environment.countersTable,
    deliver: createLocalKeyNotices({ webhook: environment.alertWebhook, ambient }),
  })
  const run = createUpkeep({ store, ambient, secretsPrefix: environment.secretsPrefix, notices })
  return createRepeating({ name: 'the upkeep of keys', everyMs, run, ambient })
}
