/** What the cache keeps for a process: where answers are, and which are being fetched. */
import type { AnswerCache } from './entry.ts'
import { Flights } from './flights.ts'
import type { VectorIndex } from './vector-index.ts'

export interface Caching {
  readonly answers: AnswerCache
  readonly flights: Flights
  /** Absent = only identical requests match. */
  readonly vectors?: VectorIndex
}

/** Once per instance. */
export function openCaching(answers: AnswerCache, vectors?: VectorIndex): Caching {
  return { answers, flights: new Flights(), ...(vectors === undefined ? {} : { vectors }) }
}
