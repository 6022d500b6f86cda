/** A counter as stored, and the port to where counters live. Every operation keeps `used = spent + what the buckets hold`. */
import type { LimitOwner, Resource } from './limit.ts'

/** What a counter counts; written along by every hold, so that bookkeeping needs no other place to look. */
export interface CounterAbout {
  readonly owner: LimitOwner
  readonly nature: 'usage' | 'rate'
  readonly resource: Resource
  readonly amount: number
  readonly alertAt?: number
  readonly startMs: number
  readonly endMs?: number
}

export interface Counter {
  readonly key: string
  /** Absent on a counter that only settlement has written. */
  readonly about?: CounterAbout
  /** Spent and held together. */
  readonly used: number
  readonly spent: number
  /** Epoch minute in which the requests must be over → what they hold. */
  readonly buckets: ReadonlyMap<number, number>
  /** No hold of this minute or an earlier one is accepted any more. */
  readonly floor?: number
  /** Stream shard → position up to which its records are in `spent`, and the minute in which that was written. */
  readonly positions: ReadonlyMap<string, { readonly sequence: string; readonly minute: number }>
  /** Things done once per window. */
  readonly marks: ReadonlySet<CounterMark>
}

/** `refusing`: a request was refused for good although something is left. */
export type CounterMark = 'threshold' | 'exhausted' | 'archived' | 'refusing'

export interface Take {
  readonly key: string
  readonly ask: number
  /** `used` may be at most this after the take. */
  readonly ceiling: number
  /** The bucket that bears the hold; absent = spent at once. */
  readonly minute?: number
  readonly about: CounterAbout
  /** When the counter may be forgotten; absent = never. */
  readonly expiresAtMs?: number
}

export type TakeResult =
  | { readonly type: 'taken'; readonly counter: Counter }
  /** `counter` as seen; undefined = it does not exist yet. */
  | { readonly type: 'refused'; readonly counter: Counter | undefined }
  /** It may or may not have been written; never to be repeated. */
  | { readonly type: 'unknown'; readonly cause: unknown }

/** One counter's share of a batch of closed records. */
export interface Settlement {
  readonly key: string
  readonly shard: string
  /** Applied only when the counter's position in the shard is before this. */
  readonly first: string
  readonly last: string
  /** Added to spent and, less what the buckets give back, to used. */
  readonly spent: number
  /** Minute → what it gives back; applied only when every one of these buckets still holds as much. */
  readonly buckets: ReadonlyMap<number, number>
  readonly minute: number
  /** For a counter that does not exist any more; absent = it never ends. */
  readonly expiresAtMs?: number
}

export type SettleResult =
  | { readonly type: 'applied'; readonly counter: Counter }
  | { readonly type: 'refused'; readonly counter: Counter | undefined }

export interface Reclaim {
  /** As seen; applied only when the named buckets and the floor are still so. */
  readonly counter: Counter
  readonly minutes: readonly number[]
  readonly floor: number
  /** Shards whose position is too old to matter. */
  readonly forget: readonly string[]
}

export interface CounterStore {
  /** One conditional addition. Never throws: what is not certain is `unknown`. */
  take(take: Take): Promise<TakeResult>
  /** Undoes a take, or part of it, where its bucket still stands. May throw; never to be repeated. */
  giveBack(hold: { readonly key: string; readonly amount: number; readonly minute?: number }): Promise<void>
  /** Guarded by the position, so it may be repeated. */
  settle(settlement: Settlement): Promise<SettleResult>
  /** False = somebody else wrote; look again. */
  reclaim(reclaim: Reclaim): Promise<boolean>
  /** Strongly consistent. */
  read(key: string): Promise<Counter | undefined>
  /** True = this call set it. */
  mark(key: string, mark: CounterMark): Promise<boolean>
  unmark(key: string, mark: CounterMark): Promise<void>
  /** Sets spent and used of a counter that holds nothing and whose spent is still as seen. False = it was not. */
  repair(key: string, seen: number, spent: number): Promise<boolean>
  /** All counters whose key starts so, in no order. Reads the whole table: for scheduled work and reports. */
  list(prefix: string): AsyncIterable<Counter>
}

/** How far the ledger has come: every request of this minute or an earlier one is closed and settled. */
export interface LedgerProgress {
  /** undefined = nothing is known yet. */
  settledMinute(): Promise<number | undefined>
  /** A heartbeat of this lane came through the stream. Lanes only move forward. */
  advance(lane: number, minute: number): Promise<void>
}

export function heldOf(counter: Pick<Counter, 'used' | 'spent'> | undefined): number {
  return counter === undefined ? 0 : counter.used - counter.spent
}

/** A strict limit rarely ends at its last nano-dollar: what is left buys no answer any more. */
const nearlyAll = 0.8

/** Used up, or so nearly that requests are refused. */
export function isExhausted({ about, spent, marks }: Counter): boolean {
  if (about === undefined) return false
  return spent >= about.amount || (marks.has('refusing') && spent >= about.amount * nearlyAll)
}
