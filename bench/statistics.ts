/** Percentiles, medians and the spread of rounds. */

/** Nearest rank; `share` from 0 to 1. NaN when there is nothing. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN
}

export interface Spread {
  readonly median: number
  /** Quartiles over the rounds. */
  readonly low: number
  readonly high: number
  readonly rounds: number
}

export function spreadOf(values: readonly number[]): Spread {
  const known = values.filter(Number.isFinite)
  return {
    median: interpolated(known, 0.5),
    low: interpolated(known, 0.25),
    high: interpolated(known, 0.75),
    rounds: known.length,
  }
}

function interpolated(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]
  const above = sorted[Math.ceil(at)]
  if (below === undefined || above === undefined) return Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}

export function rounded(value: number, digits = 3): number {
  return Number.isFinite(value) ? Number(value.toFixed(digits)) : value
}
