/** Closed records → corrected counters, each record exactly once per counter, however often a batch is delivered. */

import { type Charge, type ChargedLog, chargesOf } from './charge.ts'
import type { Counter, CounterStore, Settlement } from './counter.ts'
import { isEndless } from './limit.ts'
import { dayMs, minuteOf } from './window.ts'

/** A record's close as the stream delivers it. */
export interface ClosedEntry {
  /** Of the stream, within its shard. */
  readonly sequence: string
  readonly log: ChargedLog
}

interface Due extends Charge {
  readonly sequence: string
}

interface SettlePorts {
  readonly counters: Pick<CounterStore, 'settle'>
  readonly shard: string
  readonly nowMs: number
}

/** Each refusal means that somebody else wrote; nobody is overtaken this often. */
const mostTries = 12
const keptMs = 40 * dayMs
/** Sequence numbers are decimal; DynamoDB's have up to 40 digits. */
const sequenceDigits = 40

export function orderedSequence(sequence: string): string {
  return sequence.padStart(sequenceDigits, '0')
}

/** For sorting what has ordered sequences. */
export function bySequence(a: { readonly sequence: string }, b: { readonly sequence: string }): number {
  return Number(a.sequence > b.sequence) - Number(a.sequence < b.sequence)
}

/** What a batch means for each counter, in the order of the stream. */
export function groupByCounter(entries: readonly ClosedEntry[]): ReadonlyMap<string, readonly Due[]> {
  const due = entries
    .flatMap(({ sequence, log }) =>
      chargesOf(log).map((charge) => ({ ...charge, sequence: orderedSequence(sequence) })),
    )
    .filter((charge) => !charge.isFinal)
    .sort(bySequence)
  return Map.groupBy(due, (charge) => charge.counter)
}

/** Applies what the counter does not have yet. Resolves to the counter as it is then; undefined = nothing was due. */
export async function settleCounter(
  key: string,
  charges: readonly Due[],
  ports: SettlePorts,
): Promise<Counter | undefined> {
  let seen: Counter | undefined
  let hasLooked = false
  for (let tries = 0; tries < mostTries; tries++) {
    const position = seen?.positions.get(ports.shard)?.sequence ?? ''
    const due = charges.filter((charge) => charge.sequence > position)
    const settlement = settlementOf(key, due, { ...ports, seen: hasLooked ? (seen ?? 'absent') : 'unknown' })
    if (settlement === undefined) return seen
    const result = await ports.counters.settle(settlement)
    if (result.type === 'applied') return result.counter
    seen = result.counter
    hasLooked = true
  }
  throw new Error(`counter ${key} changed too often to be settled`)
}

function settlementOf(
  key: string,
  due: readonly Due[],
  { shard, nowMs, seen }: SettlePorts & { readonly seen: Counter | 'absent' | 'unknown' },
): Settlement | undefined {
  const first = due[0]
  const last = due.at(-1)
  if (first === undefined || last === undefined) return undefined
  const standing = (minute: number) => {
    if (seen === 'unknown') return Number.POSITIVE_INFINITY
    return seen === 'absent' ? -1 : (seen.buckets.get(minute) ?? -1)
  }
  return {
    key,
    shard,
    first: first.sequence,
    last: last.sequence,
    spent: due.reduce((sum, charge) => sum + charge.amount, 0),
    buckets: new Map([...sumBuckets(due)].filter(([minute, amount]) => standing(minute) >= amount)),
    minute: minuteOf(nowMs),
    ...(isEndless(key) ? {} : { expiresAtMs: nowMs + keptMs }),
  }
}

function sumBuckets(due: readonly Due[]): ReadonlyMap<number, number> {
  const sums = new Map<number, number>()
  for (const { buckets } of due)
    for (const [minute, amount] of buckets) sums.set(minute, (sums.get(minute) ?? 0) + amount)
  return sums
}
