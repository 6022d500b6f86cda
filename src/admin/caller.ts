/** Who is asking of the admin API: the root key, an organisation key or a key pinned to its workspace. */
import { GatewayError } from '../errors.ts'
import { readSecret } from '../identity/authenticate.ts'
import type { ApiKey, ApiKeyType } from '../identity/caller.ts'
import { StopList, stoppedError } from '../identity/emergency-stop.ts'
import { hasScope, scopesOf } from '../identity/scopes.ts'
import { hashSecret, isSameHash } from '../identity/secret.ts'
import type { AdminPorts } from './ports.ts'

export interface AdminCaller {
  /** The key's id; `root` for the root key. */
  readonly id: string
  /** How messages call it. */
  readonly label: string
  readonly type: ApiKeyType
  readonly scopes: ReadonlySet<string>
  /** Present = may see and change nothing outside this workspace. */
  readonly workspaceId?: string
}

/** Finds the caller behind the request's key. Throws `authentication_failed` or `key_expired`. */
export async function authenticateAdmin(
  headers: Readonly<Record<string, string>>,
  ports: AdminPorts,
): Promise<AdminCaller> {
  const secret = readSecret(headers)
  if (secret === undefined)
    throw new GatewayError(
      'authentication_failed',
      "no api key was sent; send it as 'x-portkey-api-key' or 'Authorization: Bearer <key>'",
    )
  const hash = hashSecret(secret)
  const { rootKeyHash } = ports.settings
  if (rootKeyHash !== undefined && isSameHash(rootKeyHash, hash)) return rootCaller
  const [key, stops] = await Promise.all([ports.apiKeys.findByHash(hash), ports.stops.list()])
  const nowMs = ports.ambient.now()
  if (key === undefined || !isCurrent(key, hash, nowMs))
    throw new GatewayError('authentication_failed', 'this api key is not known here; check it, or ask an administrator')
  if (key.status === 'expired' || (key.expiresAtMs !== undefined && nowMs >= key.expiresAtMs))
    throw new GatewayError('key_expired', `the api key ${key.masked} has expired; ask an administrator for a new one`)
  const stop = new StopList(stops).find([{ type: 'api_key', id: key.id }])
  if (stop !== undefined) throw stoppedError(stop)
  return {
    id: key.id,
    label: key.masked,
    type: key.type,
    scopes: new Set(key.scopes),
    ...(key.workspaceId === undefined ? {} : { workspaceId: key.workspaceId }),
  }
}

const rootCaller: AdminCaller = {
  id: 'root',
  label: 'root',
  type: 'organisation-service',
  scopes: new Set(scopesOf('organisation-service')),
}

/** The secret before a rotation is good until its transition ends. */
function isCurrent(key: ApiKey, hash: string, nowMs: number): boolean {
  if (isSameHash(key.hash, hash)) return true
  return key.previous !== undefined && isSameHash(key.previous.hash, hash) && nowMs < key.previous.expiresAtMs
}

/** Not pinned to a workspace: trusted with where credentials go. */
export function isOfOrganisation(caller: Pick<AdminCaller, 'workspaceId'>): boolean {
  return caller.workspaceId === undefined
}

export function holdsAny(caller: AdminCaller, anyOf: readonly string[]): boolean {
  return anyOf.some((scope) => hasScope(caller.scopes, scope))
}

/** Throws `permission_denied` unless the caller holds one of the scopes. */
export function requireAny(caller: AdminCaller, anyOf: readonly string[]): void {
  if (holdsAny(caller, anyOf)) return
  throw new GatewayError(
    'permission_denied',
    `the api key ${caller.label} lacks the scope ${anyOf.join(' or ')}; an administrator can add it to the key`,
  )
}
