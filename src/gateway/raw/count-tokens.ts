/** Counts the tokens of a Messages request without calling its model: by the provider where it can, else by an estimate that says so. */
import type { Line } from '../attempt.ts'
import type { Repetition } from '../follow-plan.ts'
import type { Own } from '../own-task.ts'
import type { RawAnswer } from './call-raw.ts'

export async function callCount(own: Own, line: Line, repetition: Repetition): Promise<RawAnswer> {
  throw new Error(`${own} ${line} ${repetition}`)
}
