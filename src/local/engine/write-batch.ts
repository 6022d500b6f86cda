/** Writes that go to the database together, and how a connection carries them out. */
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'

/** Stands for the parameter at that position of the step before, so that an item goes to the thread that writes only once. */
export type Repeated = readonly [position: number]

export type StepParameter = SQLInputValue | Repeated

/** One statement: its number and its parameters. */
export type Step = readonly [statement: number, parameters: readonly StepParameter[]]

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
        for (const { steps } of batches) {
          let before: readonly SQLInputValue[] = []
          for (const [statement, parameters] of steps) {
            before = resolved(parameters, before)
            prepared.get(statement)?.run(...before)
          }
        }
        commit.run()
      } catch (thrown) {
        if (database.isTransaction) rollback.run()
        throw thrown
      }
    },
  }
}

function resolved(parameters: readonly StepParameter[], before: readonly SQLInputValue[]): readonly SQLInputValue[] {
  return parameters.map((one) => (isRepeated(one) ? (before[one[0]] ?? null) : one))
}

function isRepeated(parameter: StepParameter): parameter is Repeated {
  return Array.isArray(parameter)
}
