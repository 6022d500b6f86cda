/** Credentials of guardrails' checks, split: one secret per check in the vault, masks in the document. */
import { GatewayError } from '../errors.ts'
import { maskSecret } from '../identity/secret.ts'
import { isSecretMember, maskStars } from './credentials.ts'
import type { AdminPorts } from './ports.ts'
import type { JsonObject } from './request.ts'

export interface ChecksWithoutSecrets {
  /** For the document: masks, and where the secret is. */
  readonly stored: readonly JsonObject[]
  /** For reading them before they are saved: as they were sent, or stored already. */
  readonly readable: readonly JsonObject[]
  readonly writes: readonly { readonly secretName: string; readonly credentials: JsonObject }[]
  /** Secrets that only requests under way, or catalogs read a moment ago, point at; they go with the next change. */
  readonly retired: readonly string[]
  readonly unused: readonly string[]
}

interface SplitOptions {
  readonly guardrailId: string
  /** As stored so far. */
  readonly before: readonly JsonObject[]
  /** By the change before. */
  readonly retired?: readonly string[]
  readonly ports: Pick<AdminPorts, 'ambient' | 'settings'>
}

/** Credentials sent back as their masks stay as they are. A secret is never written over: what is cached elsewhere stays right. */
export function separateSecrets(
  given: readonly JsonObject[],
  { guardrailId, before, retired = [], ports }: SplitOptions,
): ChecksWithoutSecrets {
  const kept = new Set<JsonObject>()
  const writes: { secretName: string; credentials: JsonObject }[] = []
  const rows = given.map(({ secret_name: _, ...check }, at) => {
    const credentials = secretsIn(check)
    if (credentials === undefined) return { stored: check, readable: check }
    const same = [before[at], ...before].find((each) => each !== undefined && !kept.has(each) && isMaskOf(each, check))
    if (same !== undefined) {
      kept.add(same)
      const stored = { ...check, secret_name: same.secret_name }
      return { stored, readable: stored }
    }
    refuseMasks(credentials, `checks.${at}.parameters`)
    const secretName = `${ports.settings.secretsPrefix}guardrails/${guardrailId}/${ports.ambient.newId()}`
    writes.push({ secretName, credentials })
    return { stored: { ...check, parameters: masked(check, credentials), secret_name: secretName }, readable: check }
  })
  return {
    stored: rows.map(({ stored }) => stored),
    readable: rows.map(({ readable }) => readable),
    writes,
    retired: secretNames(before.filter((each) => !kept.has(each))),
    unused: retired,
  }
}

/** What of a check's parameters belongs into the vault: its credentials, and headers that are some, under `headers`. */
function secretsIn({ parameters }: JsonObject): JsonObject | undefined {
  const { credentials, headers } = isObject(parameters) ? parameters : {}
  const secretHeaders = Object.entries(readHeaders(headers)).filter(([name, value]) => isSecretMember(name, value))
  const all = {
    ...(isObject(credentials) ? credentials : {}),
    ...(secretHeaders.length > 0 ? { headers: Object.fromEntries(secretHeaders) } : {}),
  }
  return Object.keys(all).length > 0 ? all : undefined
}

/** Also as JSON text; text that is none is told when the check is read. */
function readHeaders(headers: unknown): JsonObject {
  if (typeof headers !== 'string') return isObject(headers) ? headers : {}
  try {
    const read: unknown = JSON.parse(headers)
    return isObject(read) ? read : {}
  } catch {
    return {}
  }
}

/** The parameters with masks in the places of secrets. */
function masked({ parameters }: JsonObject, { headers: secretHeaders, ...credentials }: JsonObject): JsonObject {
  const open = isObject(parameters) ? parameters : {}
  return {
    ...open,
    ...(Object.keys(credentials).length > 0 ? { credentials: masksOf(credentials) } : {}),
    ...(isObject(secretHeaders) ? { headers: { ...readHeaders(open.headers), ...masksOf(secretHeaders) } } : {}),
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function masksOf(credentials: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(credentials).map(([key, value]) => [key, maskOf(value)]))
}

function maskOf(value: unknown): string {
  return maskSecret(typeof value === 'string' ? value : JSON.stringify(value))
}

function isMaskOf(stored: JsonObject, check: JsonObject): boolean {
  if (stored.secret_name === undefined || stored.id !== check.id) return false
  const masks = flat(secretsIn(stored))
  const sent = flat(secretsIn(check))
  return masks.size === sent.size && [...masks].every(([place, mask]) => sent.get(place) === mask)
}

/** Member, e.g. `headers.authorization` → value. */
function flat(secrets: JsonObject | undefined): ReadonlyMap<string, unknown> {
  const { headers, ...rest } = secrets ?? {}
  const ofHeaders = Object.entries(isObject(headers) ? headers : {}).map(
    ([name, each]) => [`headers.${name}`, each] as const,
  )
  return new Map([...Object.entries(rest), ...ofHeaders])
}

function refuseMasks(secrets: JsonObject, where: string): void {
  const masks = [...flat(secrets)].find(([, value]) => typeof value === 'string' && value.includes(maskStars))
  if (masks === undefined) return
  const place = masks[0].startsWith('headers.') ? masks[0] : `credentials.${masks[0]}`
  throw new GatewayError(
    'invalid_request',
    `${where}.${place} is a mask; to change credentials send all of them, to keep them send them as they were shown`,
    { param: where },
  )
}

function secretNames(checks: readonly JsonObject[]): readonly string[] {
  return checks.flatMap(({ secret_name: name }) => (typeof name === 'string' ? [name] : []))
}

/** Around the write of the document. */
export function secretWriteSteps({ writes, unused }: ChecksWithoutSecrets, { secrets }: Pick<AdminPorts, 'secrets'>) {
  return {
    async before() {
      for (const { secretName, credentials } of writes)
        await secrets.write(secretName, JSON.stringify({ configurations: credentials }))
    },
    async after() {
      for (const name of unused) await secrets.remove(name)
    },
    async undo() {
      for (const { secretName } of writes) await secrets.remove(secretName)
    },
  }
}

/** Where a secret is kept is nobody's matter. */
export function withoutSecretNames(checks: readonly JsonObject[]): readonly JsonObject[] {
  return checks.map(({ secret_name: _, ...check }) => check)
}
