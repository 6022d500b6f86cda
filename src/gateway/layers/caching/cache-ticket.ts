/** A call whose answer the cache waits for, from its lookup to the answer's storing. */
import type { CacheEntry } from '../../../cache/entry.ts'
import type { Leader } from '../../../cache/in-flight-requests.ts'
import type { Line } from '../../line/line.ts'
import { NoteKey } from '../../line/notes.ts'
import type { PreparedRequest, UnsignedRequest } from '../prepared-request.ts'

export interface Lookup extends PreparedRequest {
  /** What the provider would be sent for a whole answer. */
  readonly asked: UnsignedRequest
}

export interface CacheTicket {
  readonly key: string
  readonly maxAgeMs: number
  readonly askedAtMs: number
  /** Complete; stored when the client has it. */
  entry?: CacheEntry
  /** Of those who wait for the same. */
  readonly lead: Leader
  /** Its meaning, kept beside the answer. */
  readonly semantic?: SemanticTicket
}

export interface SemanticTicket {
  readonly partition: string
  readonly vector: readonly number[]
  readonly text: string
}

const pending = new NoteKey<{ ticket?: CacheTicket }>(() => ({}))

export function openTicket(line: Line, ticket: CacheTicket): void {
  line.notes.of(pending).ticket = ticket
}

/** undefined = the cache waits for nothing of this request. */
export function ticketOf(line: Line): CacheTicket | undefined {
  return line.notes.find(pending)?.ticket
}

/** Nothing is kept of the call, and nobody waits for it. */
export function dropTicket(line: Line): void {
  ticketOf(line)?.lead.release()
  delete line.notes.of(pending).ticket
}
