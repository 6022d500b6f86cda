/** Deletion that can be repeated: what belongs to a row and its secrets go first, the row itself last, and what is gone already is no conflict. */
import type { Integration } from '../catalog/catalog.ts'
import { GatewayError } from '../errors.ts'
import type { ApiKey } from '../identity/caller.ts'
import { apiKeyRepository, type DocumentRepository, documentRepository } from './document-repository.ts'
import type { AdminPorts, Document, DocumentKind, Stored } from './ports.ts'

const attempts = 8

/** Whatever others do to the row meanwhile. */
export async function removeStored<T extends Document>(
  repository: Pick<DocumentRepository<T>, 'read' | 'remove'>,
  stored: Stored<T>,
) {
  let current: Stored<T> | undefined = stored
  for (let attempt = 1; current !== undefined; attempt++) {
    try {
      return await repository.remove(current)
    } catch (thrown) {
      if (attempt >= attempts || !isConflict(thrown)) throw thrown
      current = await repository.read(stored.document.id, stored.scope)
    }
  }
}

export function isConflict(thrown: unknown): boolean {
  return thrown instanceof GatewayError && thrown.code === 'conflict'
}

interface KindRules {
  /** In the plural, as messages say it; absent = it is no reason to keep the workspace whose scope it is in. */
  readonly label?: string
  readonly versions?: DocumentKind
  /** Names of the secrets that a document of this kind points at, by their places: text of users is never taken for one. */
  readonly secrets?: (document: never) => readonly (string | undefined)[]
}

const secretsOfGuardrail = ({ checks, retiredSecrets = [] }: SecretGuardrail) => [
  ...checks.map(({ secret_name: name }) => (typeof name === 'string' ? name : undefined)),
  ...retiredSecrets,
]

interface SecretGuardrail {
  readonly checks: readonly Readonly<Record<string, unknown>>[]
  readonly retiredSecrets?: readonly string[]
}

/** A new kind does not compile without an entry. */
const kinds: Readonly<Record<DocumentKind | 'api-key', KindRules>> = {
  'api-key': { label: 'api keys', secrets: ({ upkeep }: ApiKey) => [upkeep?.secretName] },
  provider: { label: 'providers' },
  integration: {
    label: 'integrations',
    secrets: ({ secretName, models }: Integration) => [secretName, ...models.map((each) => each.secret_name)],
  },
  config: { label: 'configs', versions: 'config-version' },
  guardrail: { label: 'guardrails', versions: 'guardrail-version', secrets: secretsOfGuardrail },
  'usage-policy': { label: 'usage limit policies' },
  'rate-policy': { label: 'rate limit policies' },
  'cache-purges': {},
  'emergency-stop': {},
  'lifted-stop': {},
  'price-list': {},
  'price-list-version': {},
  'organisation-defaults': {},
  'config-version': {},
  'guardrail-version': { secrets: ({ row }: { readonly row: SecretGuardrail }) => secretsOfGuardrail(row) },
  workspace: {},
}

export type StoredKind = keyof typeof kinds

export function secretNamesOf(kind: StoredKind, document: unknown): readonly string[] {
  const named = kinds[kind].secrets?.(document as never) ?? []
  return named.filter((name) => name !== undefined)
}

export async function removeSecretsOf(kind: StoredKind, document: unknown, { secrets }: Pick<AdminPorts, 'secrets'>) {
  for (const name of new Set(secretNamesOf(kind, document))) await secrets.remove(name)
}

const documentKinds = Object.keys(kinds).filter((kind): kind is DocumentKind => kind !== 'api-key')

interface WorkspaceContent {
  /** Absent = it does not stand in the way of deleting the workspace. */
  readonly label: string | undefined
  remove(): Promise<void>
}

/** Everything that lies in the scope of a workspace, api keys first: nothing may call while the rest goes. */
export async function listWorkspaceContents(
  ports: AdminPorts,
  workspaceId: string,
): Promise<readonly WorkspaceContent[]> {
  const of = async <T extends Document>(
    kind: StoredKind,
    repository: DocumentRepository<T>,
  ): Promise<readonly WorkspaceContent[]> =>
    (await repository.list(workspaceId)).map((stored) => ({
      label: isArchived(stored.document) ? undefined : kinds[kind].label,
      remove: () => removeWhole(ports, { kind, repository, stored }),
    }))
  const rest = documentKinds.map((kind) => of(kind, documentRepository<Document>(kind)(ports)))
  return [...(await of('api-key', apiKeyRepository(ports))), ...(await Promise.all(rest)).flat()]
}

function isArchived(document: Document & { readonly status?: string }): boolean {
  return document.status === 'archived'
}

interface Row<T extends Document> {
  readonly kind: StoredKind
  readonly repository: DocumentRepository<T>
  readonly stored: Stored<T>
}

async function removeWhole<T extends Document>(ports: AdminPorts, { kind, repository, stored }: Row<T>): Promise<void> {
  const { versions } = kinds[kind]
  if (versions !== undefined) await removeVersions(ports, versions, stored.document.id)
  await removeSecretsOf(kind, stored.document, ports)
  await removeStored(repository, stored)
}

export async function removeVersions(ports: AdminPorts, kind: DocumentKind, id: string): Promise<void> {
  const repository = documentRepository<Document>(kind)(ports)
  for (const version of await repository.list(id)) await removeStored(repository, version)
}

export async function removeWorkspaceContents(ports: AdminPorts, workspaceId: string): Promise<void> {
  for (const content of await listWorkspaceContents(ports, workspaceId)) await content.remove()
}

/** What stands in the way, e.g. `api keys (2), configs (1)`; undefined = nothing does. */
export function describeContents(contents: readonly WorkspaceContent[]): string | undefined {
  const labels = contents.flatMap(({ label }) => label ?? [])
  const counts = [...new Set(labels)].map((label) => `${label} (${labels.filter((each) => each === label).length})`)
  return counts.length === 0 ? undefined : counts.join(', ')
}
