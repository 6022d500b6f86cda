/** Hands a call on to another address of this program and its answer back, byte by byte: the control plane behind the gateway's own address. */
import { GatewayError } from '../errors.ts'
import type { Call, Sink, UpstreamClient, UpstreamResponse } from '../gateway/ports.ts'

/** Of one connection, not of the call (RFC 9110, section 7.6.1), and what the connection to the other address says itself. */
const ofConnection = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export interface ForwardOptions {
  /** Scheme and host; a path in it is not used. */
  readonly origin: string
  readonly upstream: Pick<UpstreamClient, 'send'>
  readonly timeoutMs: number
  /** Writes the answer when the other address gave none. */
  readonly refuse: (error: GatewayError, sink: Sink) => Promise<void>
}

export function forwardTo(options: ForwardOptions): (call: Call, sink: Sink) => Promise<void> {
  return async (call, sink) => {
    let response: UpstreamResponse
    try {
      response = await options.upstream.send({
        method: call.method,
        url: addressOf(call, options.origin),
        headers: plainHeaders(call.headers),
        ...(call.body.length > 0 ? { body: call.body } : {}),
        signal: AbortSignal.any([call.clientGone, AbortSignal.timeout(options.timeoutMs)]),
        isCustomHost: false,
      })
    } catch (cause) {
      const message = 'the admin API did not answer; try again, and look at its function when this goes on'
      return options.refuse(new GatewayError('upstream_unavailable', message, {}, cause), sink)
    }
    await relay(response, sink)
  }
}

/** Path and query as they came; whatever the path is, the host stays. */
function addressOf({ rawTarget, path }: Call, origin: string): URL {
  const target = rawTarget ?? path
  const at = target.indexOf('?')
  const url = new URL(origin)
  url.pathname = at < 0 ? target : target.slice(0, at)
  url.search = at < 0 ? '' : target.slice(at)
  return url
}

function plainHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !ofConnection.has(name)))
}

async function relay({ status, headers, body }: UpstreamResponse, sink: Sink): Promise<void> {
  sink.begin(status, plainHeaders(headers))
  try {
    for await (const chunk of body) await sink.write(chunk)
  } catch {
    // the client must see that the answer is not whole
    sink.abort()
    return
  }
  await sink.end()
}
