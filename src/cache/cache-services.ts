/** What the cache keeps for a process: where answers are, and which are being fetched. */
import type { AnswerCache } from './entry.ts'
import { InFlightRequests } from './in-flight-requests.ts'
import type { VectorIndex } from './vector-index.ts'

export interface CacheServices {
  readonly answers: AnswerCache
  readonly inFlight: InFlightRequests
  /** Absent = only identical requests match. */
  readonly vectors?: VectorIndex
}

/** Once per instance. */
export function createCacheServices(answers: AnswerCache, vectors?: VectorIndex): CacheServices {
  return { answers, inFlight: new InFlightRequests(), ...(vectors === undefined ? {} : { vectors }) }
}
