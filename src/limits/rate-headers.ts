/** `x-ratelimit-*`: of each rated resource the limit with the least room. */
import type { Counter } from './counter.ts'
import { roomOf, type Slot } from './slot.ts'
import { endOf } from './window.ts'

export interface CounterReading {
  readonly slot: Slot
  readonly counter: Counter | undefined
}

export function rateHeaders(seen: readonly CounterReading[], nowMs: number): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const resource of ['requests', 'tokens'] as const) {
    const rows = seen
      .filter(({ slot }) => slot.limit.nature === 'rate' && slot.limit.resource === resource)
      .map(({ slot, counter }) => ({ slot, remaining: Math.max(0, roomOf(slot, counter)) }))
      .sort((a, b) => a.remaining - b.remaining)
    const tightest = rows[0]
    if (tightest === undefined) continue
    const resetMs = endOf(tightest.slot.window) - nowMs
    headers[`x-ratelimit-limit-${resource}`] = String(tightest.slot.limit.amount)
    headers[`x-ratelimit-remaining-${resource}`] = String(tightest.remaining)
    headers[`x-ratelimit-reset-${resource}`] = `${Math.ceil(resetMs / 1000)}s`
  }
  return headers
}
