/** What is counted of a set of requests: enough for every graph, group and summary, and mergeable, so that hours add up to days. */
import { isCacheHit, isSuccess, type Row } from './row.ts'
import { Sketch, type StoredSketch } from './sketch.ts'

/** Sums that are plain numbers. Money is integer nano-dollars; durations are milliseconds. */
const sums = [
  'requests',
  'errors',
  'costNanos',
  'unpriced',
  'tokens',
  'inputTokens',
  'outputTokens',
  'metered',
  'totalMs',
  'upstreamMs',
  'gatewayMs',
  'fallbacks',
  'simpleHits',
  'semanticHits',
  'hitMs',
  'savedMs',
  'savedSimpleNanos',
  'savedSemanticNanos',
  'missMs',
  'misses',
  'feedbacks',
  'weightedFeedback',
  'weight',
  'rated',
] as const

type SumName = (typeof sums)[number]

export interface StoredTotals {
  readonly sums: Partial<Record<SumName, number>>
  readonly latency: StoredSketch
  readonly users: readonly string[]
  /** Pairs of status, retry or score, and how often. */
  readonly statuses: readonly (readonly [number, number])[]
  readonly retries: readonly (readonly [number, number])[]
  readonly scores: readonly (readonly [number, number])[]
  readonly firstMs?: number
  readonly lastMs?: number
}

export class Totals {
  readonly #sums: Record<SumName, number> = Object.fromEntries(sums.map((name) => [name, 0])) as Record<SumName, number>
  readonly latency = new Sketch()
  readonly users = new Set<string>()
  readonly statuses = new Map<number, number>()
  /** Successful requests by the retry that answered, from 1. */
  readonly retries = new Map<number, number>()
  readonly scores = new Map<number, number>()
  firstMs = Number.POSITIVE_INFINITY
  lastMs = Number.NEGATIVE_INFINITY

  of(name: SumName): number {
    return this.#sums[name]
  }

  add(row: Row): void {
    const isGood = isSuccess(row)
    this.#plus('requests', 1)
    if (!isGood) this.#plus('errors', 1)
    if (row.costNanos === undefined) this.#plus('unpriced', 1)
    else this.#plus('costNanos', row.costNanos)
    if (row.totalTokens !== undefined) {
      this.#plus('metered', 1)
      this.#plus('tokens', row.totalTokens)
      this.#plus('inputTokens', row.inputTokens ?? 0)
      this.#plus('outputTokens', row.outputTokens ?? 0)
    }
    this.#plus('totalMs', row.totalMs)
    this.#plus('upstreamMs', row.upstreamMs)
    this.#plus('gatewayMs', row.gatewayMs)
    this.latency.add(row.totalMs)
    if (row.user !== undefined) this.users.add(row.user)
    increase(this.statuses, row.status)
    if (isGood && row.retry > 0) increase(this.retries, row.retry)
    if (isGood && row.fellBack) this.#plus('fallbacks', 1)
    this.#addCache(row)
    this.#addFeedback(row)
    this.firstMs = Math.min(this.firstMs, row.atMs)
    this.lastMs = Math.max(this.lastMs, row.atMs)
  }

  #addCache(row: Row): void {
    if (!isCacheHit(row)) {
      this.#plus('misses', 1)
      this.#plus('missMs', row.totalMs)
      return
    }
    this.#plus(row.cacheStatus === 'HIT' ? 'simpleHits' : 'semanticHits', 1)
    this.#plus('hitMs', row.totalMs)
    this.#plus('savedMs', row.cacheSavedMs ?? 0)
    this.#plus(row.cacheStatus === 'HIT' ? 'savedSimpleNanos' : 'savedSemanticNanos', row.savedNanos ?? 0)
  }

  #addFeedback({ feedback }: Row): void {
    if (feedback.length > 0) this.#plus('rated', 1)
    for (const { value, weight } of feedback) {
      this.#plus('feedbacks', 1)
      this.#plus('weightedFeedback', value * weight)
      this.#plus('weight', weight)
      increase(this.scores, value)
    }
  }

  merge(other: Totals): void {
    for (const name of sums) this.#plus(name, other.#sums[name])
    this.latency.merge(other.latency)
    for (const user of other.users) this.users.add(user)
    for (const name of ['statuses', 'retries', 'scores'] as const)
      for (const [key, count] of other[name]) increase(this[name], key, count)
    this.firstMs = Math.min(this.firstMs, other.firstMs)
    this.lastMs = Math.max(this.lastMs, other.lastMs)
  }

  #plus(name: SumName, amount: number): void {
    this.#sums[name] += amount
  }

  toStored(): StoredTotals {
    return {
      sums: Object.fromEntries(Object.entries(this.#sums).filter(([, sum]) => sum !== 0)),
      latency: this.latency.toStored(),
      users: [...this.users],
      statuses: [...this.statuses],
      retries: [...this.retries],
      scores: [...this.scores],
      ...(this.of('requests') === 0 ? {} : { firstMs: this.firstMs, lastMs: this.lastMs }),
    }
  }

  static fromStored(stored: StoredTotals): Totals {
    const totals = new Totals()
    Object.assign(totals.#sums, stored.sums)
    totals.latency.merge(Sketch.fromStored(stored.latency))
    for (const user of stored.users) totals.users.add(user)
    for (const name of ['statuses', 'retries', 'scores'] as const)
      for (const [key, count] of stored[name]) totals[name].set(key, count)
    totals.firstMs = stored.firstMs ?? totals.firstMs
    totals.lastMs = stored.lastMs ?? totals.lastMs
    return totals
  }
}

function increase(counts: Map<number, number>, key: number, by = 1): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}

/** 0 where there is nothing to divide by. */
export function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

/** US cents, which the analytics of this API family count in. */
export function centsOf(nanos: number): number {
  return nanos / 1e7
}
