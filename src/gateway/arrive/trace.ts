/** Trace and span ids, log ids and metadata of one request, from its headers. */
import type { Ambient } from '../../ambient.ts'
import { GatewayError } from '../../errors.ts'

type Headers = Readonly<Record<string, string>>
type Metadata = Readonly<Record<string, string>>

export interface Trace {
  readonly traceId: string
  readonly spanId: string
  readonly spanName: string
  readonly parentSpanId?: string
}

const traceParent = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/
const safeId = /^[\x21-\x7e]{1,256}$/

/** x-portkey-trace-id, else the W3C trace, else a new id. An unusable id is replaced, never echoed. */
export function readTrace(headers: Headers, fallbackName: string, ambient: Ambient): Trace {
  const parent = traceParent.exec(headers.traceparent ?? '')
  const traceId = headers['x-portkey-trace-id'] ?? headers['x-portkey-trace-i-d'] ?? parent?.[1]
  const parentSpanId = headers['x-portkey-parent-span-id'] ?? parent?.[2]
  const spanId = headers['x-portkey-span-id']
  return {
    traceId: traceId !== undefined && safeId.test(traceId) ? traceId : ambient.newId(),
    spanId: spanId !== undefined && safeId.test(spanId) ? spanId : ambient.newId().replaceAll('-', '').slice(0, 16),
    spanName: headers['x-portkey-span-name'] ?? fallbackName,
    ...(parentSpanId !== undefined && safeId.test(parentSpanId) ? { parentSpanId } : {}),
  }
}

/** A version 7 UUID (RFC 9562): sorts by time, its random part from the ambient. */
export function newLogId(ambient: Ambient): string {
  const time = ambient.now().toString(16).padStart(12, '0')
  const random = ambient.newId()
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`
}

/** Does the request name its trace itself? */
export function namesTrace(headers: Headers): boolean {
  const names = ['x-portkey-trace-id', 'x-portkey-trace-i-d', 'traceparent']
  return names.some((name) => headers[name] !== undefined)
}

/** Metadata of a request; later sources win: baggage, headers of chat clients, header, key default, workspace default. `_user` falls back to the body's user. */
export function readMetadata(
  headers: Headers,
  defaults: {
    readonly apiKey?: Metadata | undefined
    readonly workspace?: Metadata | undefined
    readonly user?: string | undefined
    /** Of headers that chat clients send. */
    readonly client?: Metadata
  },
): Metadata {
  const merged: Record<string, string> = {
    ...readBaggage(headers.baggage),
    ...defaults.client,
    ...readMetadataHeader(headers['x-portkey-metadata']),
    ...defaults.apiKey,
    ...defaults.workspace,
  }
  if (merged._user === undefined && defaults.user !== undefined) merged._user = defaults.user
  return merged
}

function readMetadataHeader(header: string | undefined): Metadata {
  if (header === undefined || header.trim() === '') return {}
  const parsed = parseObject(header)
  if (parsed === undefined) {
    throw new GatewayError(
      'invalid_request',
      `the header x-portkey-metadata must be a JSON object of strings, e.g. {"team":"search"}; it could not be read as one`,
      { param: 'x-portkey-metadata' },
    )
  }
  const entries = Object.entries(parsed).filter(([, value]) => value !== null && value !== undefined)
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  )
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

/** W3C baggage: `key=value;property,key=value`. A pair that cannot be decoded is left out. */
function readBaggage(header: string | undefined): Metadata {
  const pairs: Record<string, string> = {}
  for (const part of header?.split(',') ?? []) {
    const [key, value] = (part.split(';')[0] ?? '').split('=')
    if (key === undefined || value === undefined || !/^[^\s%]+$/.test(key.trim()) || /%(?![0-9a-fA-F]{2})/.test(value))
      continue
    pairs[key.trim()] = percentDecode(value.trim())
  }
  return pairs
}

function percentDecode(value: string): string {
  return Buffer.from(
    value.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString('utf8')
}
