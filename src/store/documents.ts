/** The administrators' documents by id or slug. Implements the admin room's DocumentStore. */
import type { Document, DocumentKind, DocumentStore, Stored } from '../admin/ports.ts'
import { GatewayError } from '../errors.ts'
import { readSlug } from './document-items.ts'
import { createDocumentTable, type DocumentTable, type TableOptions } from './document-table.ts'
import { documentKeys, organisationScope } from './keys.ts'

export function createDocuments(options: TableOptions): DocumentStore {
  const table = createDocumentTable(options)
  return {
    create: (kind, scope, document) => table.create(kind, scope, document),
    read: (kind, idOrSlug, scope) => readEither(table, kind, idOrSlug, scope),
    list: (kind, scope) => table.list(kind, scope),
    async replace(kind, stored, document) {
      requireSame(kind, stored.document, document)
      await table.replace(kind, stored, document)
    },
    remove: (kind, stored) => table.remove(kind, stored),
  }
}

/** Both ways are asked at once; the id wins. */
async function readEither<T extends Document>(
  table: DocumentTable,
  kind: DocumentKind,
  idOrSlug: string,
  scope: string | undefined,
): Promise<Stored<T> | undefined> {
  const slugScope = scope ?? organisationScope
  const [byId, slug] = await Promise.all([
    scope === undefined ? table.findAnywhere<T>(kind, idOrSlug) : table.find<T>(kind, scope, idOrSlug),
    table.get(documentKeys.slug(kind, slugScope, idOrSlug)),
  ])
  if (byId) return byId
  const id = readSlug(slug)
  return id === undefined ? undefined : table.find<T>(kind, slugScope, id)
}

function requireSame(kind: DocumentKind, before: Document, after: Document): void {
  if (before.id === after.id && before.slug === after.slug) return
  throw new GatewayError(
    'invalid_request',
    `the id and slug of a ${kind} cannot change (from '${before.slug ?? before.id}' to '${after.slug ?? after.id}'); make a new one`,
  )
}
