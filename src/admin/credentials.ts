/** An integration's settings, parted: secret members go to the vault, the rest and masks of the secrets to the document. */
import { GatewayError } from '../errors.ts'
import { maskSecret } from '../identity/secret.ts'
import type { AdminPorts } from './ports.ts'
import type { JsonObject } from './request.ts'

/** Names of settings whose values never leave the vault; unknown ones that sound secret are treated as such. */
const secretName = /secret|password|private_key|access_key|external_id|service_account_json|credential|api_key|token/

const maskPrefix = 'masked_'

interface Parted {
  /** For the document; null clears. */
  readonly open: JsonObject
  /** For the vault; null clears. */
  readonly secret: JsonObject
}

/** Masks that clients send back are left out. */
export function partConfigurations(configurations: JsonObject): Parted {
  const open: Record<string, unknown> = {}
  const secret: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(configurations)) {
    if (key.startsWith(maskPrefix)) continue
    if (secretName.test(key)) secret[key] = value
    else open[key] = value
  }
  return { open, secret }
}

/** `before` with the given settings laid over it; null removes one. */
export function mergeConfigurations(before: JsonObject, { open, secret }: Parted): JsonObject {
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

/** Does anything secret stand in these settings? */
export function hasSecrets(configurations: JsonObject): boolean {
  return Object.keys(configurations).some((key) => key.startsWith(maskPrefix))
}

/** As administrators see settings: values of headers that carry credentials are masked. */
export function shownConfigurations(configurations: JsonObject): JsonObject {
  const headers = configurations.custom_headers
  if (typeof headers !== 'object' || headers === null) return configurations
  const shown = Object.entries(headers).map(([key, value]) => [
    key,
    /auth|key|token|secret|cookie/i.test(key) ? maskSecret(String(value)) : value,
  ])
  return { ...configurations, custom_headers: Object.fromEntries(shown) }
}

interface StoredCredentials {
  readonly key?: string
  readonly configurations: JsonObject
}

interface CredentialChange {
  readonly secretName: string
  /** Absent = kept, null = cleared. */
  readonly key: string | null | undefined
  readonly secret: JsonObject
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
  await ports.secrets.write(change.secretName, JSON.stringify({ ...(key ? { key } : {}), configurations }))
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

const forbiddenHeaders = ['host', 'content-length', 'transfer-encoding', 'connection', 'upgrade', 'te', 'trailer']

/** Settings that say where an integration's credentials go. */
const hostSettings = ['custom_host', 'azure_foundry_url', 'huggingface_base_url']

/** The hosts among the settings, as they are written. */
export function hostsIn(configurations: JsonObject): readonly string[] {
  return hostSettings.map((name) => configurations[name]).filter((host) => typeof host === 'string')
}

interface Connecting {
  readonly ports: AdminPorts
  /** May this host be of a private network? */
  readonly isApproved: (host: unknown) => boolean
}

/** A custom host's and custom headers' rules. Throws `invalid_request`. */
export async function checkConnection(configurations: JsonObject, connecting: Connecting): Promise<void> {
  const { custom_headers: headers } = configurations
  for (const name of hostSettings) {
    const host = configurations[name]
    if (host != null && host !== '') await checkCustomHost(name, host, connecting)
  }
  if (headers == null) return
  const isRecord = typeof headers === 'object' && !Array.isArray(headers)
  const entries = isRecord ? Object.entries(headers) : [['', undefined] as const]
  for (const [key, value] of entries) {
    const isName = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/.test(key)
    const isValue = typeof value === 'string' && /^[\x20-\x7e\t]*$/.test(value)
    if (!isName || !isValue)
      throw invalid(
        'configurations.custom_headers must be an object of header names and printable ASCII values',
        'custom_headers',
      )
    if (forbiddenHeaders.includes(key.toLowerCase()))
      throw invalid(
        `configurations.custom_headers has '${key}', which belongs to the connection; leave it out`,
        'custom_headers',
      )
  }
}

async function checkCustomHost(name: string, host: unknown, { ports, isApproved }: Connecting): Promise<void> {
  const url = typeof host === 'string' && URL.canParse(host) ? new URL(host) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:'))
    throw invalid(`configurations.${name} must be a URL such as https://models.example.com/v1`, name)
  if (url.username !== '' || url.password !== '')
    throw invalid(
      `configurations.${name} has a name or password in it; put credentials into key or custom_headers`,
      name,
    )
  if (url.hash !== '' || url.search !== '' || String(host).includes('#'))
    throw invalid(`configurations.${name} has a '?' or '#' part; paths are added to it, so leave that out`, name)
  await ports.checkHost(url, { isApproved: isApproved(host) })
}

function invalid(message: string, field: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: `configurations.${field}` })
}
