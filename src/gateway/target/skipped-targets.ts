/** Answers that are good but for checks that do not deny, where the config says to try again or elsewhere on 246. */

import { GatewayError } from '../../errors.ts'
import { checksFailedStatus } from '../../routing/may-go-on.ts'
import { leavesOf, type PlanNode } from '../../routing/plan.ts'
import type { Answer } from '../line/answer.ts'
import type { Line } from '../line/line.ts'
import type { TargetTask } from '../line/target-request.ts'
import type { Task } from '../line/task.ts'

interface Kept {
  readonly task: Task
  readonly answer: Answer
  readonly error: GatewayError
}

export class SkippedTargets {
  readonly #plan: PlanNode
  readonly #line: Line
  /** The answer, if nothing else is tried after it. */
  #kept: Kept | undefined

  constructor(plan: PlanNode, line: Line) {
    this.#plan = plan
    this.#line = line
  }

  /** One call. Throws also for an answer that is to be passed over. */
  async call(own: TargetTask, call: () => Promise<Answer>): Promise<Answer> {
    this.#discard()
    const answer = await call()
    if (answer.status !== checksFailedStatus) return answer
    const hasAnswerFailed = answer.hasFailedChecks === true
    if (!(hasAnswerFailed && this.#isRetried(own)) && !leadsOn(this.#plan, own.target.path)) return answer
    const error = new GatewayError('guardrail_denied', 'checks failed that do not deny; the config goes on at 246', {
      status: checksFailedStatus,
      ...(hasAnswerFailed ? { deniedHook: 'output' } : {}),
    })
    this.#kept = { task: own.task, answer, error }
    throw error
  }

  /** What the plan ended with, when it was an answer after all. */
  answerOf(thrown: unknown): Omit<Kept, 'error'> {
    if (this.#kept === undefined || this.#kept.error !== thrown) throw thrown
    return this.#kept
  }

  /** Another call is made after all: the one before is paid for, and closed. */
  #discard(): void {
    const kept = this.#kept
    if (kept === undefined) return
    const { record, tried, ports } = this.#line
    this.#kept = undefined
    if (tried !== undefined) tried.isCut = true
    if (kept.answer.type === 'stream') kept.answer.source.close()
    kept.answer.discard?.()
    const { code: errorCode, message: errorMessage } = kept.error
    Object.assign(record.attempts.at(-1) ?? {}, { endedAtMs: ports.ambient.now(), errorCode, errorMessage })
  }

  #isRetried({ target }: TargetTask): boolean {
    const leaf = leavesOf(this.#plan).find(({ path }) => path === target.path)
    return leaf?.settings.retry?.onStatusCodes?.includes(checksFailedStatus) === true
  }
}

/** Does anything in the plan go on at 246? */
export function maySkipTargets(plan: PlanNode): boolean {
  if (plan.type === 'leaf') return plan.settings.retry?.onStatusCodes?.includes(checksFailedStatus) === true
  return plan.strategy.onStatusCodes?.includes(checksFailedStatus) === true || plan.children.some(maySkipTargets)
}

/** Is there a fallback above this leaf that lists 246? */
function leadsOn(node: PlanNode, path: string): boolean {
  if (node.type === 'leaf') return false
  const { mode, onStatusCodes } = node.strategy
  const above = node.children.filter((child) => leavesOf(child).some((leaf) => leaf.path === path))
  const isListed = mode === 'fallback' && onStatusCodes?.includes(checksFailedStatus) === true
  return above.some((child) => isListed || leadsOn(child, path))
}
