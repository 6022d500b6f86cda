/** Requests folded into the points of a graph, or into groups. */
import { type Buckets, bucketAt } from './buckets.ts'
import type { Row } from './row.ts'
import { Totals } from './totals.ts'

export interface Series {
  readonly buckets: Buckets
  /** As many as there are buckets; those without a request are empty. */
  readonly points: readonly Totals[]
  readonly whole: Totals
}

export class SeriesFold {
  readonly #buckets: Buckets
  readonly #points: readonly Totals[]

  constructor(buckets: Buckets) {
    this.#buckets = buckets
    this.#points = buckets.starts.map(() => new Totals())
  }

  add(row: Row): void {
    this.#points[bucketAt(this.#buckets, row.atMs)]?.add(row)
  }

  /** What was counted of one hour or day before. */
  merge(atMs: number, totals: Totals): void {
    this.#points[bucketAt(this.#buckets, atMs)]?.merge(totals)
  }

  end(): Series {
    const whole = new Totals()
    for (const point of this.#points) whole.merge(point)
    return { buckets: this.#buckets, points: this.#points, whole }
  }
}

/** By what a request belongs to; undefined = to no group. */
export type GroupKey = (row: Row) => string | undefined

export class GroupFold {
  readonly #keyOf: GroupKey
  readonly #groups = new Map<string, Totals>()

  constructor(keyOf: GroupKey) {
    this.#keyOf = keyOf
  }

  add(row: Row): void {
    const key = this.#keyOf(row)
    if (key !== undefined) this.#totalsOf(key).add(row)
  }

  merge(key: string, totals: Totals): void {
    this.#totalsOf(key).merge(totals)
  }

  end(): ReadonlyMap<string, Totals> {
    return this.#groups
  }

  #totalsOf(key: string): Totals {
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    const made = new Totals()
    this.#groups.set(key, made)
    return made
  }
}
