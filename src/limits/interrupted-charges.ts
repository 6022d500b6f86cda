/** What the records of lost instances are charged: together at most what their counters still hold for them. */
import type { OpenLog } from '../records/log.ts'
import type { Counter, CounterStore, LedgerProgress } from './counter.ts'
import type { Hold } from './gate.ts'

export interface InterruptedChargesPorts {
  readonly counters: Pick<CounterStore, 'read'>
  readonly progress: Pick<LedgerProgress, 'settledMinute'>
  readonly logs: {
    /** Strongly consistent; undefined = there is no such record. */
    read(id: string): Promise<{ readonly log: OpenLog; readonly isClosed: boolean } | undefined>
  }
}

/** For one sweep. */
export interface InterruptedCharges {
  /**
   * The records that are still open, in order of id, each hold with what it is charged. A request that was being
   * refused when its instance ended never reached a bucket, so it costs nothing beyond what others have left there.
   */
  charge(overdue: readonly OpenLog[]): Promise<readonly OpenLog[]>
}

const parallel = 16

/**
 * Each bucket is read once, before its records: what is open after that reading is part of the bucket, and what was
 * closed and settled before it is not. So the sum of the charges is never below what was taken.
 */
export function createInterruptedCharges({ counters, progress, logs }: InterruptedChargesPorts): InterruptedCharges {
  /** Counter and minute → what is left of the bucket for the records after this one. */
  const left = new Map<string, number>()
  const readBuckets = async (overdue: readonly OpenLog[]) => {
    const holds = overdue.flatMap(({ holds }) =>
      holds.filter((hold) => hold.minute !== undefined && !left.has(nameOf(hold))),
    )
    const seen = new Map<string, Counter | undefined>()
    await inTurns([...new Set(holds.map(({ counter }) => counter))], async (key) => {
      seen.set(key, await counters.read(key))
    })
    // Asked for after the counters: whoever gave a bucket back before they were read had seen this minute or a later one.
    const settledMinute = (await progress.settledMinute()) ?? Number.NEGATIVE_INFINITY
    for (const hold of holds) {
      const minute = Number(hold.minute)
      // A bucket of a settled minute may have been given back with something in it: then nobody knows what was taken.
      const ifAbsent = minute <= settledMinute ? Number.POSITIVE_INFINITY : 0
      left.set(nameOf(hold), seen.get(hold.counter)?.buckets.get(minute) ?? ifAbsent)
    }
  }
  const chargeHold = (hold: Hold): Hold => {
    if (hold.minute === undefined) return hold
    const room = left.get(nameOf(hold)) ?? Number.POSITIVE_INFINITY
    const charged = Math.min(hold.amount, room)
    left.set(nameOf(hold), room - charged)
    return { ...hold, charged }
  }
  return {
    async charge(overdue) {
      await readBuckets(overdue)
      const open: OpenLog[] = []
      await inTurns(overdue, async (log) => {
        const now = await logs.read(log.id)
        if (now === undefined || !now.isClosed) open.push(now?.log ?? log)
      })
      return open
        .sort((a, b) => Number(a.id > b.id) - Number(a.id < b.id))
        .map((log) => ({ ...log, holds: log.holds.map(chargeHold) }))
    },
  }
}

function nameOf({ counter, minute }: Hold): string {
  return `${minute} ${counter}`
}

async function inTurns<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let start = 0; start < all.length; start += parallel)
    await Promise.all(all.slice(start, start + parallel).map(work))
}
