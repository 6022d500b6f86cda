/** Keys and catalogs kept for a short while in this instance, each loaded once however many requests wait for it. */
import type { Ambient } from '../ambient.ts'
import type { Awaitable } from '../awaitable.ts'
import type { KeyStore } from '../identity/caller.ts'
import type { ConfigStore } from '../routing/config.ts'
import type { CatalogStore } from './catalog.ts'

/** How old a key or catalog may be in an instance. */
const freshMs = 30_000

/** Shorter for what was not found, so that a key made just now soon works. */
const absentMs = 2_000

/** Entries; the least recently loaded go first. */
const capacity = 2_000

interface Entry<T> {
  /** A promise while it is loaded. */
  value: Awaitable<T | undefined>
  readonly loadedAtMs: number
  expiresAtMs: number
}

type Load<T> = (key: string) => Awaitable<T | undefined>

export interface CachedLoader<T> {
  (key: string, youngerThanMs?: number): Awaitable<T | undefined>
  forget(key: string): void
}

/** The same function, remembered. A failed load is not remembered; age counts from the load's beginning. A caller may ask for a younger value. */
export function cacheLoader<T>(load: Load<T>, ambient: Pick<Ambient, 'now'>, size = capacity): CachedLoader<T> {
  const entries = new Map<string, Entry<T>>()

  const drop = (key: string, entry: Entry<T>): void => {
    if (entries.get(key) === entry) entries.delete(key)
  }

  const start = (key: string, nowMs: number): Entry<T> => {
    const loading = Promise.resolve(load(key))
    const entry: Entry<T> = { value: loading, loadedAtMs: nowMs, expiresAtMs: nowMs + freshMs }
    loading.then(
      (value) => {
        entry.value = value
        if (value === undefined) entry.expiresAtMs = nowMs + absentMs
      },
      () => drop(key, entry),
    )
    return entry
  }

  const read = (key: string, youngerThanMs = freshMs): Awaitable<T | undefined> => {
    const nowMs = ambient.now()
    const known = entries.get(key)
    const isFresh = known !== undefined && nowMs < known.expiresAtMs && nowMs - known.loadedAtMs < youngerThanMs
    if (isFresh) return known.value
    entries.delete(key)
    const entry = start(key, nowMs)
    entries.set(key, entry)
    const [oldest] = entries.keys()
    if (entries.size > size && oldest !== undefined) entries.delete(oldest)
    return entry.value
  }
  return Object.assign(read, { forget: (key: string) => void entries.delete(key) })
}

export function cachedCatalog(store: CatalogStore, ambient: Pick<Ambient, 'now'>): CatalogStore {
  return { loadWorkspace: cacheLoader((id) => store.loadWorkspace(id), ambient) }
}

export interface CachedKeys extends KeyStore {
  /** For writers in the same process: the next request reads the key afresh. */
  forget(hash: string): void
}

export function cachedKeys(store: KeyStore, ambient: Pick<Ambient, 'now'>): CachedKeys {
  const findByHash = cacheLoader((hash) => store.findByHash(hash), ambient)
  return { findByHash, forget: findByHash.forget }
}

export function cachedConfigs(store: ConfigStore, ambient: Pick<Ambient, 'now'>): ConfigStore {
  const load = cacheLoader((key) => {
    const [workspaceId = '', idOrSlug = ''] = JSON.parse(key) as readonly string[]
    return store.find(workspaceId, idOrSlug)
  }, ambient)
  return {
    find: (workspaceId, idOrSlug, youngerThanMs) => load(JSON.stringify([workspaceId, idOrSlug]), youngerThanMs),
  }
}
