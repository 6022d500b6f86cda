/** An integration's settings, split: secret members, wherever they are nested, go to the vault; the rest and masks of the secrets to the document. */
import { GatewayError } from '../errors.ts'
import { maskSecret } from '../identity/secret.ts'
import type { AdminPorts } from './ports.ts'
import type { JsonObject } from './request.ts'
import { maskPrefix } from './settings.ts'

/** Names of settings whose values never leave the vault; unknown ones that sound secret are treated as such. */
const secretSetting = /secret|password|private_key|access_key|external_id|service_account_json|credential|api_key|token/
/** The same for what stands inside a setting, above all header names. */
const secretMember = /auth|key|token|secret|cookie|password|credential|signature|session/i
/** Values that are a credential under whatever name. */
const secretText = /^(?:bearer|basic|negotiate|aws4-hmac-sha256)\s|^(?:sk|pk|rk|ghp|xox[abp])[-_]\S{8}/i

/** What every mask holds, and no credential. */
export const maskStars = '*****'

/** Is a member of a setting a credential, or the mask of one? By its name, or by what it looks like. */
export function isSecretMember(name: string, value: unknown): value is string {
  if (typeof value !== 'string' || value === '') return false
  return secretMember.test(name) || secretText.test(value) || value.includes(maskStars)
}

export interface SplitConfigurations {
  /** For the document, masks of nested secrets included; null clears. */
  readonly open: JsonObject
  /** Top-level members for the vault; null clears. */
  readonly secret: JsonObject
  /** Nested members for the vault, by JSON pointer. */
  readonly nested: Readonly<Record<string, string>>
}

/** `before` are the stored settings. Masks that are sent back keep what they stand for. Throws `invalid_request` for a mask of nothing. */
export function splitConfigurations(configurations: JsonObject, before: JsonObject = {}): SplitConfigurations {
  const open: Record<string, unknown> = {}
  const secret: Record<string, unknown> = {}
  const nested: Record<string, string> = {}
  for (const [key, value] of Object.entries(configurations)) {
    if (key.startsWith(maskPrefix)) continue
    if (typeof value === 'object' && value !== null && !secretSetting.test(key))
      open[key] = splitNested(value, { pointer: pointerTo('', key), before: before[key], nested })
    else if (!secretSetting.test(key) || typeof value === 'boolean' || typeof value === 'number') open[key] = value
    else if (typeof value !== 'string') secret[key] = value
    else if (!isMask(value, before, key)) {
      refuseMask(value, key, pointerTo('', key))
      secret[key] = value
    }
  }
  return { open, secret, nested }
}

interface Place {
  readonly pointer: string
  /** What is stored there. */
  readonly before: unknown
  /** What is found is put here. */
  readonly nested: Record<string, string>
}

function splitNested(value: object, { pointer, before, nested }: Place): unknown {
  const inner = (key: string | number, each: unknown) =>
    typeof each === 'object' && each !== null
      ? splitNested(each, { pointer: pointerTo(pointer, key), before: memberOf(before, key), nested })
      : each
  if (Array.isArray(value)) return value.map((each, at) => inner(at, each))
  const kept: Record<string, unknown> = {}
  for (const [key, each] of Object.entries(value)) {
    const name = key.startsWith(maskPrefix) ? key.slice(maskPrefix.length) : key
    if (!isSecretMember(name, each)) kept[key] = inner(key, each)
    else if (isMask(each, before, name)) kept[`${maskPrefix}${name}`] = each
    else {
      refuseMask(each, key, pointerTo(pointer, key))
      kept[`${maskPrefix}${name}`] = maskSecret(each)
      nested[pointerTo(pointer, name)] = each
    }
  }
  return kept
}

function memberOf(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined
}

/** RFC 6901. */
function pointerTo(pointer: string, key: string | number): string {
  return `${pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** Is it what was shown of the secret that is stored under this name? */
function isMask(value: string, before: unknown, name: string): boolean {
  return value.includes(maskStars) && memberOf(before, `${maskPrefix}${name}`) === value
}

function refuseMask(value: string, key: string, pointer: string): void {
  if (!value.includes(maskStars) && !key.startsWith(maskPrefix)) return
  const where = pointer.slice(1).replaceAll('/', '.')
  throw invalid(
    `configurations.${where} is a mask of something that is not stored; send the credential itself`,
    where.slice(0, 80),
  )
}

/** The key as it was given. Throws `invalid_request` when it is what was shown of another one. */
export function refuseMaskedKey(key: string | null | undefined): string | null | undefined {
  if (!key?.includes(maskStars)) return key
  throw new GatewayError('invalid_request', 'key is a mask of another key; send the key itself', { param: 'key' })
}

/** `before` with the given settings laid over it; null removes one. */
export function mergeConfigurations(before: JsonObject, { open, secret }: SplitConfigurations): JsonObject {
  const masks = Object.fromEntries(Object.entries(secret).map(([key, value]) => [`${maskPrefix}${key}`, mask(value)]))
  return withoutNulls({ ...before, ...open, ...masks })
}

function mask(value: unknown): string | null {
  if (value === null) return null
  return maskSecret(typeof value === 'string' ? value : JSON.stringify(value))
}

function withoutNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null))
}

/** Pointers to every secret that these stored settings stand for. */
export function maskedPointers(value: unknown, pointer = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, each]) =>
    key.startsWith(maskPrefix) && !Array.isArray(value)
      ? [pointerTo(pointer, key.slice(maskPrefix.length))]
      : maskedPointers(each, pointerTo(pointer, key)),
  )
}

/** Of the secrets that the changed settings stand for, those that the change does not bring. */
export function unchangedSecrets(
  configurations: JsonObject,
  { secret, nested }: SplitConfigurations,
): readonly string[] {
  const given = new Set([...Object.keys(secret).map((key) => pointerTo('', key)), ...Object.keys(nested)])
  return maskedPointers(configurations).filter((pointer) => !given.has(pointer))
}

/** As administrators see settings: nested masks in the places of their secrets. Credentials that an earlier version kept in the document are masked too. */
export function maskConfigurations(configurations: JsonObject): JsonObject {
  const masks = Object.entries(configurations).filter(([key]) => key.startsWith(maskPrefix))
  const { open } = splitConfigurations(configurations, configurations)
  const shown = Object.entries(open).map(([key, value]) => [key, withPlainNames(value)])
  return Object.fromEntries([...shown, ...masks])
}

function withPlainNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withPlainNames)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, each]) =>
    key.startsWith(maskPrefix) ? [key.slice(maskPrefix.length), each] : [key, withPlainNames(each)],
  )
  return Object.fromEntries(entries)
}

interface StoredCredentials {
  readonly key?: string
  readonly configurations: JsonObject
  readonly nested?: Readonly<Record<string, string>>
}

interface CredentialChange {
  readonly secretName: string
  /** Absent = kept, null = cleared. */
  readonly key: string | null | undefined
  readonly secret: JsonObject
  readonly nested: Readonly<Record<string, string>>
  /** Is anything stored that this change does not replace? */
  readonly keepsOther: boolean
}

/** Writes the vault's side of a change, keeping what it does not name. */
export async function writeCredentials(ports: AdminPorts, change: CredentialChange): Promise<void> {
  const before: StoredCredentials = change.keepsOther
    ? await readBefore(ports, change.secretName)
    : { configurations: {} }
  const key = change.key === undefined ? before.key : change.key
  const configurations = withoutNulls({ ...before.configurations, ...change.secret })
  const nested = { ...before.nested, ...change.nested }
  const stored: StoredCredentials = {
    ...(key ? { key } : {}),
    configurations,
    ...(Object.keys(nested).length === 0 ? {} : { nested }),
  }
  await ports.secrets.write(change.secretName, JSON.stringify(stored))
}

async function readBefore(ports: AdminPorts, name: string): Promise<StoredCredentials> {
  const text = await ports.secrets.read?.(name)
  if (text !== undefined) return { configurations: {}, ...(JSON.parse(text) as Partial<StoredCredentials>) }
  throw new GatewayError(
    'invalid_request',
    'the stored credentials cannot be read to change a part of them; send the key and every secret setting again',
    { param: 'key' },
  )
}

function invalid(message: string, field: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: `configurations.${field}` })
}
