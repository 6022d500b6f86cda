/** Follows a request's plan: each leaf becomes a target, is called with its retries, and its circuit breaker is told how it went. */

import { isPending } from '../../awaitable.ts'
import { type GatewayError, toGatewayError } from '../../errors.ts'
import { describeStop, type StopList } from '../../identity/emergency-stop.ts'
import { isFailureOf } from '../../routing/circuit.ts'
import type { Admission, ChosenBy } from '../../routing/mode.ts'
import { type Leaf, leavesOf, type PlanNode } from '../../routing/plan.ts'
import { decideRetry } from '../../routing/retry.ts'
import { callerLimitsOf } from '../layers/holding/limits-of.ts'
import type { Answer } from '../line/answer.ts'
import type { Line } from '../line/line.ts'
import { dataPolicyDemands, describeDemands, findUnmetDemand, refuseUnmetDemand } from '../line/processing-policy.ts'
import { targetSubjects } from '../line/refuse-stopped.ts'
import type { PlanResult, Repetition, TargetTask } from '../line/target-request.ts'
import type { Task } from '../line/task.ts'
import { resolveLeaf } from './find-target.ts'
import { namesHost } from './own-credentials.ts'
import { taskForTarget } from './task-for-target.ts'
import type { PlanCourse } from './walk-plan.ts'

/** One call of one target. Throws GatewayError. */
export type CallTarget<A = Answer> = (own: TargetTask, line: Line, repetition: Repetition) => Promise<A>

/** What a call of a target would cost at most, in nano-dollars; undefined = its price is not known. */
export type CostOf = (own: TargetTask) => Promise<number | undefined>

interface Walk<A> {
  readonly task: Task
  readonly line: Line
  readonly call: CallTarget<A>
  readonly chosenBy: ChosenBy | undefined
}

/** Rejects with the last target's error when none gave a good answer. */
export function followPlan<A>(
  task: Task,
  line: Line,
  call: CallTarget<A>,
  costOf: CostOf = async () => undefined,
): Promise<PlanResult<A>> {
  const { plan } = task
  const demanded = describeDemands(dataPolicyDemands(task))
  if (demanded !== undefined) line.record.dataPolicy = demanded
  // most requests have one target without a circuit breaker: there is nothing to choose or to look at
  if (plan.type === 'leaf' && plan.settings.breaker === undefined)
    return callLeaf(plan, { task, line, call, chosenBy: undefined })
  const { breakers } = line.ports.routing
  const keys = leavesOf(plan).flatMap((leaf) => circuitOf(leaf, task) ?? [])
  const looking = keys.length === 0 ? undefined : breakers.look(keys)
  const stops = line.ports.stops.current()
  const begin = (list: StopList) => walkLoaded(plan, courseOf({ task, line, call, costOf, stops: list }), line)
  if (looking === undefined && !isPending(stops)) return begin(stops)
  return Promise.all([stops, looking]).then(([list]) => begin(list))
}

let walker: typeof import('./walk-plan.ts') | undefined

async function walkLoaded<T>(plan: PlanNode, course: PlanCourse<T>, line: Line): Promise<T> {
  walker ??= await import('./walk-plan.ts')
  return walker.walkPlan(plan, course, line)
}

interface Planned<A> {
  readonly task: Task
  readonly line: Line
  readonly call: CallTarget<A>
  readonly costOf: CostOf
  readonly stops: StopList
}

function courseOf<A>({ task, line, call, costOf, stops }: Planned<A>): PlanCourse<PlanResult<A>> {
  const { ambient } = line.ports
  return {
    facts: {
      metadata: task.metadata,
      params: task.body,
      pathname: task.call.path,
      headers: task.call.headers,
      apiKeyId: task.caller.apiKey.id,
      limitUsedShare: once(() => line.ports.gate.usedShare(callerLimitsOf(task), ambient.now())),
      version: task.config?.saved?.versionId ?? '',
    },
    nowMs: () => ambient.now(),
    random: () => ambient.random(),
    admission: admissionOf(task, line, barredLeaves(task, line, stops)),
    call: (leaf, chosenBy) => callLeaf(leaf, { task, line, call, chosenBy }),
    async costOf(leaf) {
      const own = tryOwn(leaf, task, line)
      return own && costOf(own)
    },
  }
}

/** Only saved configs have circuits: others have no name to share them under. A host that the request names says nothing of the config's. */
function circuitOf(leaf: Leaf, { config, catalog, call }: Task): string | undefined {
  const saved = config?.saved
  if (saved === undefined || leaf.settings.breaker === undefined || namesHost(call.headers)) return undefined
  return [catalog.workspace.id, saved.id, saved.versionId, leaf.path].join('/')
}

/** Stopped, or against a data policy; by their paths, told in the answer: others are called in their place where the strategy has a choice. */
function barredLeaves(task: Task, line: Line, stops: StopList): ReadonlySet<string> {
  const barred = new Set<string>()
  if (stops.isEmpty && dataPolicyDemands(task).length === 0) return barred
  for (const leaf of leavesOf(task.plan)) {
    const own = tryOwn(leaf, task, line)
    const stop = own && stops.find(targetSubjects(own.target))
    const reason = stop === undefined ? own && findUnmetDemand(own.task, own.target) : describeStop(stop)
    if (reason === undefined) continue
    barred.add(leaf.path)
    line.record.warn([{ type: 'dropped', field: leaf.path, reason }])
  }
  return barred
}

function admissionOf(task: Task, line: Line, barred: ReadonlySet<string>): Admission {
  const { breakers } = line.ports.routing
  const isBlocked = (node: PlanNode): boolean => {
    if (node.type === 'branch') return node.children.every(isBlocked)
    if (barred.has(node.path)) return true
    const circuit = circuitOf(node, task)
    return circuit !== undefined && breakers.isBlocked(circuit)
  }
  return {
    isBlocked,
    async enter(node) {
      const circuit = node.type === 'leaf' ? circuitOf(node, task) : undefined
      return circuit === undefined || breakers.enter(circuit)
    },
  }
}

async function callLeaf<A>(leaf: Leaf, { task, line, call, chosenBy }: Walk<A>): Promise<PlanResult<A>> {
  const { routing } = line.ports
  line.record.retryCount = 0
  const own = resolveOwn(leaf, task, line)
  const { id } = own.target.provider
  routing.retryBudget.noteRequest(id)
  for (let retry = 0, waitedMs = 0; ; retry++) {
    try {
      const answer = await call(own, line, { retry, waitedMs, ...(chosenBy === undefined ? {} : { chosenBy }) })
      line.record.retryCount = retry
      if (line.record.attempts.at(-1)?.isCached === true) return { task: own.task, answer }
      routing.retryBudget.noteAnswer(id)
      if (leaf.settings.breaker !== undefined) line.unfinished.push(tellBreaker(leaf, task, line, undefined))
      return { task: own.task, answer }
    } catch (thrown) {
      const error = toGatewayError(thrown)
      if (line.record.attempts.at(-1)?.isCached !== true) await tellBreaker(leaf, task, line, error)
      const waitMs = waitBefore({ error, leaf, own, line, retry, waitedMs })
      if (waitMs === undefined) throw error
      waitedMs += waitMs
      await pause(waitMs, line)
    }
  }
}

/** For several conditions of one request. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let reading: Promise<T> | undefined
  return () => {
    reading ??= read()
    return reading
  }
}

/** To look at its price only: undefined = it cannot be called. */
function tryOwn(leaf: Leaf, task: Task, { ports }: Line): TargetTask | undefined {
  try {
    return taskForTarget(task, resolveLeaf(leaf, { ...task, ports }), leaf.settings)
  } catch {
    return undefined
  }
}

/** A leaf that cannot be called leaves its mark in the log as well. */
function resolveOwn(leaf: Leaf, task: Task, line: Line): TargetTask {
  const { ports, record } = line
  try {
    const target = resolveLeaf(leaf, { ...task, ports })
    const own = taskForTarget(task, target, leaf.settings)
    refuseUnmetDemand(own.task, own.target, ports)
    record.warn(own.warnings ?? [])
    return own
  } catch (thrown) {
    const error = toGatewayError(thrown)
    const nowMs = ports.ambient.now()
    record.attempts.push({
      attempt: record.attempts.length + 1,
      targetPath: leaf.path,
      providerSlug: (leaf.provider ?? leaf.virtualKey ?? '').replace(/^@/, ''),
      aiProviderId: '',
      model: task.peek.model,
      wire: '',
      isPassthrough: false,
      startedAtMs: nowMs,
      endedAtMs: nowMs,
      status: error.status,
      errorCode: error.code,
      errorMessage: error.message,
    })
    throw error
  }
}

async function tellBreaker(leaf: Leaf, task: Task, line: Line, error: GatewayError | undefined): Promise<void> {
  const circuit = circuitOf(leaf, task)
  const { breaker } = leaf.settings
  if (circuit === undefined || breaker === undefined) return
  const isFailure = isFailureOf(error, breaker)
  if (isFailure !== undefined) await line.ports.routing.breakers.record(circuit, breaker, isFailure)
}

interface Failed {
  readonly error: GatewayError
  readonly leaf: Leaf
  readonly own: TargetTask
  readonly line: Line
  readonly retry: number
  readonly waitedMs: number
}

/** undefined = no retry. The record's count becomes -1 when one was due and is not made. */
function waitBefore({ error, leaf, own, line, retry, waitedMs }: Failed): number | undefined {
  const { record, cancellation, ports } = line
  const setting = leaf.settings.retry
  record.retryCount = retry
  if (setting === undefined || setting.attempts === 0) return undefined
  // The same answer would be found again, and denied again.
  if (error.code === 'guardrail_denied' && record.attempts.at(-1)?.isCached === true) return undefined
  const nowMs = ports.ambient.now()
  const leftMs = cancellation.deadlineAtMs - nowMs
  const chance = ports.ambient.random()
  const decision = decideRetry({ error, setting, retries: retry, waitedMs, leftMs, chance })
  if (decision.type === 'stop' && decision.because === 'never') return undefined
  if (decision.type === 'retry' && ports.routing.retryBudget.withdraw(own.target.provider.id)) return decision.waitMs
  record.retryCount = -1
  return undefined
}

/** Ends at once, by throwing, when the client leaves or the time is up. */
function pause(waitMs: number, { cancellation, ports }: Line): Promise<void> {
  const { signal } = cancellation
  return new Promise((resolve, reject) => {
    const leave = () => {
      cancel()
      reject(toGatewayError(signal.reason))
    }
    const cancel = ports.ambient.schedule(waitMs, () => {
      signal.removeEventListener('abort', leave)
      resolve()
    })
    if (signal.aborted) leave()
    else signal.addEventListener('abort', leave, { once: true })
  })
}
