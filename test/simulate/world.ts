/** What a schedule runs in: clock, tables, the truth about every paid call, and the invariants over them. */
import { chargesOf, instanceLost } from '../../src/limits/charge.ts'
import { type Counter, type CounterStore, heldOf, type LedgerProgress } from '../../src/limits/counter.ts'
import type { Hold } from '../../src/limits/gate.ts'
import { reconcile } from '../../src/limits/reconcile.ts'
import type { LimitPolicy, LimitSubject } from '../../src/limits/setting.ts'
import { rootKey, sliceKey } from '../../src/limits/slice-key.ts'
import { readRootAndSlices, type SpreadOptions } from '../../src/limits/spread.ts'
import type { ClosedLog } from '../../src/records/log.ts'
import { createProgressTwin } from './counter-twin.ts'
import { type Layout, LogTwin } from './log-twin.ts'
import type { Mutation } from './mutations.ts'
import type { Dice, Scheduler } from './scheduler.ts'

/** An invariant does not hold; `L1`…`L6` as in the limits' contract. */
export class Violation extends Error {}

/** A call that an upstream was paid for. */
interface Paid {
  readonly id: string
  readonly holds: readonly Hold[]
  readonly costNanos: number
  readonly tokens: number
}

const dollar = 1e9

export class World {
  readonly dice: Dice
  readonly scheduler: Scheduler
  readonly counters: CounterStore
  readonly progress: LedgerProgress
  readonly logs: LogTwin
  readonly mutation: Mutation
  readonly paid: Paid[] = []
  /** Shard name → how many of its entries are done with. */
  readonly checkpoints = new Map<string, number>()
  nowMs = Date.parse('2026-11-30T23:50:00Z')
  /** Dollars; moves up and down during a schedule. */
  amount: number
  mostAmount: number
  /** In some schedules every counter is spread. */
  readonly spread: SpreadOptions
  /** How long requests may take; few different lives put many holds into one minute. */
  readonly livesMs: readonly number[]
  /** In some schedules a new version is rolled out: processes of both work side by side. */
  readonly isRolling: boolean
  admitted = 0
  refused = 0
  steps = 0
  /** What an actor threw that none of them may throw. */
  broken: unknown
  #checks = 0
  readonly #paidPerCounter = new Map<string, number>()
  /** Minute and counter → the most that its bucket ever held, and what each sweep charged lost records of it. */
  readonly #fullest = new Map<string, number>()
  readonly #lostCharges = new Map<string, number>()

  constructor(scheduler: Scheduler, counters: CounterStore, mutation: Mutation) {
    this.scheduler = scheduler
    this.dice = scheduler.dice
    this.counters = this.#watchBuckets(counters)
    this.mutation = mutation
    this.logs = new LogTwin(this.dice.between(1, 3))
    this.progress = createProgressTwin(this.logs.lanes)
    this.amount = this.dice.between(4, 60) / 1e4
    this.mostAmount = this.amount
    this.spread = { slices: 3, abovePerSecond: this.dice.chance(0.4) ? 0 : 1_000 }
    this.isRolling = this.dice.chance(0.5)
    this.livesMs = this.dice.pick([[60_000], [120_000], [30_000, 200_000, 600_000]])
  }

  /** Of the next process. */
  rollLayout(): Layout {
    return this.isRolling && this.dice.chance(0.5) ? 1 : 2
  }

  /** Limits as an instance would load them now. */
  settings(): { readonly subjects: readonly LimitSubject[]; readonly policies: readonly LimitPolicy[] } {
    const startedAtMs = Date.parse('2026-11-01T00:00:00Z')
    const common = { epoch: 0, startedAtMs, rateLimits: [] }
    return {
      subjects: [
        {
          ...common,
          kind: 'workspace',
          id: 'w1',
          label: 'acme',
          usageLimits: [{ credit_limit: this.amount, alert_threshold: this.amount / 2, periodic_reset: 'monthly' }],
        },
        {
          ...common,
          kind: 'api_key',
          id: 'k1',
          label: 'ab***xyz',
          usageLimits: [],
          rateLimits: [{ type: 'requests', unit: 'rpm', value: 40 }],
        },
      ],
      policies: [
        {
          id: 'p1',
          name: 'per user',
          conditions: [{ key: 'metadata._user', value: '*' }],
          groupBy: [{ key: 'metadata._user' }],
          usage: { type: 'tokens', credit_limit: 4_000, periodic_reset_days: 1 },
          epoch: 0,
          entityEpochs: {},
          startedAtMs,
        },
      ],
    }
  }

  /**
   * L5: what one sweep charges lost records is together at most what their bucket ever held; what was refused never
   * reached it. A second sweep over what a failed one left may charge more, as long as the first is not settled.
   */
  async close(log: ClosedLog, owner: string): Promise<boolean> {
    const wasOpen = await this.logs.close(log)
    if (!wasOpen || log.errorCode !== instanceLost) return wasOpen
    const settled = (await this.progress.settledMinute()) ?? Number.NEGATIVE_INFINITY
    for (const { counter, minute, charged } of log.holds) {
      // A record that shows up after its minute was settled is charged in full: its bucket may be gone.
      if (minute === undefined || minute <= settled) continue
      const name = `${minute} ${counter}`
      const sum = (this.#lostCharges.get(`${owner} ${name}`) ?? 0) + (charged ?? Number.NaN)
      this.#lostCharges.set(`${owner} ${name}`, sum)
      const most = this.#fullest.get(name) ?? 0
      if (!(sum <= most))
        this.broken ??= new Violation(
          `L5: lost records are charged ${sum} on ${counter}, whose bucket held ${most} at most`,
        )
    }
    return wasOpen
  }

  #watchBuckets(counters: CounterStore): CounterStore {
    const take: CounterStore['take'] = async (asked) => {
      const result = await counters.take(asked)
      if (result.type === 'taken' && asked.minute !== undefined) {
        const name = `${asked.minute} ${asked.key}`
        const held = result.counter.buckets.get(asked.minute) ?? 0
        this.#fullest.set(name, Math.max(held, this.#fullest.get(name) ?? 0))
      }
      return result
    }
    return { ...counters, take }
  }

  pay(call: Paid): void {
    this.paid.push(call)
    for (const [key, amount] of trueAmounts(call)) {
      const root = rootKey(key)
      this.#paidPerCounter.set(root, (this.#paidPerCounter.get(root) ?? 0) + amount)
    }
  }

  /** What must hold at every instant. */
  async checkAlways(): Promise<void> {
    if (this.broken !== undefined) throw this.broken
    if (this.#checks++ % 8 === 0) for await (const counter of this.counters.list('')) await this.#checkItem(counter)
    for (const [key, paid] of this.#paidPerCounter) {
      const counter = await readRootAndSlices(key, this.counters)
      const most = key.includes('cost') ? Math.round(this.mostAmount * dollar) : 4_000
      if (paid > most) throw new Violation(`L1: ${key} paid ${paid} of ${most}`)
      if ((counter?.used ?? 0) < paid) throw new Violation(`L1: ${key} counts ${counter?.used} though ${paid} was paid`)
    }
  }

  async #checkItem(counter: Counter): Promise<void> {
    checkItem(counter)
    for (const [slice, grant] of counter.grants) {
      const granted = (await this.counters.read(sliceKey(counter.key, slice)))?.granted?.amount ?? 0
      if (granted > grant.amount)
        throw new Violation(`L1: slice ${slice} of ${counter.key} has ${granted} of ${grant.amount}`)
    }
  }

  /** What must hold when nothing is in flight and every job has run. */
  async checkAtRest(): Promise<void> {
    await this.checkAlways()
    const closed: ClosedLog[] = []
    for (const { log, isClosed } of this.logs.rows.values()) {
      if (!isClosed) throw new Violation(`L4: the record ${log.id} is open`)
      closed.push(log as ClosedLog)
    }
    for (const id of this.logs.openings.keys())
      if (!this.logs.rows.has(id)) throw new Violation(`L4: the request ${id} was opened and has no record`)
    for (const { id } of this.paid)
      if (!this.logs.rows.has(id)) throw new Violation(`L4: the paid request ${id} has no record`)
    const logged = new Map<string, number>()
    for (const charge of closed.flatMap(chargesOf))
      if (!charge.isFinal) logged.set(charge.counter, (logged.get(charge.counter) ?? 0) + charge.amount)
    for await (const counter of this.counters.list('')) {
      if (heldOf(counter) !== 0)
        throw new Violation(`L2: ${counter.key} holds ${heldOf(counter)} with nothing in flight`)
      if (counter.key.includes('rate-requests')) continue
      const sum = logged.get(counter.key) ?? 0
      if (counter.spent !== sum) throw new Violation(`L3: ${counter.key} says ${counter.spent}, its records ${sum}`)
    }
    const report = await reconcile(
      { counters: this.counters, listClosedLogs: () => this.logs.listClosedLogs(), nowMs: this.nowMs, logTtlDays: 90 },
      { isRepairing: false },
    )
    if (report.differences.length > 0) throw new Violation(`L3: reconcile finds ${JSON.stringify(report.differences)}`)
  }
}

function checkItem(counter: Counter): void {
  const held = [...counter.buckets.values()].reduce((sum, amount) => sum + amount, 0)
  if (heldOf(counter) !== held)
    throw new Violation(`L3: ${counter.key} uses ${counter.used}, spent ${counter.spent} and holds ${held}`)
  if ([counter.used, counter.spent, ...counter.buckets.values()].some((amount) => amount < 0))
    throw new Violation(`L3: ${counter.key} went below 0`)
}

function trueAmounts({ holds, costNanos, tokens }: Paid): ReadonlyMap<string, number> {
  return new Map(
    holds
      .filter((hold) => hold.minute !== undefined)
      .map((hold) => [hold.counter, hold.resource === 'cost' ? costNanos : hold.resource === 'tokens' ? tokens : 1]),
  )
}
