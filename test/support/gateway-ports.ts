/** The gateway's ports in memory, for tests of its line with a clock in hand. */
import type { WorkspaceCatalog } from '../../src/catalog/catalog.ts'
import { GatewayError } from '../../src/errors.ts'
import type { Call, GatewayPorts, Sink, UpstreamRequest, UpstreamResponse } from '../../src/gateway/ports.ts'
import { createCredentialPorts } from '../../src/gateway/target/credential-ports.ts'
import type { ApiKey } from '../../src/identity/caller.ts'
import { StopList } from '../../src/identity/emergency-stop.ts'
import { hashSecret } from '../../src/identity/secret.ts'
import { createPriceList } from '../../src/pricing/list.ts'
import { aiProviders } from '../../src/providers/index.ts'
import type { ClosedLog, OpenLog } from '../../src/records/log.ts'
import { openRouting } from '../../src/routing/routing.ts'
import { type ManualAmbient, manualAmbient } from './manual-ambient.ts'
import { memoryBreakers } from './memory-breakers.ts'
import { sampleCatalog } from './sample-catalog.ts'

export const secret = 'a-workspace-key'

export interface GatewayStage {
  readonly ambient: ManualAmbient
  readonly ports: GatewayPorts
  readonly opened: OpenLog[]
  readonly closed: ClosedLog[]
  readonly sent: UpstreamRequest[]
}

/** `answer` plays the upstream. */
export function gatewayStage(
  answer: (request: UpstreamRequest) => Promise<UpstreamResponse>,
  more: Partial<GatewayPorts> = {},
): GatewayStage {
  const ambient = manualAmbient()
  const opened: OpenLog[] = []
  const closed: ClosedLog[] = []
  const sent: UpstreamRequest[] = []
  const catalog: WorkspaceCatalog = sampleCatalog()
  const upstream: GatewayPorts['upstream'] = {
    send(request) {
      request.onSent?.()
      sent.push(request)
      return answer(request)
    },
  }
  const ports: GatewayPorts = {
    ambient,
    aiProviders,
    prices: createPriceList(),
    keys: { findByHash: async (hash) => (hash === hashSecret(secret) ? sampleKey(catalog) : undefined) },
    catalog: { loadWorkspace: async () => catalog },
    stops: { current: () => new StopList([]), prepare() {} },
    vault: { read: async () => ({ key: 'provider-secret', configurations: {} }) },
    upstream,
    credentials: createCredentialPorts({
      ambient,
      upstream,
      ownAwsCredentials: async () => ({ accessKeyId: 'AKIAOWN', secretAccessKey: 'own-secret' }),
    }),
    gate: {
      isLimited: () => false,
      hold: async () => ({ type: 'held', holds: [], headers: {}, warnings: [] }),
      lease: async () => ({ release: async () => {} }),
      usedShare: async () => 0,
      release: async () => {},
    },
    logs: {
      open: async (log) => void opened.push(log),
      retarget: async (log) => void opened.push(log),
      close: async (log) => {
        closed.push(log)
        return true
      },
      read: async () => undefined,
    },
    payloads: { read: async () => undefined },
    routing: openRouting({ configs: { find: async () => undefined }, breakers: memoryBreakers(), ambient }),
    settings: { corsOrigins: ['*'], corsHeaders: ['*'], version: 'test' },
    ...more,
  }
  return { ambient, ports, opened, closed, sent }
}

function sampleKey(catalog: WorkspaceCatalog): ApiKey {
  return {
    id: 'key-1',
    type: 'workspace-service',
    name: 'test',
    organisationId: 'organisation',
    workspaceId: catalog.workspace.id,
    masked: 'a-*****key',
    hash: hashSecret(secret),
    status: 'active',
    creationMode: 'api',
    scopes: ['completions.write'],
    rateLimits: [],
    defaults: { allowConfigOverride: true },
    alertEmails: [],
    limitEpoch: 0,
    createdAtMs: 0,
    updatedAtMs: 0,
  }
}

export function chatCall(ambient: ManualAmbient, body: object, more: Partial<Call> = {}): Call {
  return {
    method: 'POST',
    path: '/v1/chat/completions',
    query: {},
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(body)),
    receivedAtMs: ambient.now(),
    deadlineAtMs: ambient.now() + 15 * 60_000,
    clientGone: new AbortController().signal,
    ...more,
  }
}

export interface RecordingSink extends Sink {
  status: number
  headers: Readonly<Record<string, string>>
  text: string
  hasEnded: boolean
  /** Broken off in place of ended. */
  isBroken: boolean
  /** Resolves when something has been written whose text so far contains this. */
  has(part: string): Promise<void>
}

export function recordingSink(): RecordingSink {
  const waiting: { readonly part: string; readonly resolve: () => void }[] = []
  const sink: RecordingSink = {
    status: 0,
    headers: {},
    text: '',
    hasEnded: false,
    isBroken: false,
    begin(status, headers) {
      sink.status = status
      sink.headers = headers
    },
    async write(chunk) {
      sink.text += typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8')
      for (const each of waiting) if (sink.text.includes(each.part)) each.resolve()
    },
    async end() {
      sink.hasEnded = true
    },
    abort() {
      sink.isBroken = true
    },
    has: (part) =>
      new Promise((resolve) => {
        if (sink.text.includes(part)) resolve()
        else waiting.push({ part, resolve })
      }),
  }
  return sink
}

/** A streamed body that a test feeds by hand. */
export function manualBody(signal?: AbortSignal) {
  const queue: (Uint8Array | Error | undefined)[] = []
  let wake = () => {}
  const push = (item: Uint8Array | Error | undefined) => {
    queue.push(item)
    wake()
  }
  signal?.addEventListener('abort', () => push(new GatewayError('internal', 'aborted')))
  async function* body(): AsyncGenerator<Uint8Array> {
    for (;;) {
      while (queue.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      const item = queue.shift()
      if (item === undefined) return
      if (item instanceof Error) throw item
      yield item
    }
  }
  return {
    body: body(),
    send: (text: string) => push(Buffer.from(text)),
    end: () => push(undefined),
    fail: (error: Error) => push(error),
  }
}
