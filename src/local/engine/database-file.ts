/** Opens the SQLite database under the tables: its settings, its format, and one sentence for a file that cannot be used. */
import { DatabaseSync } from 'node:sqlite'
import { GatewayError } from '../../errors.ts'

/** "Slce": tells our files from other SQLite files. */
const applicationId = 0x536c6365

/** Raised when what is in the file changes its shape; a file of another format is refused. */
const fileFormat = 1

const sqliteCorrupt = 11
const sqliteNoDatabase = 26

/** In the order in which changes were made; `sequence` counts within one table's stream. */
const tables = `
  CREATE TABLE tables (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, schema TEXT NOT NULL, shard TEXT NOT NULL,
    trimmed INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE changes (tableId INTEGER NOT NULL, sequence INTEGER NOT NULL, at INTEGER NOT NULL, keys TEXT NOT NULL,
    newText TEXT, newBytes BLOB, oldText TEXT, oldBytes BLOB, byService INTEGER);
  CREATE UNIQUE INDEX changesInOrder ON changes (tableId, sequence);
`

/** `path` undefined = in memory. Throws GatewayError for a file that is corrupt, another program's, or of another format. */
export function openDatabase(path: string | undefined): DatabaseSync {
  const database = new DatabaseSync(path ?? ':memory:', { timeout: 10_000 })
  try {
    prepareDatabase(database, path)
    return database
  } catch (thrown) {
    database.close()
    throw isCorrupt(thrown) ? corrupt(path) : thrown
  }
}

/** A second connection to a file that is open already: the writer's. */
export function reopenDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 10_000 })
  configure(database)
  return database
}

function configure(database: DatabaseSync): void {
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA wal_autocheckpoint = 2000;
    PRAGMA temp_store = MEMORY;
  `)
}

function prepareDatabase(database: DatabaseSync, path: string | undefined): void {
  const format = readPragma(database, 'user_version')
  const isNew = format === 0 && database.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() === undefined
  if (!isNew && readPragma(database, 'application_id') !== applicationId)
    throw new GatewayError('internal', `${path} is a database of another program; choose another data folder`)
  if (!isNew && format !== fileFormat)
    throw new GatewayError(
      'internal',
      `${path} has the format ${format} and this version of Sluice reads the format ${fileFormat}; start the version that wrote it, or choose another data folder`,
    )
  configure(database)
  if (!isNew) return
  database.exec(
    `BEGIN; ${tables} PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${fileFormat}; COMMIT`,
  )
}

function readPragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name])
}

function isCorrupt(thrown: unknown): boolean {
  return (
    thrown instanceof Error &&
    'errcode' in thrown &&
    (thrown.errcode === sqliteCorrupt || thrown.errcode === sqliteNoDatabase)
  )
}

function corrupt(path: string | undefined): GatewayError {
  const way = 'restore it from a copy, or start over with --fresh'
  return new GatewayError('internal', `the database ${path} is corrupt and cannot be opened; ${way}`)
}
