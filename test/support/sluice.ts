/** The whole program on a free port over a data folder of its own, with what a test needs to talk to it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Ambient, systemAmbient } from '../../src/ambient.ts'
import { type Running, startLocal } from '../../src/local/start.ts'
import { type AdminClient, adminClient } from './admin-client.ts'

export interface Sluice {
  readonly origin: string
  readonly dataFolder: string
  readonly adminKey: string
  readonly apiKey: string
  readonly running: Running
  /** Calls the control plane with the admin key; throws on any status but 200. */
  admin: AdminClient['call']
  readonly client: AdminClient
  /** Posts JSON to the data plane. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>
  /** Connects a provider at an address: an integration and, with its slug, a provider in the default workspace. */
  connect: AdminClient['connect']
  /** The record of an answer, read as soon as it is closed. */
  logOf(response: { readonly headers: Headers }): Promise<LogAnswer>
  /** Moves the program's clock on, for what grows old: settings that are kept for half a minute, windows, probations. */
  passTime(ms: number): void
  stop(): Promise<void>
}

export interface LogAnswer {
  readonly metrics: Readonly<Record<string, unknown>>
  readonly request: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> }
  readonly response: { readonly status: number; readonly body?: unknown }
  readonly [key: string]: unknown
}

/** For a program whose requests may name hosts of this machine: the operator's own word, as nothing else opens them. */
export const loopbackAllowed = { SLUICE_ALLOWED_HOSTS: '127.0.0.1,localhost,[::1]' } as const

const adminKey = 'test-admin-key-0123456789'
const apiKey = 'test-api-key-0123456789ab'

export async function startSluice(
  options: {
    readonly variables?: Record<string, string>
    readonly bodyTimeoutMs?: number
    readonly ambient?: Ambient
  } = {},
): Promise<Sluice> {
  const dataFolder = mkdtempSync(join(tmpdir(), 'sluice-test-'))
  const clock = options.ambient ?? systemAmbient(() => {})
  let laterMs = 0
  const running = await startLocal(
    { host: '127.0.0.1', port: 0, dataFolder, isFresh: false, adminKey, apiKey },
    {
      variables: { PATH: process.env.PATH, ...options.variables },
      ambient: { ...clock, now: () => clock.now() + laterMs },
      version: 'test',
      ...(options.bodyTimeoutMs === undefined ? {} : { bodyTimeoutMs: options.bodyTimeoutMs }),
    },
  )
  const { origin } = running
  const client = adminClient(origin, adminKey)
  return {
    origin,
    dataFolder,
    adminKey,
    apiKey,
    running,
    admin: client.call,
    client,
    post: (path, body, headers = {}) =>
      fetch(`${origin}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    connect: client.connect,
    async logOf(response) {
      const id = response.headers.get('x-portkey-request-id')
      for (let tries = 0; tries < 3_000; tries++) {
        const answer = await fetch(`${origin}/v1/logs/${id}`, { headers: { 'x-portkey-api-key': adminKey } })
        const log = (await answer.json()) as LogAnswer
        if (answer.status === 200 && log.metrics.outcome !== null) return log
        await new Promise((resolve) => setImmediate(resolve))
      }
      throw new Error(`the record ${id} was never closed`)
    },
    passTime(ms) {
      laterMs += ms
    },
    async stop() {
      await running.stop(1_000)
      rmSync(dataFolder, { recursive: true, force: true })
    },
  }
}
