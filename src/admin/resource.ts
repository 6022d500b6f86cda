/** One description of a resource → its five verbs, with permission, paging, lookup and safe concurrent updates. */
import * as z from 'zod/mini'
import { GatewayError } from '../errors.ts'
import { emptyAnswer, listAnswer } from './answers.ts'
import { holdsAny, requireAny } from './caller.ts'
import type { ListJson } from './contract.ts'
import type { DocumentRepository } from './document-repository.ts'
import { type FieldSchema, readFields } from './fields.ts'
import { type FilterName, filterMeanings, readFilters } from './filters.ts'
import { pageOf, readPage } from './paging.ts'
import type { AdminPorts, Document, Stored } from './ports.ts'
import { isConflict, removeStored } from './removal.ts'
import { type AdminRequest, type JsonObject, organisationScope, param } from './request.ts'

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export interface Verb {
  readonly method: Method
  /** From the version on, e.g. `/api-keys/{id}/rotate`. */
  readonly path: string
  readonly handle: (request: AdminRequest) => Promise<JsonObject>
  readonly shape: VerbShape
}

/** What a verb takes and answers, for the published description and the tests that hold the program to it. */
export interface VerbShape {
  /** One line, in the imperative. */
  readonly summary: string
  /** Of the body; absent = it takes none. */
  readonly body?: z.ZodMiniType
  /** Query parameters, each with what it means; absent = none. */
  readonly query?: Readonly<Record<string, string>>
  /** Of the answer with status 200. */
  readonly answer: z.ZodMiniType
}

export interface Resource {
  /** The word in `object`, e.g. `api-key`. */
  readonly object: string
  readonly path: string
  readonly verbs: readonly Verb[]
}

/** A document about to be written, what the client is told, and what has to happen around the write. */
export interface Change<T> {
  readonly document: T
  readonly answer: JsonObject
  /** Before the write, after every check; safe to repeat. */
  readonly before?: () => Promise<void>
  /** After the write. */
  readonly after?: () => Promise<void>
  /** When the write failed. */
  readonly undo?: () => Promise<void>
}

/** A change with more steps about its write: before what it does itself, and undone after it. */
export function wrapChange<T>(
  change: Change<T>,
  steps: Pick<Required<Change<T>>, 'before' | 'after' | 'undo'>,
): Change<T> {
  return {
    ...change,
    async before() {
      await steps.before()
      await change.before?.()
    },
    async after() {
      await change.after?.()
      await steps.after()
    },
    async undo() {
      await change.undo?.()
      await steps.undo()
    },
  }
}

export interface Creation<T> extends Change<T> {
  readonly scope: string
}

export interface ResourceDescription<T extends Document, C extends FieldSchema, U extends FieldSchema> {
  readonly object: string
  readonly path: string
  readonly repository: (ports: AdminPorts) => DocumentRepository<T>
  /** Fields of a body that no schema names and that are read elsewhere. Throws where a field belongs somewhere else. */
  readonly isTaken?: (name: string) => boolean
  /** Scope families that rows of this resource may belong to, e.g. `providers`. */
  readonly families: readonly string[]
  /** The family of one row; absent = the only one. */
  readonly familyOf?: (document: T) => string
  /** Scopes to look in, the nearest first. */
  readonly scopes: (request: AdminRequest) => Promise<readonly string[]>
  /** May this caller see the row at all? Asked beside the scopes above. */
  readonly isVisible?: (request: AdminRequest, document: T) => boolean
  readonly create: {
    readonly fields: C
    /** Below `path`; absent = nothing. */
    readonly path?: string
    readonly familyOf?: (request: AdminRequest) => string
    readonly toDocument: (request: AdminRequest, fields: z.output<C>) => Promise<Creation<T>>
  }
  readonly update: {
    readonly fields: U
    readonly toDocument: (request: AdminRequest, document: T, fields: z.output<U>) => Promise<Change<T>>
  }
  readonly toJson: (request: AdminRequest, document: T) => Promise<JsonObject>
  /** True = its rows lie in no workspace, so that bodies name none. */
  readonly isPlaceless?: true
  /** What the body of a deletion says, for the published description; absent = nothing. */
  readonly removal?: FieldSchema
  /** The rows, and what its changes answer. */
  readonly answers: {
    readonly row: z.ZodMiniType
    /** In lists; absent = as `row`. */
    readonly listed?: z.ZodMiniType
    readonly created: z.ZodMiniType
    /** Absent = an empty object. */
    readonly updated?: z.ZodMiniType
  }
  /** Query parameters that narrow its list. */
  readonly filters: readonly FilterName[]
  /** What a filter is when the request does not say. */
  readonly usualFilters?: Readonly<Partial<Record<FilterName, string>>>
  readonly pageSize: number
  /** A deleted row is kept like this; absent = it is removed. */
  readonly archive?: (request: AdminRequest, document: T) => T
  /** Throws when the row has to stay. */
  readonly refuseRemoval?: (request: AdminRequest, stored: Stored<T>) => Promise<void>
  /** What belongs to the row goes before it, so that a deletion that stopped half-way can be repeated; what is gone already is no fault. */
  readonly removeChildren?: (request: AdminRequest, stored: Stored<T>) => Promise<void>
  /** What came to belong to it meanwhile. */
  readonly afterRemove?: (request: AdminRequest, stored: Stored<T>) => Promise<void>
}

/** What special verbs of a resource need: permission-checked lookup and safe update. */
export interface ResourceContext<T extends Document> {
  find(request: AdminRequest, verb: string): Promise<Stored<T>>
  update(request: AdminRequest, verb: string, change: (document: T) => Promise<Change<T>>): Promise<JsonObject>
}

const updateAttempts = 8

export function defineResource<T extends Document, C extends FieldSchema, U extends FieldSchema>(
  description: ResourceDescription<T, C, U>,
  special: (context: ResourceContext<T>) => readonly Verb[] = () => [],
): Resource {
  const { object, path, create } = description
  const context = openContext(description)
  const one = `${path}/{id}`
  const shapes = shapesOf(description)
  return {
    object,
    path,
    verbs: [
      {
        method: 'POST',
        path: `${path}${create.path ?? ''}`,
        handle: (request) => createRow(description, request),
        shape: shapes.create,
      },
      { method: 'GET', path, handle: (request) => listRows(description, request), shape: shapes.list },
      {
        method: 'GET',
        path: one,
        handle: async (request) => description.toJson(request, (await context.find(request, 'read')).document),
        shape: shapes.read,
      },
      {
        method: 'PUT',
        path: one,
        async handle(request) {
          await context.find(request, 'update')
          const fields = readFields(description.update.fields, request.body, description)
          return context.update(request, 'update', (row) => description.update.toDocument(request, row, fields))
        },
        shape: shapes.update,
      },
      {
        method: 'DELETE',
        path: one,
        handle: (request) => removeRow(description, context, request),
        shape: shapes.remove,
      },
      ...special(context),
    ],
  }
}

const workspaceParameter = { workspace_id: 'id or slug of the workspace; for keys of the organisation' }

function shapesOf<T extends Document, C extends FieldSchema, U extends FieldSchema>(
  description: ResourceDescription<T, C, U>,
) {
  const { object, answers, filters, create, update, removal } = description
  const placed = <S extends FieldSchema>(fields: S) =>
    description.isPlaceless ? fields : z.extend(fields, { workspace_id: z.optional(z.nullable(z.string())) })
  const narrowed = Object.fromEntries(filters.map((name) => [name, filterMeanings[name]]))
  const pages = { page_size: 'rows of a page, at most 1000', current_page: 'which page, from 0' }
  return {
    create: {
      summary: `Create: ${object}`,
      query: workspaceParameter,
      body: placed(create.fields),
      answer: answers.created,
    },
    list: {
      summary: `List: ${object}`,
      query: { ...workspaceParameter, ...pages, ...narrowed },
      answer: listAnswer(answers.listed ?? answers.row),
    },
    read: { summary: `Read: ${object}`, query: workspaceParameter, answer: answers.row },
    update: {
      summary: `Update: ${object}; what is absent stays, null clears`,
      query: workspaceParameter,
      body: placed(update.fields),
      answer: answers.updated ?? emptyAnswer,
    },
    remove: {
      summary: `Delete: ${object}`,
      query: workspaceParameter,
      ...(removal && { body: removal }),
      answer: emptyAnswer,
    },
  }
}

type AnyDescription<T extends Document> = Omit<ResourceDescription<T, FieldSchema, FieldSchema>, 'create' | 'update'>

function familyOf<T extends Document>(description: AnyDescription<T>, document: T): string {
  return description.familyOf?.(document) ?? description.families[0] ?? description.object
}

function openContext<T extends Document>(description: AnyDescription<T>): ResourceContext<T> {
  async function find(request: AdminRequest, verb: string): Promise<Stored<T>> {
    if (!description.families.some((family) => holdsAny(request.caller, [`${family}.${verb}`])))
      requireAny(
        request.caller,
        description.families.map((family) => `${family}.${verb}`),
      )
    const stored = await findRow(description, request, param(request, 'id'))
    requireAny(request.caller, [`${familyOf(description, stored.document)}.${verb}`])
    return stored
  }
  return {
    find,
    async update(request, verb, change) {
      for (let attempt = 1; ; attempt++) {
        const stored = await find(request, verb)
        const changed = await change(stored.document)
        await changed.before?.()
        try {
          await description.repository(request.ports).replace(stored, changed.document)
        } catch (thrown) {
          await changed.undo?.()
          if (attempt < updateAttempts && isConflict(thrown)) continue
          throw thrown
        }
        await changed.after?.()
        return changed.answer
      }
    },
  }
}

async function findRow<T extends Document>(
  description: AnyDescription<T>,
  request: AdminRequest,
  idOrSlug: string,
): Promise<Stored<T>> {
  const repository = description.repository(request.ports)
  const scopes = await description.scopes(request)
  const found = (await Promise.all(scopes.map((scope) => repository.read(idOrSlug, scope)))).filter(
    (stored) => stored !== undefined && (description.isVisible?.(request, stored.document) ?? true),
  )
  const [first] = found
  if (first !== undefined) {
    if (found.length === 1 || first.document.id === idOrSlug || scopes.includes(organisationScope)) return first
    throw new GatewayError(
      'invalid_request',
      `'${idOrSlug}' names ${found.length} rows of ${description.path} in different workspaces; add workspace_id, or use the id`,
      { param: 'workspace_id' },
    )
  }
  const elsewhere = await repository.read(idOrSlug)
  if (elsewhere !== undefined && request.caller.workspaceId !== undefined)
    throw new GatewayError(
      'permission_denied',
      `this ${description.object} does not belong to the workspace of the api key`,
    )
  throw new GatewayError(
    'not_found',
    `there is no ${description.object} '${idOrSlug.slice(0, 80)}' here; list them with GET ${description.path}`,
  )
}

async function createRow<T extends Document, C extends FieldSchema, U extends FieldSchema>(
  description: ResourceDescription<T, C, U>,
  request: AdminRequest,
): Promise<JsonObject> {
  const { create, object, repository } = description
  const family = create.familyOf?.(request) ?? description.families[0] ?? object
  requireAny(request.caller, [`${family}.create`])
  const made = await create.toDocument(request, readFields(create.fields, request.body, description))
  await made.before?.()
  try {
    await repository(request.ports).create(made.scope, made.document)
  } catch (thrown) {
    await made.undo?.()
    throw thrown
  }
  await made.after?.()
  return made.answer
}

async function listRows<T extends Document>(
  description: AnyDescription<T>,
  request: AdminRequest,
): Promise<ListJson<JsonObject>> {
  const { families, repository, toJson } = description
  requireAny(
    request.caller,
    families.map((family) => `${family}.list`),
  )
  const page = readPage(request.query, description.pageSize)
  const scopes = await description.scopes(request)
  const stored = (await Promise.all(scopes.map((scope) => repository(request.ports).list(scope)))).flat()
  const isWanted = readFilters(request, description.filters, description.usualFilters)
  const visible = stored
    .map((each) => each.document)
    .filter((row) => holdsAny(request.caller, [`${familyOf(description, row)}.list`]))
    .filter((row) => description.isVisible?.(request, row) ?? true)
  const show = (rows: readonly T[]) => Promise.all(rows.map((row) => toJson(request, row)))
  if (isWanted === undefined) return { object: 'list', total: visible.length, data: await show(pageOf(visible, page)) }
  const rows = (await show(visible)).filter(isWanted)
  return { object: 'list', total: rows.length, data: pageOf(rows, page) }
}

async function removeRow<T extends Document>(
  description: AnyDescription<T>,
  context: ResourceContext<T>,
  request: AdminRequest,
): Promise<JsonObject> {
  const { archive } = description
  if (archive !== undefined)
    return context.update(request, 'delete', async (document) => ({ document: archive(request, document), answer: {} }))
  const stored = await context.find(request, 'delete')
  await description.refuseRemoval?.(request, stored)
  await description.removeChildren?.(request, stored)
  await removeStored(description.repository(request.ports), stored)
  await description.afterRemove?.(request, stored)
  return {}
}
