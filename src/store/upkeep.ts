/** What the scheduled upkeep of keys and providers reads and writes: all of them, scope by scope. */
import type { ApiKeyStore, DocumentStore, SecretStore } from '../admin/ports.ts'
import type { Ambient } from '../ambient.ts'
import type { Provider } from '../catalog/catalog.ts'
import { expireProviders, type ProviderUpkeepPorts, type ProviderUpkeepReport } from '../catalog/provider-upkeep.ts'
import type { Workspace } from '../identity/caller.ts'
import type { KeyNoticeSink } from '../identity/key-notices.ts'
import { type KeyUpkeepPorts, type KeyUpkeepReport, maintainKeys } from '../identity/key-upkeep.ts'
import { organisationScope } from './keys.ts'

interface UpkeepOptions {
  readonly store: {
    readonly documents: DocumentStore
    readonly apiKeys: ApiKeyStore
    readonly secrets: Pick<SecretStore, 'write'>
  }
  readonly ambient: Ambient
  readonly secretsPrefix: string
  readonly notices: KeyNoticeSink
}

export interface UpkeepReport {
  readonly keys: KeyUpkeepReport
  readonly providers: ProviderUpkeepReport
}

/** One run over everything. */
export function createUpkeep({ store, ambient, secretsPrefix, notices }: UpkeepOptions): () => Promise<UpkeepReport> {
  const { documents, apiKeys, secrets } = store
  async function* workspaceIds() {
    for (const { document } of await documents.list<Workspace>('workspace', organisationScope)) yield document.id
  }
  const keyPorts: KeyUpkeepPorts = {
    ambient,
    secrets,
    notices,
    secretsPrefix,
    keys: {
      async *all() {
        yield* await apiKeys.list(organisationScope)
        for await (const id of workspaceIds()) yield* await apiKeys.list(id)
      },
      read: (id) => apiKeys.read(id),
      replace: (stored, key) => apiKeys.replace(stored, key),
    },
  }
  const providerPorts: ProviderUpkeepPorts = {
    ambient,
    providers: {
      async *all() {
        for await (const id of workspaceIds()) yield* await documents.list<Provider>('provider', id)
      },
      replace: (stored, provider) => documents.replace('provider', stored, provider),
    },
  }
  return async () => ({ keys: await maintainKeys(keyPorts), providers: await expireProviders(providerPorts) })
}
