/** Lambda function URLs: event → Call, Sink → an answer whose body streams. Knows nothing of what is served. */
import { PassThrough, type Readable } from 'node:stream'
import type { LambdaFunctionURLEvent } from 'aws-lambda'
import type { Call, Sink } from '../gateway/ports.ts'
import { readTarget } from './target.ts'

/** What the streaming wrapper turns into the prelude and the bytes after it. */
export interface StreamedAnswer {
  readonly statusCode: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readable
}

export interface StartedAnswer {
  /** Resolves at the commit point. Never rejects. */
  readonly begun: Promise<StreamedAnswer>
  /** Resolves when all work is done, also what comes after the client's last byte. Never rejects. */
  readonly finished: Promise<void>
}

interface Remaining {
  getRemainingTimeInMillis(): number
}

/**
 * Lambda does not tell a function that its client has left: the answer is taken to its end by the service and thrown
 * away. `clientGone` trips only when the runtime itself can no longer hand bytes on.
 */
export function readCall(
  event: LambdaFunctionURLEvent,
  context: Remaining,
  { nowMs, clientGone }: { readonly nowMs: number; readonly clientGone: AbortSignal },
): Call {
  return {
    ...readTarget(event.rawPath, event.rawQueryString),
    method: event.requestContext.http.method,
    headers: readHeaders(event.headers),
    body:
      event.body === undefined ? new Uint8Array(0) : Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8'),
    receivedAtMs: nowMs,
    deadlineAtMs: nowMs + context.getRemainingTimeInMillis(),
    clientGone,
  }
}

function readHeaders(headers: LambdaFunctionURLEvent['headers']): Record<string, string> {
  const read: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) read[name.toLowerCase()] = value
  return read
}

const lastResort = JSON.stringify({
  status: 'failure',
  message: 'something went wrong inside the gateway',
  error: { message: 'something went wrong inside the gateway', type: 'internal_error', param: null, code: null },
})

/** Starts `run` with a sink. The answer is there as soon as `run` begins it; a run that never does is answered with 500. */
export function startAnswer(run: (sink: Sink, clientGone: AbortSignal) => Promise<void>): StartedAnswer {
  const body = new PassThrough()
  const gone = new AbortController()
  body.on('error', () => {})
  body.once('close', () => {
    if (!body.readableEnded) gone.abort()
  })
  const { promise: begun, resolve } = Promise.withResolvers<StreamedAnswer>()
  let hasBegun = false
  let broken: Error | undefined
  const begin: Sink['begin'] = (statusCode, headers) => {
    hasBegun = true
    resolve({ statusCode, headers, body })
  }
  const sink: Sink = {
    begin,
    write: (chunk) => (body.destroyed || body.write(chunk) ? Promise.resolve() : until(body, 'drain')),
    end: () => {
      if (body.destroyed) return Promise.resolve()
      body.end()
      return until(body, 'end')
    },
    // the break ends the invocation, so it waits until all work is done
    abort() {
      broken = new Error('the answer broke off before it was whole')
    },
  }
  const settle = (thrown?: Error) => {
    if (!hasBegun) {
      begin(500, { 'content-type': 'application/json' })
      body.end(lastResort)
    }
    // A visible break, never an end that looks whole.
    else if (!body.writableEnded) body.destroy(thrown ?? broken)
  }
  const finished = run(sink, gone.signal).then(() => settle(), settle)
  return { begun, finished }
}

/** Also resolves when the stream closes, so that nobody waits for a reader that is gone. */
function until(body: PassThrough, name: 'drain' | 'end'): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      body.off(name, done)
      body.off('close', done)
      resolve()
    }
    body.on(name, done)
    body.on('close', done)
  })
}
