/** Builders for tests of the gate: a request of one workspace with a price, over counters in memory. */
import type { Alert } from '../../src/limits/alerts.ts'
import type { ChargedLog } from '../../src/limits/charge.ts'
import type { CounterStore } from '../../src/limits/counter.ts'
import type { Estimate, Hold, HoldOutcome, HoldRequest } from '../../src/limits/gate.ts'
import { createLimitGate } from '../../src/limits/hold.ts'
import { settleBatch } from '../../src/limits/ledger.ts'
import type { LimitSubject } from '../../src/limits/setting.ts'
import { createCounterTwin, createProgressTwin } from './counter-twin.ts'

export const start = Date.parse('2026-11-20T10:00:00Z')

/** 1 token of input costs 1,000 nano-dollars, one of output 4,000. */
export const estimate: Estimate = {
  inputTokens: 100,
  maxOutputTokens: 50,
  answers: 1,
  typicalOutputTokens: 20,
  priceNanos: ({ input, output }) => input * 1_000 + output * 4_000,
}

export function subject(more: Partial<LimitSubject>): LimitSubject {
  return {
    kind: 'workspace',
    id: 'w1',
    label: 'acme',
    usageLimits: [],
    rateLimits: [],
    epoch: 0,
    startedAtMs: start,
    ...more,
  }
}

export class Bench {
  readonly counters: CounterStore
  readonly progress = createProgressTwin(1)
  readonly alerts: Alert[] = []
  nowMs = start
  #sequence = 1

  constructor(counters: CounterStore = createCounterTwin()) {
    this.counters = counters
  }

  get ambient() {
    return { now: () => this.nowMs, log: () => {}, random: () => 0.5 }
  }

  get gate() {
    return createLimitGate({ counters: this.counters, progress: this.progress, ambient: this.ambient })
  }

  hold(more: Partial<HoldRequest>): Promise<HoldOutcome> {
    return this.gate.hold({
      logId: 'log',
      attempt: 1,
      nowMs: this.nowMs,
      deadlineAtMs: this.nowMs + 120_000,
      subjects: [],
      policies: [],
      dimensions: {},
      estimate: async () => estimate,
      ...more,
    })
  }

  async held(more: Partial<HoldRequest>): Promise<readonly Hold[]> {
    const outcome = await this.hold(more)
    if (outcome.type === 'refused') throw outcome.error
    return outcome.holds
  }

  async refused(more: Partial<HoldRequest>) {
    const outcome = await this.hold(more)
    if (outcome.type === 'held') throw new Error('the request was admitted')
    return outcome
  }

  /** The record's close arrives at the ledger. */
  close(holds: readonly Hold[], more: Partial<ChargedLog> = {}) {
    const log: ChargedLog = { id: `log-${this.#sequence}`, outcome: 'completed', holds, ...more }
    return settleBatch(
      [{ type: 'closed', sequence: String(this.#sequence++), log }],
      { shard: 's' },
      {
        counters: this.counters,
        progress: this.progress,
        ambient: this.ambient,
        alerts: { send: async (alert) => void this.alerts.push(alert) },
      },
    )
  }
}
