/** Documents whose every change stays as a version of its own, which is never changed. */
import type * as z from 'zod/mini'
import { listAnswer } from './answers.ts'
import { documentRepository } from './document-repository.ts'
import type { Document, DocumentKind, Stored } from './ports.ts'
import { removeVersions } from './removal.ts'
import type { AdminRequest, JsonObject } from './request.ts'
import type { Change, ResourceContext, Verb } from './resource.ts'

interface Versioned extends Document {
  readonly versionId: string
}

/** What one version was, under its own id; its scope is the document's id. */
interface Version<T> {
  readonly id: string
  readonly row: T
}

interface VersionHome<T> {
  readonly path: string
  /** As `toJson` answers it. */
  readonly row: z.ZodMiniType
  readonly toJson: (row: T) => JsonObject
}

export interface Versions<T extends Versioned> {
  /** The version is written first: a document never points at one that does not exist. */
  change(request: AdminRequest, document: T, answer: JsonObject): Change<T>
  /** `GET <path>/{id}/versions`, the newest first. */
  verb(context: ResourceContext<T>, home: VersionHome<T>): Verb
  removeAll(request: AdminRequest, stored: Stored<T>): Promise<void>
}

export function versioned<T extends Versioned>(kind: DocumentKind): Versions<T> {
  const repository = documentRepository<Version<T>>(kind)
  return {
    change(request, document, answer) {
      const versions = repository(request.ports)
      const version: Version<T> = { id: document.versionId, row: document }
      return {
        document,
        answer,
        before: () => versions.create(document.id, version),
        async undo() {
          const stored = await versions.read(version.id, document.id)
          if (stored !== undefined) await versions.remove(stored)
        },
      }
    },
    verb: (context, { path, row: rowAnswer, toJson }) => ({
      method: 'GET',
      path: `${path}/{id}/versions`,
      shape: { summary: 'List the versions, the newest first', answer: listAnswer(rowAnswer) },
      async handle(request) {
        const { document } = await context.find(request, 'read')
        const stored = await repository(request.ports).list(document.id)
        const data = stored.map(({ document: { row } }) => toJson(row)).reverse()
        return { object: 'list', total: data.length, data }
      },
    }),
    removeAll: ({ ports }, { document }) => removeVersions(ports, kind, document.id),
  }
}
