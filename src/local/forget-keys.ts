/** One process serves both planes here: a key that is changed or deleted is forgotten by the gateway's cache at once. */
import type { ApiKeyStore } from '../admin/ports.ts'
import type { CachedKeys } from '../catalog/cached.ts'
import type { ApiKey } from '../identity/caller.ts'

/** The same store; its writes reach the cache before they are answered. */
export function forgettingKeys(store: ApiKeyStore, cache: CachedKeys): ApiKeyStore {
  const forget = (key: ApiKey) => {
    cache.forget(key.hash)
    if (key.previous !== undefined) cache.forget(key.previous.hash)
  }
  return {
    findByHash: store.findByHash,
    read: store.read,
    list: store.list,
    async create(key) {
      await store.create(key)
      forget(key)
    },
    async replace(stored, key) {
      await store.replace(stored, key)
      forget(stored.document)
      forget(key)
    },
    async remove(stored) {
      await store.remove(stored)
      forget(stored.document)
    },
  }
}
