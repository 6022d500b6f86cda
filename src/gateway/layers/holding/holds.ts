/** What is held for a call before it is made, and how the record comes to name it. */
import { type Awaitable, isPending } from '../../../awaitable.ts'
import { GatewayError } from '../../../errors.ts'
import type { Hold } from '../../../limits/gate.ts'
import type { BillableUnits } from '../../../pricing/hosted-tools.ts'
import type { Line } from '../../line/line.ts'
import { NoteKey } from '../../line/notes.ts'
import { refuseStopped } from '../../line/refuse-stopped.ts'
import type { Target, Task } from '../../line/task.ts'
import { unpricedToolError, unpricedTools } from '../../settle/billable-units.ts'
import { findPrice } from '../../settle/find-price.ts'
import { enterInFlight } from './in-flight.ts'
import { costLimitsOf, estimateCall, type Limited, limitsOf } from './limits-of.ts'
import { refreshLimits } from './refresh.ts'

/** Attempts whose holds were taken: the caller's own request rates count the first of them. */
const heldAttempts = new NoteKey(() => ({ count: 0 }))

/** The last target that a usage limit refused, and in which words: whichever is called after it fits what is left. */
const refusedTarget = new NoteKey(() => ({ name: '', path: '', message: '' }))

/** Of earlier calls that were cut: kept until the record is closed. */
function lostHolds({ interruptedAttempts }: Line): readonly Hold[] {
  return interruptedAttempts.flatMap(({ holds = [] }) => holds)
}

/** Holds on every counter and the record's opening, in one round trip; the opening alone is not waited for. Gives the output that the limits buy, where it is less than was asked for. Emergency stops that are not known yet are read, and the request is counted among those in flight, at the same time. */
export function takeHolds(task: Task, target: Target, line: Line): Awaitable<number | undefined> {
  const passing = refuseStopped(task, target, line.ports)
  const entering = enterInFlight(task, line)
  const checks = isPending(passing) || entering !== undefined ? [passing, entering] : undefined
  const limits = limitsOf(task, target)
  if (line.ports.gate.isLimited(limits)) {
    const holding = holdAll(task, target, line, limits)
    return checks === undefined ? holding : holdIfChecked(checks, holding, line)
  }
  openRecord(line)
  return checks === undefined ? undefined : Promise.all(checks).then(() => undefined)
}

/** What was held meanwhile is given back where a check refuses. */
async function holdIfChecked(
  checks: readonly Awaitable<void>[],
  holding: Promise<number | undefined>,
  line: Line,
): Promise<number | undefined> {
  const [held, ...checked] = await Promise.allSettled([holding, ...checks])
  const refused = checked.find((each) => each.status === 'rejected')
  if (refused === undefined) return holding
  if (held.status === 'fulfilled') await giveBack(line)
  throw refused.reason
}

async function holdAll(task: Task, target: Target, line: Line, limits: Limited): Promise<number | undefined> {
  const { ports, record, cancellation } = line
  if (task.peek.isBackground) throw unmetered()
  const heldBefore = line.notes.of(heldAttempts)
  const beside = line.tried?.beside
  if (beside?.tools !== undefined) await refuseUnpricedTools(task, target, line, beside)
  const hold = (limited: Limited) =>
    ports.gate.hold({
      ...limited,
      logId: record.start.id,
      attempt: heldBefore.count + 1,
      nowMs: ports.ambient.now(),
      deadlineAtMs: cancellation.deadlineAtMs,
      estimate: () => estimateCall(task, target, ports, beside),
      onPlanned(holds) {
        record.holds = [...lostHolds(line), ...holds]
        openRecord(line)
      },
    })
  let outcome = await hold(limits)
  const changed = outcome.type === 'refused' ? await refreshLimits(task, target, ports) : undefined
  if (changed !== undefined) outcome = await hold(changed)
  line.rateHeaders = outcome.headers
  if (outcome.type === 'refused') {
    record.holds = lostHolds(line)
    if (outcome.error.code === 'usage_limit_exceeded')
      Object.assign(line.notes.of(refusedTarget), {
        name: nameOf(target),
        path: target.path,
        message: outcome.error.message,
      })
    throw outcome.error
  }
  warnOfRefused(target, line)
  heldBefore.count += 1
  record.warn(outcome.warnings)
  await nameHolds(line, outcome.holds)
  return outcome.maxOutputTokens
}

function nameOf({ provider, model }: Target): string {
  return `@${provider.slug}/${model}`
}

function warnOfRefused(target: Target, line: Line): void {
  const refused = line.notes.find(refusedTarget)
  if (refused === undefined) return
  const reason = `${refused.name} was not called: ${refused.message}. ${nameOf(target)} fits what is left`
  line.record.warn([{ type: 'dropped', field: refused.path, reason }])
}

/** The record must name what is held before the call: a crash is charged by it. */
async function nameHolds(line: Line, taken: readonly Hold[]): Promise<void> {
  const { record, ports, cancellation } = line
  const holds = [...lostHolds(line), ...taken]
  const isAsPlanned = isSameHolds(record.holds, holds)
  record.holds = holds
  if (!isAsPlanned) openRecord(line)
  await record.opening
  const isLate = ports.ambient.now() >= cancellation.deadlineAtMs
  if (record.openingError === undefined && !isLate) return
  await giveBack(line)
  if (isLate) throw new GatewayError('request_timeout', 'the time of this request is over; it was not sent')
  throw new GatewayError(
    'database_unavailable',
    'the request could not be recorded just now, so it was not sent; try again',
    { retryAfterMs: 1_000 },
    record.openingError,
  )
}

function isSameHolds(planned: readonly Hold[], taken: readonly Hold[]): boolean {
  const amounts = (holds: readonly Hold[]) =>
    holds.map(({ counter, amount, minute }) => `${counter} ${amount} ${minute}`)
  return planned.length === taken.length && amounts(planned).every((amount, index) => amount === amounts(taken)[index])
}

/** A limit that such a request passed would not hold. */
function unmetered(): GatewayError {
  return new GatewayError(
    'unsupported_parameter',
    'background is not supported under a limit: what it costs is known only after the answer; leave it out',
    { param: 'background' },
  )
}

/** Opens the record, or points an open one at another target. A failure is kept for whoever must know. */
function openRecord(line: Line): void {
  const { record, ports } = line
  const log = record.toOpenLog()
  const { opening } = record
  const writing = opening === undefined ? ports.logs.open(log) : opening.then(() => ports.logs.retarget(log))
  record.opening = writing.then(undefined, (error: unknown) => {
    record.openingError = error
  })
}

/** Held for the call under way, beside what earlier ones have kept. */
export function heldNow(line: Line): readonly Hold[] {
  const lost = lostHolds(line)
  return line.record.holds.filter((hold) => !lost.includes(hold))
}

export async function giveBack(line: Line): Promise<void> {
  const holds = heldNow(line)
  line.record.holds = lostHolds(line)
  if (holds.length > 0) await line.ports.gate.release(holds, line.ports.ambient.now())
}

async function refuseUnpricedTools(task: Task, target: Target, { ports }: Line, beside: BillableUnits): Promise<void> {
  if (!ports.gate.isLimited(costLimitsOf(task, target))) return
  const unpriced = unpricedTools(beside, await findPrice(target, ports, ports.ambient.now()))
  if (unpriced.length > 0) throw unpricedToolError(unpriced, target)
}
