/** Writing a key that others write too: every write names the version it read. */
import { GatewayError } from '../errors.ts'
import type { ApiKey } from './caller.ts'

/** A key as it was read; `version` rises by one with each write. */
export interface VersionedKey {
  readonly document: ApiKey
  readonly scope: string
  readonly version: number
}

export interface VersionedKeyStore {
  /** Of the organisation and of every workspace. */
  all(): AsyncIterable<VersionedKey>
  read(id: string): Promise<VersionedKey | undefined>
  /** Throws GatewayError `conflict` when somebody wrote since `stored` was read. */
  replace(stored: VersionedKey, key: ApiKey): Promise<void>
}

/** The key as it stands then, for the next write. */
export async function writeKey(
  stored: VersionedKey,
  key: ApiKey,
  keys: Pick<VersionedKeyStore, 'replace'>,
): Promise<VersionedKey> {
  await keys.replace(stored, key)
  return { ...stored, document: key, version: stored.version + 1 }
}

/** Nobody is overtaken this often. */
const mostTries = 5

/** Goes on over the writes of others as long as what was taken on is still ours; undefined = it no longer is. */
export async function retryKeyWrite(
  taken: VersionedKey,
  work: { isOurs(key: ApiKey): boolean; change(key: ApiKey): ApiKey },
  keys: Pick<VersionedKeyStore, 'read' | 'replace'>,
): Promise<VersionedKey | undefined> {
  let stored: VersionedKey | undefined = taken
  for (let tries = 1; stored !== undefined && work.isOurs(stored.document); tries++) {
    try {
      return await writeKey(stored, work.change(stored.document), keys)
    } catch (thrown) {
      if (!isWriteConflict(thrown) || tries === mostTries) throw thrown
      stored = await keys.read(taken.document.id)
    }
  }
  return undefined
}

export function isWriteConflict(thrown: unknown): boolean {
  return thrown instanceof GatewayError && thrown.code === 'conflict'
}
