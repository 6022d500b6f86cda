/** What the cache keeps for a process: where answers are, and which are being fetched. */
import type { AnswerCache } from './entry.ts'
import { Flights } from './flights.ts'

export interface Caching {
  readonly answers: AnswerCache
  readonly flights: Flights
}

/** Once per instance. */
export function openCaching(answers: AnswerCache): Caching {
  return { answers, flights: new Flights() }
}
