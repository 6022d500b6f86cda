/** A plain HTTP server around the program: request → Call, response → Sink. For local runs, containers and tests. */
import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Ambient } from '../ambient.ts'
import { GatewayError } from '../errors.ts'
import type { Call, Sink } from '../gateway/ports.ts'
import { Backlog } from './backlog.ts'
import { plainRefusal } from './plain-refusal.ts'
import { bodyTooLarge, fitsIntoEvent, isTextType, maxBodyBytesInEvent } from './request-size.ts'
import { readTarget } from './target.ts'

export interface HttpServerOptions {
  readonly ambient: Ambient
  /** Answers a call; resolves when all work for it is done. */
  readonly serve: (call: Call, sink: Sink) => Promise<void>
  /** Answers a call whose body could not be read whole. */
  readonly refuse: (call: Call, error: GatewayError, sink: Sink) => Promise<void>
  /** A body must be complete within this. */
  readonly bodyTimeoutMs?: number
  /** How long one request may run; Lambda's 15 minutes. */
  readonly maxRunMs?: number
  /** Requests that are answered but whose work is not done; while there are more, those that come wait. */
  readonly maxUnfinished?: number
}

export interface RunningServer {
  readonly port: number
  /** Takes no more requests, lets those under way finish, then resolves; after `graceMs` the rest are cut. */
  stop(graceMs: number): Promise<void>
}

const maxHeaderBytes = 32 * 1024

export async function startHttpServer(host: string, port: number, options: HttpServerOptions): Promise<RunningServer> {
  const running = new Set<Promise<void>>()
  const backlog = new Backlog(options.maxUnfinished ?? 64)
  const stopping = new AbortController()
  const server = http.createServer(
    { noDelay: true, maxHeaderSize: maxHeaderBytes, keepAliveTimeout: 60_000 },
    (request, response) => {
      const work = handle(request, response, { options, backlog, stopping: stopping.signal }).finally(() =>
        running.delete(work),
      )
      running.add(work)
    },
  )
  server.requestTimeout = 0
  server.on('clientError', answerBrokenRequest)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    async stop(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeIdleConnections()
      const timer = setTimeout(() => {
        server.closeAllConnections()
        stopping.abort()
      }, graceMs)
      const sweep = setInterval(() => server.closeIdleConnections(), 100)
      await Promise.all([closed, ...running])
      clearTimeout(timer)
      clearInterval(sweep)
    },
  }
}

interface Serving {
  readonly options: HttpServerOptions
  readonly backlog: Backlog
  readonly stopping: AbortSignal
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { options, backlog, stopping }: Serving,
): Promise<void> {
  const { ambient } = options
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const sink = toSink(response)
  const receivedAtMs = ambient.now()
  const body = await readBody(request, options)
  const call: Call = {
    ...splitTarget(request.url ?? '/'),
    method: request.method ?? 'GET',
    headers: readHeaders(request),
    body: body instanceof GatewayError ? new Uint8Array(0) : body,
    receivedAtMs,
    deadlineAtMs: receivedAtMs + (options.maxRunMs ?? 15 * 60_000),
    clientGone: gone.signal,
    stopping,
  }
  if (body instanceof GatewayError) {
    response.setHeader('connection', 'close')
    return options.refuse(call, body, sink)
  }
  await backlog.room()
  // An answer that is read on for a client that has gone is no backlog before it is whole.
  const isAnswered = Promise.withResolvers<void>()
  const work = options.serve(call, telling(sink, isAnswered.resolve))
  const isClosed = response.closed || new Promise((resolve) => response.once('close', resolve))
  void Promise.all([isAnswered.promise, isClosed]).then(() => backlog.add(work))
  return work
}

function splitTarget(target: string): Pick<Call, 'path' | 'query'> {
  const cut = target.indexOf('?')
  return cut < 0 ? readTarget(target, '') : readTarget(target.slice(0, cut), target.slice(cut + 1))
}

function readHeaders(request: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return headers
}

function readBody(request: IncomingMessage, options: HttpServerOptions): Promise<Uint8Array | GatewayError> {
  const timeoutMs = options.bodyTimeoutMs ?? 30_000
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let length = 0
    const finish = (result: Uint8Array | GatewayError) => {
      cancel()
      resolve(result)
    }
    const cancel = options.ambient.schedule(timeoutMs, () =>
      finish(
        new GatewayError(
          'request_slow',
          `the request body was not complete after ${timeoutMs} ms (${length} bytes had come); send it faster`,
        ),
      ),
    )
    request.on('data', (chunk: Uint8Array) => {
      length += chunk.length
      if (length <= maxBodyBytesInEvent) chunks.push(chunk)
      else finish(bodyTooLarge())
    })
    const breakOff = () =>
      finish(new GatewayError('client_closed', 'the client closed the connection before its request was whole'))
    request.once('end', () => {
      request.off('close', breakOff)
      const body = Buffer.concat(chunks)
      // Lambda's own limit, so that what works here works there
      finish(fitsIntoEvent(body, isTextType(request.headers['content-type'])) ? body : bodyTooLarge())
    })
    request.once('close', breakOff)
    request.once('error', breakOff)
  })
}

function toSink(response: ServerResponse): Sink {
  const drained = () =>
    new Promise<void>((resolve) => {
      const done = () => {
        response.off('drain', done)
        response.off('close', done)
        resolve()
      }
      response.on('drain', done)
      response.on('close', done)
    })
  return {
    begin: (status, headers) => void response.writeHead(status, headers),
    write: (chunk) => (response.destroyed || response.write(chunk) ? undefined : drained()),
    end: () =>
      new Promise((resolve) => {
        if (response.destroyed) return resolve()
        response.once('close', resolve)
        response.end(() => resolve())
      }),
    abort: () => void response.destroy(),
  }
}

/** Calls back when the answer has been ended, in whatever way. */
function telling(sink: Sink, onEnd: () => void): Sink {
  return {
    ...sink,
    end() {
      onEnd()
      return sink.end()
    },
    abort() {
      onEnd()
      sink.abort()
    },
  }
}

/** What Node's parser refuses (oversized or malformed headers, headers that never end) gets an answer that says so. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const refusal =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? new GatewayError('headers_too_large', `the request's headers are larger than ${maxHeaderBytes} bytes`)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? new GatewayError('request_slow', 'the request was not complete in time')
        : new GatewayError('invalid_request', 'the request is not valid HTTP')
  const { status, body } = plainRefusal(refusal)
  socket.end(
    `HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? ''}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
