/** Takes over the tables of a data folder from before the engine was part of the program, or says why it cannot. */
import { existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { GatewayError } from '../errors.ts'
import { openDatabase } from './engine/database-file.ts'
import type { Item } from './engine/item.ts'
import { encodeItem } from './engine/item-codec.ts'
import { createDirectJournal } from './engine/journal.ts'
import { readSchema } from './engine/schema.ts'
import { Tables } from './engine/tables.ts'
import { readItem } from './engine/values.ts'

/** What dynoxide 1.x wrote; DynamoDB Local's file is of another kind. */
const formerFile = 'dynamodb.sqlite'
const otherFile = 'shared-local-instance.db'
const formerVersion = '9'

/** Makes the database at `path` out of it; the old file stays beside it. Does nothing in a folder without one. */
export function adoptFormerDatabase(folder: string, path: string, now: () => number): void {
  const former = join(folder, formerFile)
  if (!existsSync(former)) {
    if (existsSync(join(folder, otherFile)))
      throw cannot(`${folder} was written by DynamoDB Local, which this version does not start by itself`)
    return
  }
  const draft = `${path}.draft`
  for (const suffix of ['', '-wal', '-shm']) rmSync(draft + suffix, { force: true })
  const source = new DatabaseSync(former)
  try {
    copyAll(source, draft, now)
  } finally {
    source.close()
  }
  renameSync(draft, path)
}

function cannot(reason: string): GatewayError {
  const ways = 'start the version that wrote it, name a DynamoDB in DYNAMODB_ENDPOINT, or start over with --fresh'
  return new GatewayError('internal', `${reason}; ${ways}`)
}

function copyAll(source: DatabaseSync, draft: string, now: () => number): void {
  const version = readVersion(source)
  if (version !== formerVersion)
    throw cannot(`the tables in ${formerFile} have the version ${version}, and only ${formerVersion} can be taken over`)
  const target = openDatabase(draft)
  try {
    const tables = new Tables({ database: target, journal: createDirectJournal(target), now })
    for (const row of source.prepare('SELECT * FROM _tables').all()) copyTable(source, target, tables, row)
    target.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  } finally {
    target.close()
  }
}

function readVersion(source: DatabaseSync): string | undefined {
  try {
    const row = source.prepare("SELECT value FROM _config WHERE key = 'schema_version'").get()
    return row === undefined ? undefined : String(row.value)
  } catch (thrown) {
    throw cannot(`the database ${formerFile} is corrupt and cannot be opened (${String(thrown)})`)
  }
}

type Row = Readonly<Record<string, unknown>>

function copyTable(source: DatabaseSync, target: DatabaseSync, tables: Tables, row: Row): void {
  const name = String(row.table_name)
  const schema = readSchema(
    {
      TableName: name,
      KeySchema: JSON.parse(String(row.key_schema)),
      AttributeDefinitions: JSON.parse(String(row.attribute_definitions)),
      ...(row.gsi_definitions !== null && { GlobalSecondaryIndexes: JSON.parse(String(row.gsi_definitions)) }),
      ...(row.stream_enabled === 1 && {
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' as const },
      }),
    },
    Number(row.created_at) * 1000,
  )
  const lifetime = row.ttl_enabled === 1 ? { timeToLive: String(row.ttl_attribute) } : {}
  const table = tables.create({ ...schema, isStreamed: false, ...lifetime })
  target.exec('BEGIN')
  for (const { item_json } of source.prepare(`SELECT item_json FROM "${name}"`).iterate()) {
    const item = readFormer(item_json)
    if (item !== undefined) table.insert(item)
  }
  if (schema.isStreamed) copyChanges(source, target, name, table.id)
  target.prepare('UPDATE tables SET schema = ? WHERE id = ?').run(JSON.stringify({ ...schema, ...lifetime }), table.id)
  target.exec('COMMIT')
}

/** Under the same shard and numbers, so that what was settled of them stays settled. */
function copyChanges(source: DatabaseSync, target: DatabaseSync, name: string, id: number): void {
  const insert = target.prepare(
    `INSERT INTO changes (tableId, sequence, at, keys, newText, newBytes, oldText, oldBytes, byService)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)`,
  )
  for (const row of source.prepare('SELECT * FROM _stream_records WHERE table_name = ? ORDER BY id').iterate(name)) {
    const [after, before] = [encoded(row.new_image), encoded(row.old_image)]
    const images = [after?.text ?? null, after?.bytes ?? null, before?.text ?? null, before?.bytes ?? null]
    insert.run(id, Number(row.sequence_number), Number(row.created_at) * 1000, String(row.keys_json), ...images)
    target.prepare('UPDATE tables SET shard = ? WHERE id = ?').run(String(row.shard_id), id)
  }
}

function encoded(json: unknown) {
  const item = readFormer(json)
  return item && encodeItem(item)
}

/** Bytes stood as base64 in it. */
function readFormer(json: unknown): Item | undefined {
  if (typeof json !== 'string') return undefined
  return readItem(
    JSON.parse(json, (name, value: unknown) => {
      if (name === 'B' && typeof value === 'string') return new Uint8Array(Buffer.from(value, 'base64'))
      if (name === 'BS' && Array.isArray(value))
        return value.map((one) => new Uint8Array(Buffer.from(String(one), 'base64')))
      return value
    }),
  )
}
