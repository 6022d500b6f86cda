/** Calls providers over node:http and node:https with kept-alive connections. The only place that opens a socket to one. */

import { lookup } from 'node:dns'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import type { LookupFunction } from 'node:net'
import type { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { GatewayError } from '../errors.ts'
import type { UpstreamClient, UpstreamRequest, UpstreamResponse } from '../gateway/ports.ts'
import { checkCustomHost, isCallable, isHostAllowed, portOf, refusedHost } from '../providers/host-rules.ts'
import type { OwnEndpoints } from './own-endpoints.ts'
import { streamBody } from './stream-body.ts'

export interface UpstreamOptions {
  /** Private hosts that the operator trusts. */
  readonly allowedHosts: readonly string[]
  /** No custom host may lead to them, not even an allowed one. */
  readonly ownEndpoints?: OwnEndpoints
  readonly connectTimeoutMs?: number
  /** A kept connection that is reset so soon after a request had been closed already: the request is sent again. */
  readonly staleWithinMs?: number
  /** Only where it had been idle for so long: servers do not close a connection that was in use a moment ago. */
  readonly staleAfterIdleMs?: number
}

/** Connections of one kind of trust are never used for another: a kept one would be a way around the check of its address. */
export function createHttpsUpstream(options: UpstreamOptions): UpstreamClient & { close(): void } {
  const { connectTimeoutMs = 10_000, staleWithinMs = 1_000, staleAfterIdleMs = 3_000, allowedHosts } = options
  const pools = { known: openPool(), allowed: openPool(), approved: openPool(), named: openPool() }
  return {
    send(request) {
      const trust = trustOf(request, allowedHosts)
      try {
        if (trust !== 'known') {
          checkCustomHost(request.url, { allowedHosts, isApproved: trust === 'approved' })
          options.ownEndpoints?.check(request.url)
        }
      } catch (thrown) {
        return Promise.reject(thrown)
      }
      const agents = pools[trust]
      return open(request, {
        agent: request.url.protocol === 'http:' ? agents.http : agents.https,
        connectTimeoutMs,
        staleWithinMs,
        staleAfterIdleMs,
        ...(trust === 'known' ? {} : { lookup: checkedLookup(options, trust, portOf(request.url)) }),
      })
    },
    resolves: (host) =>
      new Promise((resolve) => {
        checkedLookup(options, 'named', 443)(host, { all: true }, (error, addresses) =>
          resolve(error === null && addresses.length > 0),
        )
      }),
    close() {
      for (const { http, https } of Object.values(pools)) {
        http.destroy()
        https.destroy()
      }
    },
  }
}

function openPool() {
  const pool = { keepAlive: true, maxSockets: 1_024, keepAliveMsecs: 15_000, timeout: 0 }
  const agents = { http: new http.Agent(pool), https: new https.Agent(pool) }
  for (const agent of Object.values(agents))
    agent.on('free', (socket: object) => void freedAtMs.set(socket, performance.now()))
  return agents
}

/** Kept connection → when its last answer ended. */
const freedAtMs = new WeakMap<object, number>()

/** `known` = a provider's own host, `allowed` = named by the operator, `approved` = by an administrator of the organisation, `named` = by anybody else. */
type Trust = 'known' | 'allowed' | 'approved' | 'named'

function trustOf({ isCustomHost, isApprovedHost, url }: UpstreamRequest, allowedHosts: readonly string[]): Trust {
  if (!isCustomHost) return 'known'
  if (isHostAllowed(url, allowedHosts)) return 'allowed'
  return isApprovedHost === true ? 'approved' : 'named'
}

/** Resolves a name and refuses what may not be called, so that the address checked is the address connected to. */
function checkedLookup({ allowedHosts, ownEndpoints }: UpstreamOptions, trust: Trust, port: number): LookupFunction {
  const isApproved = trust === 'approved'
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, '', 0)
      try {
        for (const { address } of addresses) {
          if (trust !== 'allowed' && !isCallable(address, { isApproved }))
            throw refusedHost(hostname, 'its name leads to a private address', { allowedHosts, isApproved })
          ownEndpoints?.checkAddress(address, port)
        }
      } catch (thrown) {
        return callback(thrown as NodeJS.ErrnoException, '', 0)
      }
      const first = addresses[0]
      if (options.all === true)
        return (callback as unknown as (error: null, all: typeof addresses) => void)(null, addresses)
      return callback(null, first?.address ?? '', first?.family ?? 4)
    })
  }
}

interface OpenOptions {
  readonly agent: http.Agent
  readonly connectTimeoutMs: number
  readonly staleWithinMs: number
  readonly staleAfterIdleMs: number
  readonly lookup?: LookupFunction
}

function open(request: UpstreamRequest, options: OpenOptions): Promise<UpstreamResponse> {
  const { url, signal, body } = request
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason)
    const outgoing = (url.protocol === 'http:' ? http : https).request(url, {
      method: request.method,
      agent: options.agent,
      headers: {
        'user-agent': 'sluice',
        'accept-encoding': 'identity',
        ...request.headers,
        ...(body === undefined ? {} : { 'content-length': String(body.length) }),
      },
      ...(options.lookup === undefined ? {} : { lookup: options.lookup }),
    })
    let received: IncomingMessage | undefined
    // A whole answer's connection goes back to the pool.
    const abort = () => {
      if (received?.complete !== true) outgoing.destroy(toError(signal.reason))
    }
    signal.addEventListener('abort', abort, { once: true })
    limitConnecting(outgoing, options.connectTimeoutMs)
    const refuse = (said: string) => {
      const error = noAnswer(url, said)
      // told here: after a change of protocol nobody else does
      reject(error)
      outgoing.destroy(error)
    }
    refuseOddities(outgoing, refuse)
    if (request.onSent !== undefined) observeSending(outgoing, request.onSent)
    outgoing.once('response', (message) => {
      received = message
      message.once('close', () => signal.removeEventListener('abort', abort))
      const { statusCode = 0 } = message
      if (statusCode < 200 || statusCode > 599) refuse(`status ${String(statusCode).padStart(3, '0')}`)
      else resolve(toResponse(message))
    })
    let idleMs = 0
    outgoing.once('socket', (socket) => {
      const nowMs = performance.now()
      idleMs = nowMs - (freedAtMs.get(socket) ?? nowMs)
    })
    let sentAtMs: number | undefined
    outgoing.once('finish', () => {
      sentAtMs = performance.now()
    })
    outgoing.once('error', (error) => {
      signal.removeEventListener('abort', abort)
      if (signal.aborted) return reject(signal.reason)
      // A provider that has had it for longer may have worked on it, and bill it.
      const isIdle = idleMs >= options.staleAfterIdleMs
      const isStale = sentAtMs === undefined || (isIdle && performance.now() - sentAtMs <= options.staleWithinMs)
      if (outgoing.reusedSocket && isReset(error) && isStale) return resolve(open(request, options))
      reject(error instanceof GatewayError || sentAtMs === undefined ? unreachable(url, error) : lost(url, error))
    })
    outgoing.end(body)
  })
}

/** A client waits for the answer after any number of these, and for ever after a change of protocol. */
const maxInformation = 20

function refuseOddities(outgoing: http.ClientRequest, refuse: (said: string) => void): void {
  let informed = 0
  outgoing.on('information', ({ statusCode }) => {
    informed += 1
    if (informed > maxInformation) refuse(`status ${statusCode} more than ${maxInformation} times, and nothing else`)
  })
  outgoing.once('upgrade', ({ statusCode }, socket) => {
    socket.destroy()
    refuse(`status ${statusCode}, a change of protocol that nobody asked for`)
  })
}

/** Something came back that is no answer. */
function noAnswer(url: URL, said: string): GatewayError {
  return new GatewayError(
    'upstream_unavailable',
    `the provider at ${url.host} answered with ${said}; an HTTP answer has a status from 200 to 599`,
    { host: url.host, failure: 'headers' },
  )
}

function limitConnecting(outgoing: http.ClientRequest, connectTimeoutMs: number): void {
  outgoing.once('socket', (socket) => {
    if (!socket.connecting) return
    const timer = setTimeout(
      () => outgoing.destroy(new Error(`no connection within ${connectTimeoutMs} ms`)),
      connectTimeoutMs,
    )
    socket.once('connect', () => clearTimeout(timer))
    socket.once('close', () => clearTimeout(timer))
  })
}

/** Node writes what it has of a request as soon as its socket is connected (and has its TLS session). */
function observeSending(outgoing: http.ClientRequest, onSent: () => void): void {
  outgoing.once('socket', (socket) => {
    const isSecuring = 'secureConnecting' in socket && socket.secureConnecting === true
    if (isSecuring) socket.once('secureConnect', onSent)
    else if (socket.connecting) socket.once('connect', onSent)
    else onSent()
  })
}

function isReset(error: NodeJS.ErrnoException): boolean {
  return error.code === 'ECONNRESET' || error.code === 'EPIPE'
}

/** The request went out whole and no answer came back, or none that can be read: the provider may have worked on it. */
function lost(url: URL, error: NodeJS.ErrnoException): GatewayError {
  const isUnreadable = error.code?.startsWith('HPE_') === true
  const what = isUnreadable
    ? `answered with a head that cannot be read (${error.code})`
    : 'took the request and closed the connection without an answer'
  return new GatewayError(
    'upstream_unavailable',
    `the provider at ${url.host} ${what}`,
    { host: url.host, failure: 'headers', mayBeBilled: true },
    error,
  )
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason))
}

function unreachable(url: URL, error: Error): GatewayError {
  if (error instanceof GatewayError) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  return new GatewayError(
    'upstream_unavailable',
    `the provider at ${url.host} could not be reached: ${code ?? error.message}`,
    { host: url.host, failure: 'connect' },
    error,
  )
}

function toResponse(message: IncomingMessage): UpstreamResponse {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return { status: message.statusCode ?? 502, headers, body: streamBody(decoded(message, headers['content-encoding'])) }
}

/** We ask for no encoding; a server that sends one all the same is understood. */
function decoded(message: IncomingMessage, encoding: string | undefined): Readable {
  const decoder =
    encoding === 'gzip'
      ? createGunzip()
      : encoding === 'br'
        ? createBrotliDecompress()
        : encoding === 'deflate'
          ? createInflate()
          : undefined
  if (decoder === undefined) return message
  message.on('error', (error) => decoder.destroy(error))
  decoder.once('close', () => message.destroy())
  return message.pipe(decoder)
}
