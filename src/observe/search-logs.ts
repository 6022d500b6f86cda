/** The list of logs: newest first, by any filter, page by page with a cursor that stays where it is while new requests arrive. */

import { type Filter, predicateOf } from './filter.ts'
import type { RowSource, ScanScope } from './ports.ts'
import { invalid } from './read-query.ts'
import type { Row } from './row.ts'

export interface LogSearch {
  readonly scope: ScanScope
  readonly filter: Filter
  readonly limit: number
  /** `nextCursor` of the page before. */
  readonly cursor?: string
}

export interface LogPage {
  readonly rows: readonly Row[]
  /** Absent = this was the last page. */
  readonly nextCursor?: string
}

export async function searchLogs({ scope, filter, limit, cursor }: LogSearch, source: RowSource): Promise<LogPage> {
  const after = cursor === undefined ? undefined : readCursor(cursor)
  const toMs = after === undefined ? scope.range.toMs : Math.min(scope.range.toMs, after.atMs + 1)
  const range = { fromMs: scope.range.fromMs, toMs }
  const isMeant = predicateOf(filter)
  const page = new NewestRows(limit + 1)
  for await (const batch of source.scan({ ...scope, range })) {
    let newest = Number.NEGATIVE_INFINITY
    for (const row of batch) {
      newest = Math.max(newest, row.atMs)
      const isWithin = row.atMs >= range.fromMs && row.atMs < range.toMs
      if (isWithin && (after === undefined || isOlder(row, after)) && isMeant(row)) page.add(row)
    }
    // of one workspace each batch is older than the one before
    if (scope.workspaceId !== undefined && page.isFullBefore(newest)) break
  }
  const rows = page.rows()
  const last = rows[limit - 1]
  return { rows: rows.slice(0, limit), ...(rows.length > limit && last ? { nextCursor: cursorAt(last) } : {}) }
}

type Place = Pick<Row, 'atMs' | 'id'>

/** Later in the list, which has the newest first. */
function isOlder(one: Place, other: Place): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.id < other.id)
}

/** The newest of many rows, in their order. */
class NewestRows {
  readonly #most: number
  #rows: Row[] = []

  constructor(most: number) {
    this.#most = most
  }

  add(row: Row): void {
    this.#rows.push(row)
    if (this.#rows.length >= 2 * this.#most + 256) this.#trim()
  }

  /** Nothing that begins at or before this instant can be on the page any more. */
  isFullBefore(atMs: number): boolean {
    this.#trim()
    const last = this.#rows[this.#most - 1]
    return last !== undefined && last.atMs > atMs
  }

  rows(): readonly Row[] {
    this.#trim()
    return this.#rows
  }

  #trim(): void {
    this.#rows = this.#rows.sort((one, other) => (isOlder(one, other) ? 1 : -1)).slice(0, this.#most)
  }
}

function cursorAt({ atMs, id }: Place): string {
  return Buffer.from(`${atMs}/${id}`).toString('base64url')
}

function readCursor(cursor: string): Place {
  const [, atMs, id] = /^(\d{1,16})\/(.+)$/s.exec(Buffer.from(cursor, 'base64url').toString()) ?? []
  if (atMs !== undefined && id !== undefined) return { atMs: Number(atMs), id }
  throw invalid('cursor', `the cursor '${cursor.slice(0, 60)}' is not one that this list gave out; leave it out`)
}
