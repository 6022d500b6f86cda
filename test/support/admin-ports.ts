/** The admin API's ports in memory, with a clock and limit statuses that a test holds in its hand. */
import { seedOrganisation } from '../../src/admin/first-start.ts'
import type {
  AdminAiProvider,
  AdminPorts,
  ApiKeyStore,
  Document,
  DocumentStore,
  LimitStatus,
  Stored,
} from '../../src/admin/ports.ts'
import { type AdminAnswer, serveAdmin } from '../../src/admin/serve.ts'
import { GatewayError } from '../../src/errors.ts'
import { servedPaths } from '../../src/gateway/arrive/routes.ts'
import type { ApiKey } from '../../src/identity/caller.ts'
import { rowOf } from '../../src/observe/row.ts'
import { administeredProviders as realProviders } from '../../src/providers/administered.ts'
import type { ClosedLog, Payload } from '../../src/records/log.ts'
import { createEmergencyStops } from '../../src/store/emergency-stops.ts'
import { checkAnswer } from './described-answers.ts'

const conflict = () => new GatewayError('conflict', 'taken, or written by somebody else meanwhile')
const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

class MemoryTable<T extends Document> {
  readonly rows: Stored<T>[] = []

  create(scope: string, document: T): void {
    const isTaken = this.rows.some(
      (row) =>
        row.scope === scope &&
        (row.document.id === document.id || (document.slug !== undefined && row.document.slug === document.slug)),
    )
    if (isTaken) throw conflict()
    this.rows.push({ document: copy(document), scope, version: 1 })
  }

  read(idOrSlug: string, scope?: string): Stored<T> | undefined {
    const found = this.rows.find((row) => {
      if (scope !== undefined && row.scope !== scope) return false
      const hasSlug = row.document.slug === idOrSlug && (scope !== undefined || row.scope === 'organisation')
      return row.document.id === idOrSlug || hasSlug
    })
    return found && copy(found)
  }

  list(scope: string): readonly Stored<T>[] {
    return copy(this.rows.filter((row) => row.scope === scope))
  }

  private at(stored: Stored<T>): number {
    return this.rows.findIndex(
      (row) => row.scope === stored.scope && row.document.id === stored.document.id && row.version === stored.version,
    )
  }

  replace(stored: Stored<T>, document: T): void {
    const at = this.at(stored)
    if (at < 0) throw conflict()
    this.rows[at] = { document: copy(document), scope: stored.scope, version: stored.version + 1 }
  }

  remove(stored: Stored<T>): void {
    const at = this.at(stored)
    if (at < 0) throw conflict()
    this.rows.splice(at, 1)
  }
}

function memoryDocuments(): DocumentStore {
  const tables = new Map<string, MemoryTable<Document>>()
  const table = <T extends Document>(kind: string) => {
    const known = tables.get(kind) ?? new MemoryTable<Document>()
    tables.set(kind, known)
    return known as unknown as MemoryTable<T>
  }
  return {
    create: async (kind, scope, document) => table(kind).create(scope, document),
    read: async <T extends Document>(kind: string, idOrSlug: string, scope?: string) =>
      table<T>(kind).read(idOrSlug, scope),
    list: async <T extends Document>(kind: string, scope: string) => table<T>(kind).list(scope),
    replace: async (kind, stored, document) => table(kind).replace(stored, document),
    remove: async (kind, stored) => table(kind).remove(stored),
  }
}

function memoryKeys(): ApiKeyStore & { readonly table: MemoryTable<ApiKey> } {
  const table = new MemoryTable<ApiKey>()
  return {
    table,
    create: async (key) => table.create(key.workspaceId ?? 'organisation', key),
    read: async (id) => table.read(id),
    list: async (scope) => table.list(scope),
    replace: async (stored, key) => table.replace(stored, key),
    remove: async (stored) => table.remove(stored),
    findByHash: async (hash) =>
      table.rows.find(({ document }) => document.hash === hash || document.previous?.hash === hash)?.document,
  }
}

/** Beside the made-up ones. */
const realOnes = ['openai', 'bedrock', 'vertex-ai', 'azure-openai', 'azure-ai']

function acme(id: string, name: string, needsCustomHost: boolean): AdminAiProvider {
  const settings = ['custom_host', 'custom_headers', 'aws_region', 'aws_access_key_id', 'aws_secret_access_key']
  return { id, name, needsCustomHost, priceListId: id, settings, checkAddress: () => {} }
}

export interface AdminStage {
  readonly ports: AdminPorts
  readonly secrets: Map<string, string>
  readonly logs: Map<string, ClosedLog>
  readonly payloads: Map<string, Payload>
  /** Statuses by the limited thing's id. */
  readonly statuses: Map<string, readonly LimitStatus[]>
  readonly clock: { nowMs: number }
  readonly adminKey: string
  readonly workspaceId: string
  readonly lines: unknown[]
  call(method: string, path: string, options?: CallOptions): Promise<AdminReply>
}

interface CallOptions {
  /** Absent = the admin key. */
  readonly key?: string
  readonly body?: unknown
  readonly query?: Record<string, string>
  readonly headers?: Record<string, string>
}

export interface AdminReply extends Omit<AdminAnswer, 'body'> {
  // answers are looked into freely by tests
  // biome-ignore lint/suspicious/noExplicitAny: the shape is what a test asserts
  readonly json: any
}

/** A seeded organisation and a way to call its admin API. */
export async function startAdminStage(changes: Partial<AdminPorts> = {}): Promise<AdminStage> {
  const secrets = new Map<string, string>()
  const logs = new Map<string, ClosedLog>()
  const payloads = new Map<string, Payload>()
  const statuses = new Map<string, readonly LimitStatus[]>()
  const clock = { nowMs: Date.UTC(2026, 2, 2, 9, 15) }
  const lines: unknown[] = []
  let count = 0
  const documents = memoryDocuments()
  const ports: AdminPorts = {
    ambient: {
      now: () => clock.nowMs,
      random: () => 0.5,
      newId: () => `00000000-0000-4000-8000-${(++count).toString(16).padStart(12, '0')}`,
      schedule: () => () => {},
      log: (line) => lines.push(line),
    },
    documents,
    stops: createEmergencyStops(documents),
    apiKeys: memoryKeys(),
    secrets: {
      write: async (name, value) => void secrets.set(name, value),
      remove: async (name) => void secrets.delete(name),
      read: async (name) => secrets.get(name),
    },
    logs: {
      open: async () => {},
      retarget: async () => {},
      close: async () => true,
      read: async (id) => {
        const log = logs.get(id)
        return log && { log, isClosed: true }
      },
    },
    payloads: { read: async (id) => payloads.get(id) },
    rows: {
      async *scan() {
        yield [...logs.values()].map((log) => rowOf(log))
      },
    },
    feedback: { put: async () => {}, read: async () => undefined, listSince: async () => [] },
    prices: { find: async () => undefined, models: async () => [{ id: 'gpt-5', name: 'GPT 5' }] },
    aiProviders: {
      list: () => [
        acme('acme', 'Acme', false),
        acme('own-server', 'Own server', true),
        ...realProviders.list().filter(({ id }) => realOnes.includes(id)),
      ],
      canonicalId: (name) =>
        ({ acme: 'acme', 'acme-ai': 'acme', 'own-server': 'own-server' })[name] ??
        realOnes.find((id) => id === realProviders.canonicalId(name)),
    },
    checkHost: async (url) => {
      if (url.hostname === '169.254.169.254')
        throw new GatewayError('invalid_request', `the address ${url.hostname} is not allowed`)
    },
    limitStatus: { read: async (limited) => statuses.get(limited.id) ?? [] },
    settings: {
      organisationId: 'org-1',
      secretsPrefix: 'sluice/',
      corsOrigins: ['*'],
      corsHeaders: ['*'],
      dataPlane: servedPaths,
      version: 'test',
    },
    ...changes,
  }
  const seeded = await seedOrganisation(ports)
  const adminKey = seeded.adminKey ?? ''
  return {
    ports,
    secrets,
    logs,
    payloads,
    statuses,
    clock,
    adminKey,
    lines,
    workspaceId: seeded.workspace.id,
    async call(method, path, { key = adminKey, body, query = {}, headers = {} } = {}) {
      const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)
      const answer = await serveAdmin(
        {
          method,
          path: `/v1${path}`,
          query,
          headers: { 'x-portkey-api-key': key, ...headers },
          body: new TextEncoder().encode(text),
        },
        ports,
      )
      const json = JSON.parse(answer.body)
      checkAnswer(method, `/v1${path}`, answer.status, json)
      return { status: answer.status, headers: answer.headers, json }
    },
  }
}

/** A workspace key with these scopes; its secret. */
export async function makeKey(stage: AdminStage, scopes: readonly string[], workspaceId?: string): Promise<string> {
  const reply = await stage.call('POST', '/api-keys/workspace/service', {
    body: { name: 'test key', scopes, ...(workspaceId === undefined ? {} : { workspace_id: workspaceId }) },
  })
  if (reply.status !== 200) throw new Error(JSON.stringify(reply.json))
  return reply.json.key
}

/** An enabled integration with a provider in the default workspace. */
export async function makeIntegration(stage: AdminStage, slug = 'acme-main'): Promise<string> {
  const made = await stage.call('POST', '/integrations', {
    body: { name: 'Acme', ai_provider_id: 'acme', slug, key: 'sk-acme-0123456789' },
  })
  const access = await stage.call('PUT', `/integrations/${slug}/workspaces`, {
    body: { workspaces: [{ id: stage.workspaceId, enabled: true }] },
  })
  if (made.status !== 200 || access.status !== 200) throw new Error(JSON.stringify([made.json, access.json]))
  return made.json.id
}
