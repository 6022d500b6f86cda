/** Trace and span ids of one request, from its headers, and its log id. */
import type { Ambient } from '../../ambient.ts'

type Headers = Readonly<Record<string, string>>

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
