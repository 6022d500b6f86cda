/** The tables of one database: which there are, and how they come and go. */
import { tableExists, tableNotFound } from './errors.ts'
import type { TableSchema } from './schema.ts'
import { Table, type TableFiles } from './table.ts'

export class Tables {
  readonly #files: TableFiles
  readonly #tables = new Map<string, Table>()

  constructor(files: TableFiles) {
    this.#files = files
    for (const { id, schema, shard } of files.database.prepare('SELECT id, schema, shard FROM tables').all())
      this.#keep(Number(id), JSON.parse(String(schema)) as TableSchema, String(shard))
  }

  get names(): readonly string[] {
    return [...this.#tables.keys()].sort()
  }

  get journal() {
    return this.#files.journal
  }

  get database() {
    return this.#files.database
  }

  now(): number {
    return this.#files.now()
  }

  find(name: string | undefined): Table {
    const table = this.#tables.get(name ?? '')
    if (table === undefined) throw tableNotFound(String(name))
    return table
  }

  all(): readonly Table[] {
    return [...this.#tables.values()]
  }

  /** Stored at once. `shard` names its stream's shard; absent = by the table's name. */
  create(schema: TableSchema, shard = `shardId-00000001-${schema.name}`): Table {
    if (this.#tables.has(schema.name)) throw tableExists(schema.name)
    const { database } = this.#files
    database.exec('BEGIN IMMEDIATE')
    try {
      const { lastInsertRowid } = database
        .prepare('INSERT INTO tables (name, schema, shard) VALUES (?, ?, ?)')
        .run(schema.name, JSON.stringify(schema), shard)
      const id = Number(lastInsertRowid)
      for (const sql of definitions(id, schema)) database.exec(sql)
      database.exec('COMMIT')
      return this.#keep(id, schema, shard)
    } catch (thrown) {
      database.exec('ROLLBACK')
      throw thrown
    }
  }

  /** Of items written from now on, and of those that are there. */
  setTimeToLive(table: Table, attribute: string | undefined): void {
    const { timeToLive: _, ...rest } = table.schema
    table.schema = attribute === undefined ? rest : { ...rest, timeToLive: attribute }
    const { database } = this.#files
    database.prepare('UPDATE tables SET schema = ? WHERE id = ?').run(JSON.stringify(table.schema), table.id)
    const seconds = 'CAST(json_extract(text, ?) AS INTEGER)'
    const update = database.prepare(`UPDATE ${table.items} SET expires = ${seconds}`)
    update.run(attribute === undefined ? '$.""' : `$."${attribute}".N`)
  }

  /** What is pending for it is stored first, so that nothing is written to a table that is gone. */
  async drop(table: Table): Promise<void> {
    const { database, journal } = this.#files
    this.#tables.delete(table.schema.name)
    await journal.drain()
    database.exec(`DROP TABLE ${table.items}`)
    database.prepare('DELETE FROM changes WHERE tableId = ?').run(table.id)
    database.prepare('DELETE FROM tables WHERE id = ?').run(table.id)
  }

  #keep(id: number, schema: TableSchema, shard: string): Table {
    const table = new Table(this.#files, { id, schema, shard })
    this.#tables.set(schema.name, table)
    return table
  }
}

function definitions(id: number, { indexes }: TableSchema): readonly string[] {
  const items = `items${id}`
  const columns = indexes.flatMap((_, at) => [`i${at}p TEXT`, `i${at}s TEXT`])
  return [
    `CREATE TABLE ${items} (pk TEXT NOT NULL, sk TEXT NOT NULL, expires INTEGER, size INTEGER NOT NULL, text TEXT NOT NULL,
      bytes BLOB${columns.map((column) => `, ${column}`).join('')})`,
    `CREATE UNIQUE INDEX ${items}Key ON ${items} (pk, sk)`,
    `CREATE INDEX ${items}Expires ON ${items} (expires) WHERE expires IS NOT NULL`,
    ...indexes.map(
      (_, at) => `CREATE INDEX ${items}Index${at} ON ${items} (i${at}p, i${at}s, pk, sk) WHERE i${at}p IS NOT NULL`,
    ),
  ]
}
