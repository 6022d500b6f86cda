/** Removes secrets that no document points at: those of deletions and changes that stopped half-way. */
import type { Workspace } from '../identity/caller.ts'
import type { AdminPorts, DocumentKind } from './ports.ts'
import { type StoredKind, secretNamesOf } from './removal.ts'
import { organisationScope } from './request.ts'

/** A secret is written before the document that names it; younger ones may be waiting for theirs. */
const restMs = 60 * 60_000

/** Below the deployment's prefix. Nothing else there is ours to remove. */
const folders = ['integrations/', 'guardrails/', 'api-keys/']

type SweepPorts = Pick<AdminPorts, 'ambient' | 'documents' | 'apiKeys' | 'secrets'> & { readonly secretsPrefix: string }

/** The names of secrets that no document names. Without a store that can list its secrets there are none. */
export async function findOrphanedSecrets(ports: SweepPorts): Promise<readonly string[]> {
  const { secrets, secretsPrefix, ambient } = ports
  const before = ambient.now() - restMs
  const found: string[] = []
  for await (const { name, createdAtMs } of secrets.list?.(secretsPrefix) ?? [])
    if (createdAtMs < before && folders.some((folder) => name.startsWith(secretsPrefix + folder))) found.push(name)
  if (found.length === 0) return []
  const named = await namedSecrets(ports)
  return found.filter((name) => !named.has(name))
}

/** The names of what was removed. */
export async function sweepSecrets(ports: SweepPorts): Promise<readonly string[]> {
  const { secrets, ambient } = ports
  const orphans = await findOrphanedSecrets(ports)
  for (const name of orphans) {
    await secrets.remove(name)
    ambient.log({ level: 'warn', message: 'a secret that nothing points at was removed', secret: name })
  }
  return orphans
}

async function namedSecrets({ documents, apiKeys }: SweepPorts): Promise<ReadonlySet<string>> {
  const named = new Set<string>()
  const note = (kind: StoredKind, rows: readonly { readonly document: unknown }[]) => {
    for (const { document } of rows) for (const name of secretNamesOf(kind, document)) named.add(name)
  }
  const list = async (kind: DocumentKind, scope: string) => {
    const rows = await documents.list(kind, scope)
    note(kind, rows)
    return rows
  }
  const workspaces = await documents.list<Workspace>('workspace', organisationScope)
  for (const scope of [organisationScope, ...workspaces.map(({ document }) => document.id)]) {
    note('api-key', await apiKeys.list(scope))
    await list('integration', scope)
    for (const { document } of await list('guardrail', scope)) await list('guardrail-version', document.id)
  }
  return named
}
