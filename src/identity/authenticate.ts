/** Api key → caller. Knows where clients put their key and nothing about how keys are stored. */
import { type Awaitable, isPending } from '../awaitable.ts'
import { GatewayError } from '../errors.ts'
import type { ApiKey, Caller, KeyStore } from './caller.ts'
import { hashSecret, isSameHash } from './secret.ts'

type Headers = Readonly<Record<string, string>>

const whereKeysGo =
  "send it as 'Authorization: Bearer <key>', 'x-portkey-api-key', 'x-api-key', 'x-goog-api-key' or 'api-key'"

/** Where SDKs of providers put their key. */
const sdkHeaders = ['x-api-key', 'x-goog-api-key', 'api-key'] as const

/** The gateway's key among a request's headers: x-portkey-api-key, else the bearer token, else an SDK's own header. */
export function readSecret(headers: Headers): string | undefined {
  return ownHeader(headers) ?? bearerOf(headers) ?? sdkHeaders.map((name) => headers[name]?.trim()).find(Boolean)
}

/** A provider's key that came beside the gateway's: the bearer token, else an SDK's own header. Clients that send the gateway's own twice bring none. */
export function readProviderSecret(headers: Headers): string | undefined {
  const own = ownHeader(headers)
  if (own === undefined) return undefined
  const brought = sdkHeaders.map((name) => headers[name]?.trim())
  return [bearerOf(headers), ...brought].find((each) => each && each !== own)
}

function ownHeader(headers: Headers): string | undefined {
  return headers['x-portkey-api-key']?.trim() || undefined
}

/** A token with nothing before it counts as well: Portkey's own client sends a provider's key so. */
function bearerOf({ authorization }: Headers): string | undefined {
  const text = authorization?.trim()
  if (text === undefined) return undefined
  return /^bearer\s+(.+)$/i.exec(text)?.[1]?.trim() || /^(?!bearer$)\S+$/i.exec(text)?.[0]
}

/** Finds who is asking. Throws `authentication_failed`, `key_expired` or `permission_denied`. */
export function authenticate(headers: Headers, keys: KeyStore, nowMs: number): Awaitable<Caller> {
  const secret = readSecret(headers)
  if (secret === undefined) throw new GatewayError('authentication_failed', `no api key was sent; ${whereKeysGo}`)
  const hash = hashSecret(secret)
  const found = keys.findByHash(hash)
  return isPending(found) ? found.then((key) => callerOf(key, hash, nowMs)) : callerOf(found, hash, nowMs)
}

function callerOf(key: ApiKey | undefined, hash: string, nowMs: number): Caller {
  if (key === undefined || !isCurrent(key, hash, nowMs)) {
    throw new GatewayError('authentication_failed', `Invalid API Key: this key is not known here; ${whereKeysGo}`)
  }
  if (isExpired(key, nowMs)) {
    throw new GatewayError(
      'key_expired',
      `API Key Expired: the key ${key.masked} is no longer valid; ask an administrator for a new one`,
    )
  }
  return toCaller(key)
}

function isCurrent(key: ApiKey, hash: string, nowMs: number): boolean {
  if (isSameHash(key.hash, hash)) return true
  return key.previous !== undefined && isSameHash(key.previous.hash, hash) && nowMs < key.previous.expiresAtMs
}

function isExpired(key: ApiKey, nowMs: number): boolean {
  return key.status === 'expired' || (key.expiresAtMs !== undefined && nowMs >= key.expiresAtMs)
}

function toCaller(key: ApiKey): Caller {
  if (key.type === 'organisation-service' || key.workspaceId === undefined) {
    throw new GatewayError(
      'permission_denied',
      `the key ${key.masked} administers the gateway and may not call models or what else is passed on to a provider; use a workspace key, or look at the path again`,
    )
  }
  return { apiKey: key, workspaceId: key.workspaceId, organisationId: key.organisationId }
}

/** Throws `permission_denied` unless the key has one of the scopes. */
export function requireScope(caller: Caller, anyOf: readonly string[]): void {
  if (anyOf.some((scope) => caller.apiKey.scopes.includes(scope))) return
  throw new GatewayError(
    'permission_denied',
    `Forbidden: the key ${caller.apiKey.masked} lacks the scope ${anyOf.join(' or ')}`,
  )
}
