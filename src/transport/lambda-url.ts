/** Lambda function URLs: event → Call, Sink → an answer whose body streams. Knows nothing of what is served. */
import { PassThrough, type Readable } from 'node:stream'
import type { LambdaFunctionURLEvent } from 'aws-lambda'
import { GatewayError } from '../errors.ts'
import type { Call, Sink } from '../gateway/ports.ts'
import { plainRefusal } from './plain-refusal.ts'
import { bodyTooLarge, fitsIntoEvent } from './request-size.ts'
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

/** undefined = Lambda's other hosts of this program would take the request too. */
export function findSizeRefusal(event: LambdaFunctionURLEvent, { body }: Call): GatewayError | undefined {
  return fitsIntoEvent(body, !event.isBase64Encoded) ? undefined : bodyTooLarge()
}

/** Throws GatewayError for an event of anything else than a function URL. */
function requireUrlEvent(event: Readonly<Record<string, unknown>>): void {
  const context = event.requestContext as Readonly<Record<string, unknown>> | undefined
  if (typeof event.rawPath === 'string' && typeof context?.http === 'object') return
  const got =
    typeof context?.elb === 'object'
      ? 'one of a load balancer'
      : typeof event.httpMethod === 'string'
        ? 'one of an API Gateway REST API (payload format 1.0)'
        : `one with the fields ${Object.keys(event).slice(0, 5).join(', ') || '(none)'}`
  throw new GatewayError(
    'invalid_request',
    `this function takes events of its function URL (payload format 2.0), and got ${got}; send requests to the BaseUrl or the AdminUrl of the stack`,
  )
}

/**
 * Throws GatewayError for events of anything else than a function URL, such as the Test button of Lambda's console sends.
 *
 * Lambda does not tell a function that its client has left: the answer is taken to its end by the service and thrown
 * away. `clientGone` trips only when the runtime itself can no longer hand bytes on.
 */
export function readCall(
  event: LambdaFunctionURLEvent,
  context: Remaining,
  { nowMs, clientGone }: { readonly nowMs: number; readonly clientGone: AbortSignal },
): Call {
  requireUrlEvent({ ...event })
  return {
    ...readTarget(event.rawPath, event.rawQueryString),
    method: event.requestContext.http.method,
    headers: readHeaders(event.headers ?? {}),
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

const lastResort = new GatewayError('internal', 'something went wrong inside the gateway')

/**
 * Starts `run` with a sink. The answer is there as soon as `run` begins it; a run that never does is answered with the
 * GatewayError that it throws, else with 500. `onBreak` is called before an answer is broken off on purpose, which
 * Lambda can tell its client only by failing the invocation.
 */
export function startAnswer(
  run: (sink: Sink, clientGone: AbortSignal) => Promise<void>,
  onBreak: () => void = () => {},
): StartedAnswer {
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
    write: (chunk) => (body.destroyed || body.write(chunk) ? undefined : until(body, 'drain')),
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
  const settle = (thrown?: unknown) => {
    if (!hasBegun) {
      const refusal = plainRefusal(thrown instanceof GatewayError ? thrown : lastResort)
      begin(refusal.status, refusal.headers)
      body.end(refusal.body)
    }
    // A visible break, never an end that looks whole.
    else if (!body.writableEnded) {
      if (thrown === undefined && broken !== undefined) onBreak()
      body.destroy(thrown instanceof Error ? thrown : broken)
    }
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
