/** The turn of a window as administrators see it on the owner of the limit. Implements the windows job's OwnerStates. */
import type { ApiKeyStore, Document, DocumentKind, DocumentStore } from '../admin/ports.ts'
import type { Integration } from '../catalog/catalog.ts'
import { GatewayError } from '../errors.ts'
import type { LimitOwner } from '../limits/limit.ts'
import type { OwnerStates } from '../limits/windows-job.ts'
import { organisationScope } from './keys.ts'

interface Stores {
  readonly documents: Pick<DocumentStore, 'read' | 'replace'>
  readonly apiKeys: Pick<ApiKeyStore, 'read' | 'replace'>
}

interface Resettable {
  readonly status?: string
  readonly lastResetAtMs?: number
}

/** Somebody else wrote in between; nobody is overtaken this often. */
const mostTries = 5

export function createOwnerStates(stores: Stores): OwnerStates {
  return {
    async setActive(owner, sinceMs) {
      for (let tries = 1; ; tries++) {
        try {
          await setOwner(owner, sinceMs, stores)
          return
        } catch (thrown) {
          const isOvertaken = thrown instanceof GatewayError && thrown.code === 'conflict'
          if (!isOvertaken || tries === mostTries) throw thrown
        }
      }
    },
  }
}

async function setOwner({ kind, id }: LimitOwner, sinceMs: number, stores: Stores): Promise<void> {
  switch (kind) {
    case 'api_key':
      return setKey(id, sinceMs, stores)
    case 'workspace':
      return setDocument('workspace', { id, scope: organisationScope }, sinceMs, stores)
    case 'provider':
      return setDocument('provider', { id }, sinceMs, stores)
    case 'integration':
      return setIntegration(id, sinceMs, stores)
    case 'policy':
      await setDocument('usage-policy', { id }, sinceMs, stores)
      return setDocument('rate-policy', { id }, sinceMs, stores)
  }
}

async function setKey(id: string, sinceMs: number, { apiKeys }: Stores): Promise<void> {
  const stored = await apiKeys.read(id)
  if (stored && isBehind(stored.document, sinceMs)) await apiKeys.replace(stored, turned(stored.document, sinceMs))
}

/** What was deleted meanwhile has no state. */
async function setDocument(
  kind: DocumentKind,
  { id, scope }: { readonly id: string; readonly scope?: string },
  sinceMs: number,
  { documents }: Stores,
): Promise<void> {
  const stored = await documents.read<Document & Resettable>(kind, id, scope)
  if (stored && isBehind(stored.document, sinceMs))
    await documents.replace(kind, stored, turned(stored.document, sinceMs))
}

/** The owner's id is `<integration>/<workspace>`. */
async function setIntegration(id: string, sinceMs: number, { documents }: Stores): Promise<void> {
  const slash = id.lastIndexOf('/')
  const workspaceId = id.slice(slash + 1)
  const stored = await documents.read<Integration>('integration', id.slice(0, slash))
  const row = stored?.document.workspaces.find((each) => each.workspaceId === workspaceId)
  if (stored === undefined || row === undefined || !isBehind(row, sinceMs)) return
  const workspaces = stored.document.workspaces.map((each) => (each === row ? turned(row, sinceMs) : each))
  await documents.replace('integration', stored, { ...stored.document, workspaces })
}

function isBehind({ status, lastResetAtMs }: Resettable, sinceMs: number): boolean {
  return status === 'exhausted' || (lastResetAtMs ?? 0) < sinceMs
}

function turned<T extends Resettable>(owner: T, sinceMs: number): T {
  const lastResetAtMs = Math.max(owner.lastResetAtMs ?? 0, sinceMs)
  return { ...owner, lastResetAtMs, ...(owner.status === 'exhausted' ? { status: 'active' } : {}) }
}
