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
  const running = new Running()
  const backlog = new Backlog(options.maxUnfinished ?? 64)
  const stopping = new AbortController()
  const server = http.createServer(
    { noDelay: true, maxHeaderSize: maxHeaderBytes, keepAliveTimeout: 60_000 },
    (request, response) => {
      running.begin()
      handle(request, response, { options, backlog, stopping: stopping.signal, done: () => running.end() })
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
      await Promise.all([closed, running.over()])
      clearTimeout(timer)
      clearInterval(sweep)
    },
  }
}

/** Counts the requests whose work is not done. */
class Running {
  #count = 0
  #waiting: (() => void)[] = []

  begin(): void {
    this.#count += 1
  }

  end(): void {
    this.#count -= 1
    if (this.#count === 0) for (const resolve of this.#waiting.splice(0)) resolve()
  }

  /** Resolves when there is none. */
  over(): Promise<void> {
    return this.#count === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve))
  }
}

interface Serving {
  /** Called once, when all work for the request is done. */
  readonly done: () => void
  readonly options: HttpServerOptions
  readonly backlog: Backlog
  readonly stopping: AbortSignal
}

function handle(request: IncomingMessage, response: ServerResponse, serving: Serving): void {
  const { options, stopping } = serving
  const { ambient } = options
  const gone = new AbortController()
  response.once('close', () => {
    if (!response.writableFinished) gone.abort()
  })
  const receivedAtMs = ambient.now()
  readBody(request, options, (body) => {
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
    if (body instanceof GatewayError) refuse(call, body, response, options).then(serving.done, serving.done)
    else serveSoon(call, response, serving)
  })
}

function refuse(call: Call, error: GatewayError, response: ServerResponse, options: HttpServerOptions): Promise<void> {
  response.setHeader('connection', 'close')
  return options.refuse(call, error, toSink(response))
}

function serveSoon(call: Call, response: ServerResponse, serving: Serving): void {
  const room = serving.backlog.room()
  if (room === undefined) serveNow(call, response, serving)
  else void room.then(() => serveNow(call, response, serving))
}

/** An answer that is read on for a client that has gone is no backlog before it is whole. */
function serveNow(call: Call, response: ServerResponse, { options, backlog, done }: Serving): void {
  let isAnswered = false
  let isClosed = response.closed
  let isOver = false
  let leave: (() => void) | undefined
  const noteBacklog = () => {
    if (isAnswered && isClosed && !isOver) leave ??= backlog.enter()
  }
  const noteAnswered = () => {
    isAnswered = true
    noteBacklog()
  }
  response.once('close', () => {
    isClosed = true
    noteBacklog()
  })
  const over = () => {
    isOver = true
    leave?.()
    done()
  }
  options.serve(call, telling(toSink(response), noteAnswered)).then(over, over)
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

/** Calls back once. */
function readBody(
  request: IncomingMessage,
  options: HttpServerOptions,
  done: (body: Uint8Array | GatewayError) => void,
): void {
  const timeoutMs = options.bodyTimeoutMs ?? 30_000
  const chunks: Uint8Array[] = []
  let length = 0
  let isFinished = false
  const finish = (result: Uint8Array | GatewayError) => {
    cancel()
    if (isFinished) return
    isFinished = true
    done(result)
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
    const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
    // Lambda's own limit, so that what works here works there
    finish(fitsIntoEvent(body, isTextType(request.headers['content-type'])) ? body : bodyTooLarge())
  })
  request.once('close', breakOff)
  request.once('error', breakOff)
  // What is announced as too large is not waited for.
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytesInEvent) finish(bodyTooLarge())
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
