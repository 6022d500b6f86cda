/** Where a resource's documents are kept: the documents of one kind, or the api keys. */
import type { ApiKey } from '../identity/caller.ts'
import type { AdminPorts, Document, DocumentKind, Stored } from './ports.ts'
import { organisationScope } from './request.ts'

export interface DocumentRepository<T extends Document> {
  create(scope: string, document: T): Promise<void>
  read(idOrSlug: string, scope?: string): Promise<Stored<T> | undefined>
  list(scope: string): Promise<readonly Stored<T>[]>
  replace(stored: Stored<T>, document: T): Promise<void>
  remove(stored: Stored<T>): Promise<void>
}

export function documentRepository<T extends Document>(kind: DocumentKind) {
  return ({ documents }: AdminPorts): DocumentRepository<T> => ({
    create: (scope, document) => documents.create(kind, scope, document),
    read: (idOrSlug, scope) => documents.read<T>(kind, idOrSlug, scope),
    list: (scope) => documents.list<T>(kind, scope),
    replace: (stored, document) => documents.replace(kind, stored, document),
    remove: (stored) => documents.remove(kind, stored),
  })
}

export function apiKeyRepository({ apiKeys }: AdminPorts): DocumentRepository<ApiKey> {
  return {
    create: (_, key) => apiKeys.create(key),
    async read(id, scope) {
      const stored = await apiKeys.read(id)
      return stored === undefined || scope === undefined || scopeOfKey(stored.document) === scope ? stored : undefined
    },
    list: (scope) => apiKeys.list(scope),
    replace: (stored, key) => apiKeys.replace(stored, key),
    remove: (stored) => apiKeys.remove(stored),
  }
}

/** The scope that an api key is listed under. */
export function scopeOfKey(key: ApiKey): string {
  return key.workspaceId ?? organisationScope
}
