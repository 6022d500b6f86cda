/** Calls the targets of the plan, each through its layers, until one gives a good answer. */
import { isPending } from '../../awaitable.ts'
import { toGatewayError } from '../../errors.ts'
import { layersOf } from '../layers/compose.ts'
import { likelyCostNanos } from '../layers/holding/limits-of.ts'
import type { Next } from '../layers/layer.ts'
import { choose } from '../layers/sending/choose.ts'
import type { Answer } from '../line/answer.ts'
import type { Line } from '../line/line.ts'
import { mayBeBilled } from '../line/may-be-billed.ts'
import { Meter } from '../line/meter.ts'
import { secretsSoFar, withoutSecrets } from '../line/redact.ts'
import type { PlanResult, Repetition, TargetTask } from '../line/target-request.ts'
import type { Task } from '../line/task.ts'
import { closeSpan, openSpan } from '../settle/spans.ts'
import { type CallTarget, type CostOf, followPlan } from './follow-plan.ts'
import { maySkipTargets, SkippedTargets } from './skipped-targets.ts'

/** Rejects with GatewayError when no target gave a good answer; nothing has been sent to the client then. */
export function callTargets(task: Task, line: Line): Promise<PlanResult> {
  const layers = layersOf(task, line)
  return isPending(layers) ? layers.then((composed) => callEach(task, line, composed)) : callEach(task, line, layers)
}

function callEach(task: Task, line: Line, layers: Next): Promise<PlanResult> {
  const costOf = (asked: TargetTask) => likelyCostNanos(asked.task, asked.target, line.ports)
  const call: CallTarget = (asked, _, repetition) => callTarget(asked, line, repetition, layers)
  return maySkipTargets(task.plan) ? callUnlessSkipped(task, line, call, costOf) : followPlan(task, line, call, costOf)
}

async function callUnlessSkipped(task: Task, line: Line, call: CallTarget, costOf: CostOf): Promise<PlanResult> {
  const passing = new SkippedTargets(task.plan, line)
  try {
    return await followPlan(task, line, (...each) => passing.call(each[0], () => call(...each)), costOf)
  } catch (thrown) {
    return passing.answerOf(thrown)
  }
}

async function callTarget(asked: TargetTask, line: Line, repetition: Repetition, layers: Next): Promise<Answer> {
  const { task, target } = asked
  const choosing = choose(task, target, line.ports.aiProviders)
  const choice = isPending(choosing) ? await choosing : choosing
  const span = openSpan(choice, target, line, repetition)
  const meter = new Meter(target.aiProvider.quirks)
  // what the call before may cost is still to be charged
  if (line.tried?.isCut === true) line.interruptedAttempts.push(line.tried)
  line.tried = { target, task, meter }
  line.record.cacheStatus = 'DISABLED'
  try {
    return await layers({ ...asked, line, choice, meter, span })
  } catch (thrown) {
    meter.endedAtMs = line.ports.ambient.now()
    line.record.stopUpstream(meter.endedAtMs)
    if (mayBeBilled(thrown, meter)) line.tried.isCut = true
    const error = withoutSecrets(toGatewayError(thrown), secretsSoFar(line.record, []))
    closeSpan(span, line, error)
    throw error
  }
}
