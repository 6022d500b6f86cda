/** What questions about past requests need from outside. */
import type { TimeRange } from './buckets.ts'
import type { Row } from './row.ts'

export interface ScanScope {
  readonly range: TimeRange
  /** Absent = every workspace of the organisation, and requests refused before one was known. */
  readonly workspaceId?: string
}

export interface RowSource {
  /** Every request that began in the range, once, in batches, newest first within each workspace. */
  scan(scope: ScanScope): AsyncIterable<readonly Row[]>
}
