/** Takes a hold on every counter about a call before it, releases them when there is none. Loaded with the first request that is limited. */
import { GatewayError } from '../errors.ts'
import { amountOf, isClampable, leastOutput, outputBoughtBy, wantedOutput } from './amounts.ts'
import { collectLimits } from './collect.ts'
import type { Counter, TakeResult } from './counter.ts'
import type { Estimate, Hold, HoldOutcome, HoldRequest, LimitGate } from './gate.ts'
import type { GatePorts } from './gate-ports.ts'
import type { Limit } from './limit.ts'
import { type CounterReading, rateHeaders } from './rate-headers.ts'
import { reclaim } from './reclaim.ts'
import { lateError, type Refusal, refusalError, refusingCounters, uncertainError, unpricedError } from './refusal.ts'
import { holdOf, roomOf, type Slot, slotOpener, takeOf } from './slot.ts'
import { spreadByDefault } from './spread.ts'
import { createSpreader, type Spreader } from './spreader.ts'

/** Full ask, then what the room buys, then once more for who was overtaken. */
const mostTries = 3

export function createHolding(ports: GatePorts): Pick<LimitGate, 'hold' | 'release'> {
  const spreader = createSpreader({
    counters: ports.counters,
    options: ports.spread ?? spreadByDefault,
    random: ports.ambient.random,
  })
  const openSlot = slotOpener(ports.counters, spreader)
  return {
    async hold(request) {
      const limits = collectLimits(request).filter((limit) => counts(limit, request.attempt))
      if (limits.length === 0) return { type: 'held', holds: [], headers: {}, warnings: [] }
      const estimate = limits.some((limit) => limit.resource !== 'requests') ? await request.estimate() : undefined
      const unpriced = limits.find((limit) => amountOf(limit, estimate, 0) === Number.POSITIVE_INFINITY)
      if (unpriced) return { type: 'refused', error: unpricedError(unpriced, request.dimensions.model), headers: {} }
      const slots = await Promise.all(limits.map((limit) => openSlot(limit, request.nowMs))).catch(uncertainError)
      if (slots instanceof GatewayError) return { type: 'refused', error: slots, headers: {} }
      return takeAll({ request, estimate, slots, spreader, ports })
    },
    release: (holds) =>
      giveBackAll(
        holds.filter((hold) => hold.minute !== undefined),
        ports,
      ),
  }
}

interface Taking {
  readonly request: HoldRequest
  readonly estimate: Estimate | undefined
  readonly slots: readonly Slot[]
  readonly spreader: Spreader
  readonly ports: GatePorts
}

type Answered = CounterReading & { readonly hold: Hold; readonly result: TakeResult }

async function takeAll(taking: Taking): Promise<HoldOutcome> {
  const { request, slots, ports } = taking
  let cap = firstCap(taking)
  request.onPlanned?.(slots.map((slot) => planHold(slot, taking, cap)))
  let taken: readonly Answered[] = []
  for (let tries = 1; ; tries++) {
    const pending = slots.filter((slot) => !taken.some((each) => each.slot === slot))
    const answers = await Promise.all(pending.map((slot) => takeOne(slot, planHold(slot, taking, cap), taking)))
    taken = [...taken, ...answers.filter((each) => each.result.type === 'taken')]
    const refused = answers.filter((each) => each.result.type === 'refused')
    const unknown = answers.map((each) => each.result).find((result) => result.type === 'unknown')
    if (unknown) return refuse(taking, taken, { error: uncertainError(unknown.cause), refused: [] })
    const isLate = ports.ambient.now() >= request.deadlineAtMs
    if (isLate) return refuse(taking, taken, { error: lateError(), refused: [] })
    if (refused.length === 0) return held(taking, taken, cap)
    const nextCap = tries < mostTries ? await findNextCap(taking, refused, cap) : undefined
    if (nextCap === undefined) {
      const refusals = refused.map((each) => refusalOf(each, taking))
      const marks = refusingCounters(refusals).map((key) => ports.counters.mark(key, 'refusing'))
      const [outcome] = await Promise.all([
        refuse(taking, taken, { error: refusalError(refusals), refused }),
        Promise.allSettled(marks),
      ])
      return outcome
    }
    taken = await shrink(taking, taken, nextCap)
    cap = nextCap
  }
}

async function takeOne(slot: Slot, hold: Hold, { spreader, request }: Taking): Promise<Answered> {
  const result = await spreader.take(takeOf(slot, hold), request.nowMs)
  return { slot, hold, result, counter: result.type === 'unknown' ? undefined : result.counter }
}

/** What even an untouched window buys: asking for more would be refused for certain. */
function firstCap({ estimate, slots }: Taking): number {
  if (estimate === undefined) return 0
  const wanted = wantedOutput(estimate)
  const bought = slots
    .filter((slot) => isClampable(slot.limit))
    .map((slot) => outputBoughtBy(slot.ceiling, { limit: slot.limit, estimate, wanted }) ?? 0)
  const cap = Math.min(wanted, ...bought)
  return cap < leastOutput(estimate) ? wanted : cap
}

/** A cap worth another try; undefined = nothing helps. */
async function findNextCap(taking: Taking, refused: readonly Answered[], cap: number): Promise<number | undefined> {
  const { estimate, ports, request } = taking
  const nowMs = request.nowMs
  const reclaimed = await Promise.all(
    refused.map(({ counter }) => (counter ? reclaim(counter, { ...ports, nowMs }).catch(() => false) : false)),
  )
  if (reclaimed.some((each) => each)) return cap
  if (estimate === undefined || !refused.every(({ slot }) => isClampable(slot.limit))) return undefined
  const bought = refused.map(({ slot, counter }) =>
    outputBoughtBy(roomOf(slot, counter), { limit: slot.limit, estimate, wanted: cap }),
  )
  const next = Math.min(...bought.map((each) => each ?? -1))
  return next < leastOutput(estimate) ? undefined : next
}

/** What was taken at a larger cap gives back the difference. */
async function shrink(taking: Taking, taken: readonly Answered[], cap: number): Promise<readonly Answered[]> {
  const shrunk = taken.map((before) => ({ before, after: { ...before, hold: planHold(before.slot, taking, cap) } }))
  const differences = shrunk.map(({ before: { hold }, after }) => ({
    ...hold,
    amount: hold.amount - after.hold.amount,
  }))
  await giveBackAll(differences, taking.ports)
  return shrunk.map(({ after }) => after)
}

function held({ request, estimate }: Taking, taken: readonly Answered[], cap: number): HoldOutcome {
  const headers = rateHeaders(taken, request.nowMs)
  const holds = taken.map((each) => each.hold)
  const isShortened = estimate !== undefined && cap < wantedOutput(estimate)
  const isOpenEnded =
    estimate !== undefined && (estimate.maxOutputTokens ?? estimate.modelMaxOutputTokens) === undefined
  if (!isShortened && !(isOpenEnded && taken.some(({ slot }) => isHard(slot.limit))))
    return { type: 'held', holds, headers, warnings: [] }
  const reason = `the room of a limit, or the absence of a known maximum, allows ${cap} output tokens; the request was sent with that`
  return {
    type: 'held',
    holds,
    headers,
    maxOutputTokens: cap,
    warnings: [{ type: 'clamped', field: 'max_tokens', reason }],
  }
}

async function refuse(
  { request, ports }: Taking,
  taken: readonly Answered[],
  { error, refused }: { readonly error: GatewayError; readonly refused: readonly Answered[] },
): Promise<HoldOutcome> {
  await giveBackAll(
    taken.map((each) => each.hold),
    ports,
  )
  return { type: 'refused', error, headers: rateHeaders([...taken, ...refused], request.nowMs) }
}

function refusalOf({ slot, counter }: { slot: Slot; counter: Counter | undefined }, taking: Taking): Refusal {
  const { estimate, request } = taking
  const least = isClampable(slot.limit) && estimate ? leastOutput(estimate) : firstCap(taking)
  return {
    limit: slot.limit,
    window: slot.window,
    counter,
    leastAsk: planHold(slot, taking, least).amount,
    previous: slot.previous,
    nowMs: request.nowMs,
  }
}

function planHold(slot: Slot, { request, estimate }: Taking, cap: number): Hold {
  return holdOf(slot, { nowMs: request.nowMs, deadlineAtMs: request.deadlineAtMs, estimate, cap })
}

/** One try each: an addition whose outcome is unknown is left to the ring. */
async function giveBackAll(holds: readonly Hold[], ports: GatePorts): Promise<void> {
  const real = holds.filter((hold) => hold.amount > 0)
  const outcomes = await Promise.allSettled(
    real.map(({ counter, amount, minute }) =>
      ports.counters.giveBack({ key: counter, amount, ...(minute === undefined ? {} : { minute }) }),
    ),
  )
  for (const outcome of outcomes)
    if (outcome.status === 'rejected')
      ports.ambient.log({
        level: 'warn',
        message: 'a hold was not given back; it returns by itself',
        reason: String(outcome.reason),
      })
}

/** A request counts once at the caller's own request rates, however many targets are tried. */
function counts(limit: Limit, attempt: number): boolean {
  return attempt === 1 || limit.nature !== 'rate' || limit.resource !== 'requests' || limit.countsEachAttempt
}

/** Must not be passed even by an answer longer than expected. */
function isHard(limit: Limit): boolean {
  return limit.enforcement === 'strict' && isClampable(limit)
}
