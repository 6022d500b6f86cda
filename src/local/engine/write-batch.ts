/** Writes that go to the database together, and how a connection carries them out. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** One statement: its number and its parameters. */
export type Step = readonly [statement: number, parameters: readonly SQLInputValue[]]

export interface WriteBatch {
  /** Rises by one from batch to batch. */
  readonly number: number
  /** Rises after a failure: what was decided upon writes that failed must not be stored. */
  readonly epoch: number
  /** Statements used for the first time, by number. */
  readonly statements: readonly (readonly [number: number, sql: string])[]
  readonly steps: readonly Step[]
}

export interface BatchWriter {
  /** Only prepares the statements that the batch defines. */
  prepare(batch: WriteBatch): void
  /** All batches in one commit, or none. Throws what SQLite says. */
  write(batches: readonly WriteBatch[]): void
}

export function createBatchWriter(database: DatabaseSync): BatchWriter {
  const prepared = new Map<number, StatementSync>()
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')
  const prepare = ({ statements }: WriteBatch) => {
    for (const [number, sql] of statements) prepared.set(number, database.prepare(sql))
  }
  return {
    prepare,
    write(batches) {
      if (batches.length === 0) return
      batches.forEach(prepare)
      begin.run()
      try {
        for (const { steps } of batches)
          for (const [statement, parameters] of steps) prepared.get(statement)?.run(...parameters)
        commit.run()
      } catch (thrown) {
        if (database.isTransaction) rollback.run()
        throw thrown
      }
    },
  }
}
