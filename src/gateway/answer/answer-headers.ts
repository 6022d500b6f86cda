/** The headers of every answer: the provider's own, less those that belong to its connection, and what the gateway adds. */
import type { GatewayError } from '../../errors.ts'
import type { Warning } from '../../inference/index.ts'
import type { RequestRecord } from '../../records/record.ts'
import type { Call, GatewaySettings } from '../ports.ts'

type Headers = Readonly<Record<string, string>>

/** Addresses at the provider: a client that followed one would take the gateway's key there, past every limit. */
const addresses = new Set([
  'location',
  'content-location',
  'operation-location',
  'azure-asyncoperation',
  'refresh',
  'link',
  'x-goog-upload-url',
  'x-goog-upload-control-url',
  'x-accel-redirect',
])

/** Of the connection (RFC 9110 §7.6.1), of the body's former shape, or not ours to set at the client. */
const ownToConnection = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'content-length',
  'content-encoding',
  'content-type',
  'date',
  'server',
  'set-cookie',
  'strict-transport-security',
  'alt-svc',
  // What would change how a browser or proxy treats the gateway's own origin.
  'clear-site-data',
  'set-cookie2',
  'www-authenticate',
  'proxy-authentication-info',
  'nel',
  'report-to',
  'reporting-endpoints',
  'public-key-pins',
  'service-worker-allowed',
  'access-control-allow-origin',
  'access-control-allow-credentials',
  'access-control-allow-headers',
  'access-control-allow-methods',
  'access-control-expose-headers',
])

/** What a provider says of the gateway in the gateway's name: its headers of the same prefix would pass for ours. */
const ownPrefix = 'x-portkey-'

export function passOnHeaders(headers: Headers): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !ownToConnection.has(name) && !addresses.has(name) && !name.startsWith(ownPrefix),
    ),
  )
}

/** The addresses that a client is not shown, as warnings. */
export function addressWarnings(headers: Headers): readonly Warning[] {
  const reason = 'an address at the provider is not followed with a key of the gateway; ask for its path here'
  const held = Object.keys(headers).filter((name) => addresses.has(name))
  return held.map((name) => ({ type: 'dropped', field: `response.headers.${name}`, reason }))
}

/** What every answer of a model route says of itself. */
export function gatewayHeaders(record: RequestRecord): Record<string, string> {
  const { aiProviderId } = record.identity
  const last = record.attempts.at(-1)
  return {
    'x-portkey-trace-id': record.start.traceId,
    'x-portkey-request-id': record.start.id,
    'x-portkey-retry-attempt-count': String(record.retryCount),
    'x-portkey-cache-status': record.cacheStatus,
    ...(last === undefined ? {} : { 'x-portkey-last-used-option-index': last.targetPath }),
    ...(aiProviderId === undefined ? {} : { 'x-portkey-provider': aiProviderId }),
    ...warningHeader(record.warnings),
  }
}

const maxWarningHeader = 2_048

/** `type field: reason` separated by `; `, ASCII only and bounded; the log has them whole. */
function warningHeader(warnings: readonly Warning[]): Record<string, string> {
  if (warnings.length === 0) return {}
  const text = warnings.map(({ type, field, reason }) => `${type} ${field}: ${reason}`).join('; ')
  return { 'x-portkey-warnings': text.replace(/[^\x20-\x7e]/g, '?').slice(0, maxWarningHeader) }
}

/** What tells a client whether and when to try again. */
export function retryHeaders(error: GatewayError): Record<string, string> {
  const { retryAfterMs, isRetryable, headers = {} } = error.facts
  return {
    ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) }),
    ...(isRetryable === undefined ? {} : { 'x-should-retry': headers['x-should-retry'] ?? String(isRetryable) }),
  }
}

/** CORS (Fetch standard §3.2): any header may be read; credentials are never used, keys travel in headers. */
export function corsHeaders(
  call: Pick<Call, 'headers'>,
  settings: Pick<GatewaySettings, 'corsOrigins'>,
): Record<string, string> {
  const { origin } = call.headers
  if (origin === undefined) return {}
  const isOpen = settings.corsOrigins.includes('*')
  if (!isOpen && !settings.corsOrigins.includes(origin)) return {}
  return {
    'access-control-allow-origin': isOpen ? '*' : origin,
    'access-control-expose-headers': '*',
    ...(isOpen ? {} : { vary: 'origin' }),
  }
}

export function preflightHeaders(call: Pick<Call, 'headers'>, settings: GatewaySettings): Record<string, string> {
  const asked = call.headers['access-control-request-headers']
  const isOpen = settings.corsHeaders.includes('*')
  return {
    ...corsHeaders(call, settings),
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
    // A '*' does not cover Authorization, so what was asked for is named.
    'access-control-allow-headers': isOpen ? (asked ?? '*') : settings.corsHeaders.join(', '),
    'access-control-max-age': '86400',
  }
}
