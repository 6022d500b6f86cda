/** Calls the targets of the plan, each through its layers, until one gives a good answer. */
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
import { followPlan } from './follow-plan.ts'
import { PassingOver } from './passed-over.ts'

/** Throws GatewayError when no target gave a good answer; nothing has been sent to the client then. */
export async function callTargets(task: Task, line: Line): Promise<PlanResult> {
  const layers = await layersOf(task, line)
  const passing = new PassingOver(task.plan, line)
  try {
    return await followPlan(
      task,
      line,
      (own, _, repetition) => passing.call(own, () => callTarget(own, line, repetition, layers)),
      (own) => likelyCostNanos(own.task, own.target, line.ports),
    )
  } catch (thrown) {
    return passing.answerOf(thrown)
  }
}

async function callTarget(asked: TargetTask, line: Line, repetition: Repetition, layers: Next): Promise<Answer> {
  const { task, target } = asked
  const choice = await choose(task, target, line.ports.aiProviders)
  const span = openSpan(choice, target, line, repetition)
  const meter = new Meter(target.aiProvider.quirks)
  // what the call before may cost is still to be charged
  if (line.tried?.isCut === true) line.lost.push(line.tried)
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
