/** Typical records for the store's contract suite, and a store over a fresh engine. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ambient } from '../../src/ambient.ts'
import { systemAmbient } from '../../src/ambient.ts'
import type { ApiKey } from '../../src/identity/caller.ts'
import { createPayloadFolder } from '../../src/local/payload-folder.ts'
import { createVaultHandler } from '../../src/local/vault-handler.ts'
import type { ClosedLog, OpenLog } from '../../src/records/log.ts'
import { createClients } from '../../src/store/clients.ts'
import { createStore, type Store } from '../../src/store/index.ts'
import { engineCredentials, startTestEngine, type TestEngine } from '../support/engine.ts'

export const noon = Date.UTC(2026, 0, 15, 12)
const dayMs = 86_400_000

export interface TestStore {
  readonly engine: TestEngine
  readonly store: Store
  readonly ambient: Ambient
  readonly folder: string
  /** The one process's secrets, for further clients over them. */
  readonly vaultHandler: ReturnType<typeof createVaultHandler>
  /** Moves the store's clock. */
  setNow(nowMs: number): void
  stop(): Promise<void>
}

export async function startTestStore(): Promise<TestStore> {
  const engine = await startTestEngine()
  const folder = mkdtempSync(join(tmpdir(), 'sluice-store-'))
  let nowMs = noon
  const ambient: Ambient = { ...systemAmbient(() => {}), now: () => nowMs }
  const vaultHandler = createVaultHandler(folder, ambient)
  const clients = createClients({
    ...engine.overrides,
    secretsManager: { requestHandler: vaultHandler, ...engineCredentials },
  })
  const largeObjects = createPayloadFolder({ dataFolder: folder, ttlDays: engine.environment.logTtlDays, ambient })
  return {
    engine,
    store: createStore({ environment: engine.environment, clients, ambient, largeObjects }),
    ambient,
    folder,
    vaultHandler,
    setNow: (now) => {
      nowMs = now
    },
    async stop() {
      clients.destroy()
      await engine.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function sampleKey(id: string, changes: Partial<ApiKey> = {}): ApiKey {
  return {
    id,
    type: 'workspace-service',
    name: `key ${id}`,
    organisationId: 'org',
    workspaceId: 'ws-keys',
    masked: 'sk*********abc',
    hash: `hash-of-${id}`,
    status: 'active',
    creationMode: 'api',
    scopes: ['completions.write'],
    rateLimits: [],
    defaults: { allowConfigOverride: true },
    alertEmails: [],
    limitEpoch: 0,
    createdAtMs: noon,
    updatedAtMs: noon,
    ...changes,
  }
}

const uuid = (last: string) => `0190f1c2-7b1a-7c3d-9e4f-${last.padStart(12, '0')}`

export function openLog(last: string, changes: Partial<OpenLog> = {}): OpenLog {
  return {
    id: uuid(last),
    traceId: 'f0e1d2c3-b4a5-4968-8776-655443322110',
    spanId: '1a2b3c4d5e6f7081',
    spanName: 'llm',
    organisationId: uuid('a1'),
    workspaceId: uuid('b2'),
    workspaceSlug: 'default',
    apiKeyId: uuid('c3'),
    apiKeyName: 'production backend',
    metadata: {},
    method: 'POST',
    path: '/v1/chat/completions',
    operation: 'chat',
    clientWire: 'wire-one',
    isStream: true,
    modelAsked: '@main/gpt-5-mini',
    providerSlug: 'main',
    aiProviderId: 'vendor',
    integrationId: uuid('d4'),
    model: 'gpt-5-mini',
    startedAtMs: noon,
    deadlineAtMs: noon + 300_000,
    holds: [
      { counter: 'api_key#0190f1c2-7b1a#cost#2026-01', resource: 'cost', amount: 52_400_000, minute: 29_474_645 },
    ],
    ...changes,
  }
}

export function closedLog(last: string, changes: Partial<ClosedLog> = {}): ClosedLog {
  return {
    ...openLog(last),
    outcome: 'completed',
    status: 200,
    upstreamWire: 'wire-one',
    modelReported: 'gpt-5-mini-2026-01-01',
    usage: { inputUncached: 1_250, inputCacheRead: 1_024, output: 412, outputReasoning: 128 },
    costNanos: 1_374_500,
    isPriced: true,
    isEstimated: false,
    cacheStatus: 'DISABLED',
    endedAtMs: noon + 4_321,
    firstByteMs: 612,
    totalMs: 4_321,
    upstreamMs: 4_309,
    gatewayMs: 12,
    attempts: [
      {
        attempt: 1,
        targetPath: 'config',
        providerSlug: 'main',
        aiProviderId: 'vendor',
        model: 'gpt-5-mini',
        wire: 'wire-one',
        isPassthrough: true,
        startedAtMs: noon + 5,
        headersMs: 590,
        endedAtMs: noon + 4_315,
        status: 200,
      },
    ],
    warnings: [],
    finishReason: 'stop',
    hasPayload: true,
    ...changes,
  }
}

export const days = (count: number) => count * dayMs
