/** Planted faults of the mechanism: the simulator is worth something only while it finds each of them. */
import type { CounterStore, LedgerProgress } from '../../src/limits/counter.ts'
import type { ClosedLog } from '../../src/records/log.ts'

export interface Mutation {
  readonly counters?: (counters: CounterStore) => CounterStore
  readonly progress?: (progress: LedgerProgress) => LedgerProgress
  /** What the sweep would close. */
  readonly close?: (log: ClosedLog) => ClosedLog
  /** Calls begin whenever their holds are there. */
  readonly callsLate?: boolean
}

export const mutations = {
  /** Two at once both see the room. */
  'check-then-add': {
    counters: (counters) => ({
      ...counters,
      async take(take) {
        const seen = await counters.read(take.key).catch(() => undefined)
        if ((seen?.used ?? 0) + take.ask > take.ceiling) return { type: 'refused', counter: seen }
        return counters.take({ ...take, ceiling: Number.MAX_SAFE_INTEGER })
      },
    }),
  },
  /** A batch delivered twice counts twice. */
  'no-position-guard': {
    counters: (counters) => ({
      ...counters,
      settle: (settlement) => counters.settle({ ...settlement, shard: `${settlement.shard}-${unique++}` }),
      read: async (key) => {
        const counter = await counters.read(key)
        return counter && { ...counter, positions: new Map() }
      },
    }),
  },
  /** Holds come back although their records are not settled yet. */
  'reclaim-ahead-of-the-ledger': {
    progress: (progress) => ({ ...progress, settledMinute: async () => Number.MAX_SAFE_INTEGER }),
  },
  /** What a dead instance held is taken to be unspent. */
  'the-dead-pay-nothing': {
    close: (log) =>
      log.errorCode === 'instance_lost'
        ? { ...log, costNanos: 0, holds: log.holds.map((hold) => ({ ...hold, charged: 0 })) }
        : log,
  },
  /** A dead instance's request is charged what it asked for, whether or not it got it. */
  'the-refused-pay-what-they-asked': {
    close: (log) =>
      log.errorCode === 'instance_lost'
        ? {
            ...log,
            holds: log.holds.map((hold) => (hold.minute === undefined ? hold : { ...hold, charged: hold.amount })),
          }
        : log,
  },
  /** A frozen instance wakes and calls, when its record is no longer waited for. */
  'calls-after-the-deadline': { callsLate: true },
} as const satisfies Record<string, Mutation>

let unique = 0
