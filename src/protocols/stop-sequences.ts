/** Stop sequences for providers that refuse those of white space alone. */
import type { Warning } from '../inference/index.ts'

export function withoutBlankStops(
  stop: readonly string[] | undefined,
  warnings: Warning[],
): readonly string[] | undefined {
  if (stop === undefined) return undefined
  const kept = stop.filter((sequence) => sequence.trim() !== '')
  if (kept.length < stop.length) {
    const reason = 'this provider refuses stop sequences of white space alone'
    warnings.push({ type: 'dropped', field: 'stop', reason })
  }
  return kept.length > 0 ? kept : undefined
}
