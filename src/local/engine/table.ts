/** One table: rows in the database under what is written and not stored yet, which every reader sees at once. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Item } from './item.ts'
import { decodeItem, type EncodedItem, encodeItem } from './item-codec.ts'
import type { Journal } from './journal.ts'
import type { TableSchema } from './schema.ts'
import { compareText, isSameItem, itemSize } from './values.ts'
import type { Repeated } from './write-batch.ts'

export interface ItemKey {
  readonly pk: string
  /** '' in a table without a sort key. */
  readonly sk: string
}

export interface Row extends ItemKey {
  /** Bytes, as DynamoDB counts them. */
  readonly size: number
  readonly encoded: EncodedItem
}

/** What a read found, and the batch that it must not be told before. */
export interface Found {
  readonly row: Row | undefined
  readonly item: Item | undefined
  /** 0 = it is stored. */
  readonly batch: number
}

/** A run of rows: the whole table, a partition, or a partition of an index. */
export interface Access {
  /** Orders the rows: columns of the rows' table. */
  readonly columns: readonly string[]
  /** SQL and what it compares with. */
  readonly where: readonly (readonly [sql: string, value: string])[]
  /** Where a row that is not stored yet stands in that order; undefined = it does not belong. */
  readonly positionOf: (pending: PendingRow) => readonly string[] | undefined
}

export interface PendingRow extends Row {
  /** Partition and sort key of every index, in turn; null = not in it. */
  readonly indexKeys: readonly (string | null)[]
}

interface Pending extends ItemKey {
  /** undefined = deleted. */
  readonly row: PendingRow | undefined
  readonly batch: number
}

export interface TableFiles {
  readonly database: DatabaseSync
  readonly journal: Journal
  readonly now: () => number
}

const itemColumns = ['pk', 'sk', 'expires', 'size', 'text', 'bytes']
/** A change follows the put of its item and repeats what that put wrote. */
const repeatedText: Repeated = [itemColumns.indexOf('text')]
const repeatedBytes: Repeated = [itemColumns.indexOf('bytes')]

export class Table {
  readonly id: number
  schema: TableSchema
  /** Its stream has one shard, named for life. */
  readonly shard: string
  readonly #files: TableFiles
  readonly #statements = new Map<string, StatementSync>()
  readonly #pending = new Map<string, Pending>()
  /** Keys of what is pending, oldest batch first. */
  #order: { readonly key: string; readonly batch: number }[] = []
  #sequence: number
  /** The text of the statement that puts an item: a table's indexes are fixed for life. */
  #putSql: string | undefined

  constructor(files: TableFiles, { id, schema, shard }: { id: number; schema: TableSchema; shard: string }) {
    this.#files = files
    this.id = id
    this.schema = schema
    this.shard = shard
    const newest = files.database.prepare(
      'SELECT max(trimmed, coalesce((SELECT max(sequence) FROM changes WHERE tableId = id), 0)) AS newest FROM tables WHERE id = ?',
    )
    this.#sequence = Number(newest.get(id)?.newest ?? 0)
    files.journal.onStored((failure) => this.#forget(failure !== undefined))
  }

  get items(): string {
    return `items${this.id}`
  }

  read(key: ItemKey): Found {
    const pending = this.#pending.get(keyText(key))
    if (pending !== undefined) return found(pending.row, pending.batch)
    const sql = `SELECT size, text, bytes FROM ${this.items} WHERE pk = ? AND sk = ?`
    const row = this.statement(sql).get(key.pk, key.sk)
    return found(row && { ...key, size: Number(row.size), encoded: encodedOf(row) }, 0)
  }

  /** Puts `after` in place of `before`, or deletes it; true = something changed. The caller has checked both. */
  write(key: ItemKey, before: Found, after: Item | undefined, byService = false): boolean {
    const isSame =
      before.item === undefined || after === undefined ? before.item === after : isSameItem(before.item, after)
    if (isSame) return false
    const { journal } = this.#files
    const row = after && this.#rowOf(key, after)
    if (row === undefined) journal.add(`DELETE FROM ${this.items} WHERE pk = ? AND sk = ?`, [key.pk, key.sk])
    else journal.add(this.#putStatement(), this.#putParameters(row, after ?? {}))
    if (this.schema.isStreamed) this.#addChange(key, before.row?.encoded, row !== undefined, byService)
    const pending = { ...key, row, batch: journal.current() }
    const text = keyText(key)
    this.#pending.set(text, pending)
    this.#order.push({ key: text, batch: pending.batch })
    return true
  }

  /** Writes straight into the database, past the stream: for filling a new one. */
  insert(item: Item): void {
    const { partition, sort } = this.schema.keys
    const key = { pk: textOf(item, partition) ?? '', sk: (sort === undefined ? '' : textOf(item, sort)) ?? '' }
    this.statement(this.#putStatement()).run(...this.#putParameters(this.#rowOf(key, item), item))
  }

  /** Rows in order, from after `start`. Stop reading at any time. */
  *rows(access: Access, start: readonly string[] | undefined, isForward: boolean): Generator<Found> {
    const direction = isForward ? 1 : -1
    const isAfterStart = (position: readonly string[]) =>
      start === undefined || comparePositions(position, start) * direction > 0
    const pending = [...this.#pending.values()]
      .flatMap((one) => {
        const position = one.row && access.positionOf(one.row)
        return position !== undefined && isAfterStart(position) ? [{ position, found: found(one.row, one.batch) }] : []
      })
      .sort((left, right) => comparePositions(left.position, right.position) * direction)
    let next = 0
    for (const { position, row } of this.#storedRows(access, start, isForward)) {
      if (this.#pending.has(keyText(row))) continue
      for (; next < pending.length; next++) {
        const one = pending[next]
        if (one === undefined || comparePositions(one.position, position) * direction > 0) break
        yield one.found
      }
      yield found(row, 0)
    }
    for (const one of pending.slice(next)) yield one.found
  }

  /** Keys of stored items whose time is over, the longest overdue first. */
  expired(nowSeconds: number, limit: number): readonly ItemKey[] {
    const sql = `SELECT pk, sk FROM ${this.items} WHERE expires IS NOT NULL AND expires < ? ORDER BY expires LIMIT ?`
    return this.statement(sql)
      .all(nowSeconds, limit)
      .map((row) => ({ pk: String(row.pk), sk: String(row.sk) }))
  }

  count(): number {
    return Number(this.statement(`SELECT count(*) AS items FROM ${this.items}`).get()?.items)
  }

  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const fresh = this.#files.database.prepare(sql)
    this.#statements.set(sql, fresh)
    return fresh
  }

  *#storedRows(access: Access, start: readonly string[] | undefined, isForward: boolean) {
    const columns = access.columns.join(', ')
    const conditions = access.where.map(([sql]) => sql)
    if (start !== undefined)
      conditions.push(`(${columns}) ${isForward ? '>' : '<'} (${start.map(() => '?').join(', ')})`)
    const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`
    const order = access.columns.map((column) => `${column} ${isForward ? 'ASC' : 'DESC'}`).join(', ')
    const positions = access.columns.map((column, at) => `${column} AS position${at}`).join(', ')
    const sql = `SELECT pk, sk, size, text, bytes, ${positions} FROM ${this.items}${where} ORDER BY ${order}`
    const parameters: SQLInputValue[] = [...access.where.map(([, value]) => value), ...(start ?? [])]
    for (const row of this.statement(sql).iterate(...parameters))
      yield {
        position: access.columns.map((_, at) => String(row[`position${at}`])),
        row: { pk: String(row.pk), sk: String(row.sk), size: Number(row.size), encoded: encodedOf(row) },
      }
  }

  #rowOf(key: ItemKey, item: Item): PendingRow {
    const indexKeys = this.schema.indexes.flatMap(({ keys }) => {
      const partition = textOf(item, keys.partition)
      const sort = keys.sort === undefined ? '' : textOf(item, keys.sort)
      return partition === null || sort === null ? [null, null] : [partition, sort]
    })
    return { ...key, size: itemSize(item), encoded: encodeItem(item), indexKeys }
  }

  #putStatement(): string {
    this.#putSql ??= this.#writePutStatement()
    return this.#putSql
  }

  #writePutStatement(): string {
    const indexColumns = this.schema.indexes.flatMap((_, at) => [`i${at}p`, `i${at}s`])
    const columns = [...itemColumns, ...indexColumns]
    const updates = columns.slice(2).map((column) => `${column} = excluded.${column}`)
    return `INSERT INTO ${this.items} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})
      ON CONFLICT (pk, sk) DO UPDATE SET ${updates.join(', ')}`
  }

  #putParameters({ pk, sk, size, encoded, indexKeys }: PendingRow, item: Item): readonly SQLInputValue[] {
    return [pk, sk, this.#expiryOf(item), size, encoded.text, encoded.bytes, ...indexKeys]
  }

  #expiryOf(item: Item): number | null {
    const value = this.schema.timeToLive === undefined ? undefined : item[this.schema.timeToLive]
    const seconds = value !== undefined && 'N' in value ? Math.floor(Number(value.N)) : Number.NaN
    return Number.isSafeInteger(seconds) ? seconds : null
  }

  #addChange(key: ItemKey, before: EncodedItem | undefined, isPut: boolean, byService: boolean): void {
    this.#sequence += 1
    const { partition, sort } = this.schema.keys
    const keys = { [partition]: { S: key.pk }, ...(sort !== undefined && { [sort]: { S: key.sk } }) }
    const { journal, now } = this.#files
    journal.add(
      `INSERT INTO changes (tableId, sequence, at, keys, newText, newBytes, oldText, oldBytes, byService)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      [
        this.id,
        this.#sequence,
        now(),
        JSON.stringify(keys),
        isPut ? repeatedText : null,
        isPut ? repeatedBytes : null,
        before?.text ?? null,
        before?.bytes ?? null,
        byService ? 1 : null,
      ],
    )
  }

  /** What is stored need not be remembered; after a failure nothing that was pending is true. */
  #forget(hasFailed: boolean): void {
    if (hasFailed) {
      this.#pending.clear()
      this.#order = []
      return
    }
    const stored = this.#files.journal.stored()
    let end = 0
    for (; end < this.#order.length; end++) {
      const { key, batch } = this.#order[end] ?? { key: '', batch: Number.POSITIVE_INFINITY }
      if (batch > stored) break
      if (this.#pending.get(key)?.batch === batch) this.#pending.delete(key)
    }
    if (end > 0) this.#order = this.#order.slice(end)
  }
}

function found(row: Row | undefined, batch: number): Found {
  return { row, item: row && decodeItem(row.encoded), batch }
}

function encodedOf(row: Record<string, unknown>): EncodedItem {
  return { text: String(row.text), bytes: row.bytes instanceof Uint8Array ? row.bytes : null }
}

function textOf(item: Item, name: string): string | null {
  const value = item[name]
  return value !== undefined && 'S' in value ? value.S.toWellFormed() : null
}

/** Lengths keep apart what would read the same run together. */
function keyText({ pk, sk }: ItemKey): string {
  return `${pk.length} ${pk}${sk}`
}

function comparePositions(left: readonly string[], right: readonly string[]): number {
  for (const [at, mine] of left.entries()) {
    const compared = compareText(mine, right[at] ?? '')
    if (compared !== 0) return compared
  }
  return 0
}
