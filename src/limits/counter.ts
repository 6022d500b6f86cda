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
  /** Takes so far: what the rate of a counter is measured by. */
  readonly takes: number
  /** A spread counter: slice → what `used` includes on its behalf. */
  readonly grants: ReadonlyMap<number, Grant>
  /** A slice: what it may use. Never more than the root's grant. */
  readonly granted?: Grant
  /** Things done once per window. */
  readonly marks: ReadonlySet<CounterMark>
}

/** A part of a spread counter's room. The version rises with every change. */
export interface Grant {
  readonly amount: number
  readonly version: number
}

/** `refusing`: a request was refused for good although something is left. */
export type CounterMark = 'threshold' | 'exhausted' | 'archived' | 'refusing'

export interface Take {
  readonly key: string
  readonly ask: number
  /** `used` may be at most this after the take. */
  readonly ceiling: number
  /** A slice: taken only while its grant is this much. */
  readonly granted?: number
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
  | { readonly type: 'unknown'; readonly cause: unknown; readonly isThrottled?: boolean }

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
  /** Sets what was spent, and used with it, of a counter that is still as seen. False = it is not. */
  repair(counter: Counter, spent: number): Promise<boolean>
  /** Spread counters only. */
  readonly slices: SliceStore
  /** All counters whose key starts so, in no order. Reads the whole table: for scheduled work and reports. */
  list(prefix: string): AsyncIterable<Counter>
}

/** Moves room between a spread counter and its slices. A part is never in two places; what a lost answer leaves behind heals with the next move. */
export interface SliceStore {
  /** Root: uses `amount` more on behalf of the slice. undefined = there is no room for it. */
  grant(grant: {
    readonly key: string
    readonly slice: number
    readonly amount: number
    readonly ceiling: number
    readonly about: CounterAbout
    readonly expiresAtMs?: number
  }): Promise<Counter | undefined>
  /** Slice: takes over a grant of the root unless it has a newer one. Resolves to the slice as it is then. */
  accept(slice: {
    readonly key: string
    readonly granted: Grant
    readonly about?: CounterAbout
    readonly expiresAtMs?: number
  }): Promise<Counter | undefined>
  /** Slice: gives up what it does not use. False = it uses it, or was changed. */
  giveUp(slice: { readonly key: string; readonly seen: Grant; readonly amount: number }): Promise<boolean>
  /** Root: uses `amount` less on behalf of a slice that has given it up. False = the grant was changed. */
  takeOver(grant: {
    readonly key: string
    readonly slice: number
    readonly version: number
    readonly amount: number
  }): Promise<boolean>
}

/** How far the ledger has come: every request of this minute or an earlier one is closed and settled. */
export interface LedgerProgress {
  /** undefined = nothing is known yet. */
  settledMinute(): Promise<number | undefined>
  /** A heartbeat of this lane came through the stream. Lanes only move forward. */
  advance(lane: number, minute: number): Promise<void>
}

export function heldOf(counter: Pick<Counter, 'used' | 'spent' | 'grants'> | undefined): number {
  return counter === undefined ? 0 : counter.used - counter.spent - grantedOf(counter)
}

/** What slices may use on a root's behalf. */
export function grantedOf({ grants }: Pick<Counter, 'grants'>): number {
  return [...grants.values()].reduce((sum, grant) => sum + grant.amount, 0)
}

/** A strict limit rarely ends at its last nano-dollar: what is left buys no answer any more. */
const nearlyAll = 0.8

/** Used up, or so nearly that requests are refused. */
export function isExhausted(about: CounterAbout, { spent, marks }: Pick<Counter, 'spent' | 'marks'>): boolean {
  return spent >= about.amount || (marks.has('refusing') && spent >= about.amount * nearlyAll)
}
