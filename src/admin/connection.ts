/** Where an integration's settings may lead: rules of custom hosts and of headers that go with every call. */
import { GatewayError } from '../errors.ts'
import type { AdminPorts } from './ports.ts'
import type { JsonObject } from './request.ts'

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
