import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { indexStreams, trimStreams } from './tune-engine.ts'

let folder: string
let database: DatabaseSync
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-tune-'))
  database = new DatabaseSync(join(folder, 'dynamodb.sqlite'))
})
afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true, force: true })
})

/** As dynoxide 1.2 makes it, without the images. */
function makeStreams(): void {
  database.exec(`CREATE TABLE _stream_records (id INTEGER PRIMARY KEY AUTOINCREMENT, table_name TEXT NOT NULL,
    sequence_number TEXT NOT NULL, shard_id TEXT NOT NULL, created_at INTEGER NOT NULL)`)
}

function write(table: string, sequence: number, createdAt: number): void {
  database
    .prepare('INSERT INTO _stream_records (table_name, sequence_number, shard_id, created_at) VALUES (?, ?, ?, ?)')
    .run(table, String(sequence), 'shard', createdAt)
}

const left = () =>
  database
    .prepare('SELECT table_name, sequence_number FROM _stream_records ORDER BY id')
    .all()
    .map((row) => `${row.table_name} ${row.sequence_number}`)

describe('the streams of the embedded engine', () => {
  it('find their next number without reading all of them', () => {
    makeStreams()
    indexStreams(folder)
    indexStreams(folder)
    write('a', 9, 1)
    const newest = 'SELECT MAX(CAST(sequence_number AS INTEGER)) AS sequence FROM _stream_records WHERE table_name = ?'
    expect(database.prepare(newest).get('a')).toEqual({ sequence: 9 })
    const plan = database.prepare(`EXPLAIN QUERY PLAN ${newest}`).all('a')
    expect(JSON.stringify(plan)).toContain('USING COVERING INDEX stream_next')
  })

  it('lose what is old, but never the record that the next number is counted from', () => {
    makeStreams()
    for (const [table, sequence, createdAt] of [
      ['a', 1, 100],
      ['a', 2, 199],
      ['a', 3, 200],
      ['b', 7, 100],
      ['b', 8, 101],
    ] as const)
      write(table, sequence, createdAt)
    trimStreams(folder, 200_000)
    expect(left()).toEqual(['a 3', 'b 8'])
  })

  it('are left alone where the engine has none', () => {
    indexStreams(folder)
    trimStreams(folder, 1)
    indexStreams(join(folder, 'elsewhere'))
    expect(database.prepare('SELECT name FROM sqlite_master').all()).toEqual([])
  })
})
