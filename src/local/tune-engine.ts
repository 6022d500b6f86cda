/** What dynoxide's database file lacks: indexes, without which every streamed write reads the whole stream, and an end of the stream. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const indexes = [
  'CREATE INDEX IF NOT EXISTS stream_next ON _stream_records (table_name, CAST(sequence_number AS INTEGER))',
  'CREATE INDEX IF NOT EXISTS stream_read ON _stream_records (table_name, shard_id, CAST(sequence_number AS INTEGER))',
]

/** The newest record of a table stays: the next one is numbered after it. `created_at` is epoch seconds. */
const trim = `DELETE FROM _stream_records WHERE created_at < ?
  AND id NOT IN (SELECT MAX(id) FROM _stream_records GROUP BY table_name)`

/** Once its tables exist. Does nothing where the engine is another or keeps its file elsewhere. */
export function indexStreams(dataFolder: string): void {
  withStreams(dataFolder, (database) => {
    for (const index of indexes) database.exec(index)
  })
}

/** Only what everybody who follows the stream has read. */
export function trimStreams(dataFolder: string, beforeMs: number): void {
  withStreams(dataFolder, (database) => {
    database.prepare(trim).run(Math.floor(beforeMs / 1000))
  })
}

function withStreams(dataFolder: string, work: (database: DatabaseSync) => void): void {
  const file = join(dataFolder, 'dynamodb.sqlite')
  if (!existsSync(file)) return
  const database = new DatabaseSync(file, { timeout: 5_000 })
  try {
    const table = database.prepare("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = '_stream_records'")
    if (table.get() !== undefined) work(database)
  } finally {
    database.close()
  }
}
