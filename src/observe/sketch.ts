/** Quantiles of many durations in little space: counts by logarithmic bins, mergeable, each answer within half a percent of a true one (the DDSketch scheme, Masson, Rim and Lee 2019). */

const accuracy = 0.005
const gamma = (1 + accuracy) / (1 - accuracy)
const logGamma = Math.log(gamma)

/** As stored: pairs of bin and count; bin `null` holds zeroes. */
export type StoredSketch = readonly (readonly [bin: number | null, count: number])[]

export class Sketch {
  #zeroes = 0
  #count = 0
  readonly #bins = new Map<number, number>()

  get count(): number {
    return this.#count
  }

  /** Negative values count as 0. */
  add(value: number, times = 1): void {
    this.#count += times
    if (!(value > 0)) {
      this.#zeroes += times
      return
    }
    const bin = Math.ceil(Math.log(value) / logGamma)
    this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + times)
  }

  merge(other: Sketch): void {
    this.#zeroes += other.#zeroes
    this.#count += other.#count
    for (const [bin, count] of other.#bins) this.#bins.set(bin, (this.#bins.get(bin) ?? 0) + count)
  }

  /** `share` from 0 to 1; 0 where nothing was added. */
  quantile(share: number): number {
    if (this.#count === 0) return 0
    const rank = share * (this.#count - 1)
    let seen = this.#zeroes
    if (rank < seen) return 0
    for (const bin of [...this.#bins.keys()].sort((one, other) => one - other)) {
      seen += this.#bins.get(bin) ?? 0
      if (rank < seen) return (2 * gamma ** bin) / (gamma + 1)
    }
    return 0
  }

  toStored(): StoredSketch {
    const bins = [...this.#bins].sort(([one], [other]) => one - other)
    return this.#zeroes === 0 ? bins : [[null, this.#zeroes], ...bins]
  }

  static fromStored(stored: StoredSketch): Sketch {
    const sketch = new Sketch()
    for (const [bin, count] of stored) {
      sketch.#count += count
      if (bin === null) sketch.#zeroes += count
      else sketch.#bins.set(bin, count)
    }
    return sketch
  }
}
