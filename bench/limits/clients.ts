/** Clients of every sort: patient ones, streams, some that vanish, some whose provider cuts them off. */
import http from 'node:http'
import { billedModel } from '../../test/support/billing-upstream.ts'

export const kinds = ['whole', 'stream', 'stream', 'cut', 'cut-stream', 'vanish', 'vanish-stream'] as const
export type Kind = (typeof kinds)[number]

export interface Outcome {
  /** 0 = no answer came, for the gateway was gone. */
  readonly status: number
  readonly errorCode?: string
  readonly logId?: string
  readonly kind: Kind
  /** Names the call to the provider and in its record. */
  readonly tag: string
  readonly ms: number
}

const agent = new http.Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY })

export function call(origin: string, secret: string, kind: Kind, random: () => number): Promise<Outcome> {
  const isStream = kind.endsWith('stream')
  const tag = Math.floor(random() * 1e15).toString(36)
  const body = JSON.stringify({
    model: `@sim/${billedModel}`,
    stream: isStream,
    max_tokens: 20 + Math.floor(random() * 60),
    messages: [
      { role: 'user', content: `${kind.startsWith('cut') ? 'cut' : 'plain'} #${tag} ${'x'.repeat(random() * 800)}` },
    ],
  })
  const startedAtMs = performance.now()
  return new Promise((resolve) => {
    const done = (status: number, more: Partial<Outcome> = {}) =>
      resolve({ status, kind, tag, ms: performance.now() - startedAtMs, ...more })
    const outgoing = http.request(
      `${origin}/v1/chat/completions`,
      {
        method: 'POST',
        agent,
        headers: {
          authorization: `Bearer ${secret}`,
          'content-type': 'application/json',
          'x-portkey-metadata': JSON.stringify({ tag }),
          'content-length': Buffer.byteLength(body),
        },
      },
      (response) => {
        const status = response.statusCode ?? 0
        const logId = String(response.headers['x-portkey-request-id'] ?? '')
        if (kind === 'vanish-stream' && status === 200) {
          response.destroy()
          return done(status, { logId })
        }
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', () => done(status, { logId }))
        response.on('end', () => done(status, { logId, ...readError(status, Buffer.concat(chunks)) }))
      },
    )
    outgoing.on('error', () => done(0))
    outgoing.end(body)
    // gone while the provider still works on it
    if (kind === 'vanish') setTimeout(() => outgoing.destroy(), random() * 50)
  })
}

function readError(status: number, body: Buffer): Partial<Outcome> {
  if (status < 400) return {}
  try {
    const { error } = JSON.parse(body.toString()) as { error: { type?: string; code?: string } }
    return { errorCode: `${status} ${error.type}` }
  } catch {
    return { errorCode: String(status) }
  }
}
