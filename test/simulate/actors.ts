/** Who acts in a schedule: gateway instances, ledger processes, the scheduled job. Each uses the real code over remote ports. */
import type { AlertSink } from '../../src/limits/alerts.ts'
import type { Estimate, Hold, HoldOutcome, HoldRequest, LimitGate } from '../../src/limits/gate.ts'
import { createLimitGate } from '../../src/limits/hold.ts'
import { settleBatch } from '../../src/limits/ledger.ts'
import { rootKey } from '../../src/limits/slice-key.ts'
import { runWindowsJob } from '../../src/limits/windows-job.ts'
import type { ClosedLog, OpenLog, Outcome } from '../../src/records/log.ts'
import type { Layout } from './log-twin.ts'
import { createRemote, type Remote } from './remote.ts'
import { Violation, type World } from './world.ts'

const log = () => {}
const alerts: AlertSink = { send: async () => {} }
const inputNanos = 100
const outputNanos = 400

type Held = Extract<HoldOutcome, { type: 'held' }>

export class Instance {
  readonly name: string
  readonly world: World
  readonly remote: Remote
  readonly gate: LimitGate
  /** Clocks differ a little. */
  readonly #skewMs: number

  constructor(world: World, name: string) {
    this.world = world
    this.name = name
    this.remote = createRemote(world, name, world.rollLayout())
    this.gate = createLimitGate({
      ...this.remote,
      spread: world.spread,
      ambient: { log, random: world.dice, now: () => (world.mutation.callsLate ? 0 : this.now()) },
    })
    this.#skewMs = world.dice.between(-20_000, 20_000)
  }

  now(): number {
    return this.world.nowMs + this.#skewMs
  }

  /** One request, as the gateway's line serves it. */
  async serve(id: string): Promise<void> {
    const { world } = this
    const { dice } = world
    const nowMs = this.now()
    const record = openLog(id, nowMs, nowMs + dice.pick(world.livesMs))
    const estimate = rollEstimate(world)
    const request = holdRequest(world, record, estimate)
    let opening: Promise<void> = Promise.resolve()
    let planned: readonly Hold[] = []
    const outcome = await this.gate.hold({
      ...request,
      onPlanned: (holds) => {
        planned = holds
        opening = this.remote.logs.open({ ...record, holds })
        opening.catch(log)
      },
    })
    checkWindow(planned, nowMs)
    const isOpened = await opening.then(
      () => true,
      () => false,
    )
    let ready = await this.#settleOn(outcome, { record, planned, isOpened })
    if (ready && dice.chance(0.15)) ready = await this.#nextAttempt(ready, record, request)
    // A frozen process may wake when its record is no longer waited for: no call begins after the deadline.
    if (ready && !world.mutation.callsLate && this.now() >= record.deadlineAtMs) {
      await this.gate.release(ready.holds, this.now())
      ready = undefined
    }
    if (ready === undefined) return this.#close(closedLog(record, 'refused', this.now()))
    const { holds } = ready
    const cap = capOf(ready, estimate)
    const usage = { inputUncached: dice.between(1, estimate.inputTokens), output: dice.between(0, cap) }
    const costNanos = usage.inputUncached * inputNanos + usage.output * outputNanos
    world.pay({ id, holds, costNanos, tokens: usage.inputUncached + usage.output })
    world.admitted++
    for (let pauses = dice.between(0, 3); pauses > 0; pauses--) await world.scheduler.turn(this.name)
    const closed = { ...closedLog(record, 'completed', this.now()), holds }
    await this.#close(dice.chance(0.1) ? { ...closed, outcome: 'interrupted' } : { ...closed, usage, costNanos })
  }

  /** What a call may be made with; undefined = nothing, and all is given back. */
  async #settleOn(
    outcome: HoldOutcome,
    { record, planned, isOpened }: { record: OpenLog; planned: readonly Hold[]; isOpened: boolean },
  ): Promise<Held | undefined> {
    if (outcome.type === 'refused') {
      this.world.refused++
      return undefined
    }
    const isSame = JSON.stringify(outcome.holds) === JSON.stringify(planned)
    try {
      if (!isOpened) throw new Error('not opened')
      if (!isSame) await this.remote.logs.retarget({ ...record, holds: outcome.holds })
      return outcome
    } catch {
      await this.gate.release(outcome.holds, this.now())
      return undefined
    }
  }

  /** The first target did not answer: its holds go back, the next target is held anew. */
  async #nextAttempt(before: Held, record: OpenLog, request: HoldRequest): Promise<Held | undefined> {
    await this.gate.release(before.holds, this.now())
    if (this.world.dice.chance(0.5)) return undefined
    const outcome = await this.gate.hold({ ...request, attempt: 2 })
    return this.#settleOn(outcome, { record, planned: [], isOpened: true })
  }

  async #close(closed: ClosedLog): Promise<void> {
    for (let tries = 0; tries < 3; tries++)
      try {
        await this.remote.logs.close(closed)
        return
      } catch {
        // Unknown; closing is guarded, so it may be repeated.
      }
  }
}

/** One delivery of a shard's records, perhaps some of them again. */
export async function deliver(world: World, shardName: string, owner: string): Promise<void> {
  const shard = world.logs.shards.find((each) => each.name === shardName)
  if (shard === undefined || !isParentDone(world, shard.parent)) return
  const done = world.checkpoints.get(shardName) ?? 0
  const start = world.dice.chance(0.3) ? world.dice.between(0, done) : done
  const batch = shard.entries.slice(start, start + world.dice.between(1, 25))
  if (batch.length === 0) return
  const remote = createRemote(world, owner)
  const result = await settleBatch(
    batch,
    { shard: shardName },
    { ...remote, alerts, ambient: { now: () => world.nowMs, log } },
  )
  const failedAt = batch.findIndex((entry) => entry.sequence === result.failedFrom)
  const reached = start + (failedAt < 0 ? batch.length : failedAt)
  world.checkpoints.set(shardName, Math.max(world.checkpoints.get(shardName) ?? 0, reached))
}

export async function doWindows(world: World, owner: string, layout: Layout = 2): Promise<void> {
  const remote = createRemote(world, owner, layout)
  await runWindowsJob({
    ...remote,
    alerts,
    ambient: { now: () => world.nowMs, log },
    history: { keep: async () => {} },
    states: { setActive: async () => {} },
  })
}

function isParentDone(world: World, name: string | undefined): boolean {
  const parent = world.logs.shards.find((each) => each.name === name)
  if (parent === undefined) return true
  return (world.checkpoints.get(parent.name) ?? 0) >= parent.entries.length
}

function rollEstimate(world: World): Estimate {
  const { dice } = world
  const clientMax = dice.chance(0.7) ? { maxOutputTokens: dice.between(5, 900) } : {}
  return {
    inputTokens: dice.between(5, 300),
    ...clientMax,
    modelMaxOutputTokens: 1_500,
    answers: 1,
    typicalOutputTokens: 200,
    priceNanos: ({ input, output }) => input * inputNanos + output * outputNanos,
  }
}

function capOf(held: Held, estimate: Estimate): number {
  return held.maxOutputTokens ?? Math.min(estimate.maxOutputTokens ?? 1_500, 1_500)
}

function holdRequest(world: World, record: OpenLog, estimate: Estimate): HoldRequest {
  const nowMs = record.startedAtMs
  return {
    logId: record.id,
    attempt: 1,
    nowMs,
    deadlineAtMs: record.deadlineAtMs,
    ...world.settings(),
    dimensions: { workspace_id: 'w1', 'metadata._user': world.dice.pick(['ann', 'bob']) },
    estimate: async () => estimate,
  }
}

function openLog(id: string, startedAtMs: number, deadlineAtMs: number): OpenLog {
  return {
    id,
    traceId: id,
    spanId: id,
    spanName: 'chat',
    metadata: {},
    method: 'POST',
    path: '/v1/chat/completions',
    operation: 'chat',
    clientWire: 'openai-chat',
    isStream: false,
    startedAtMs,
    deadlineAtMs,
    holds: [],
  }
}

function closedLog(open: OpenLog, outcome: Outcome, endedAtMs: number): ClosedLog {
  return {
    ...open,
    holds: [],
    outcome,
    status: 200,
    isPriced: true,
    isEstimated: false,
    cacheStatus: 'MISS',
    endedAtMs,
    totalMs: 0,
    upstreamMs: 0,
    gatewayMs: 0,
    attempts: [],
    warnings: [],
    hasPayload: false,
  }
}

/** L6: a hold belongs to the window of its instant, whatever any job did. */
function checkWindow(holds: readonly Hold[], nowMs: number): void {
  const now = new Date(nowMs)
  const monthStart = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1) / 1000
  for (const { counter } of holds)
    if (counter.includes('/month/') && !rootKey(counter).endsWith(`/${monthStart}`))
      throw new Violation(`L6: a hold at ${now.toISOString()} went to ${counter}`)
}
