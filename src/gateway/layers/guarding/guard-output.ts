/** Output guardrails: an answer is held back where a check may deny or change it, else what they find is noted after. */

import { parseJsonObject } from '../../../bytes/json-text.ts'
import { GatewayError } from '../../../errors.ts'
import type { Guardrail } from '../../../guardrails/guardrail.ts'
import type { InferenceEvent } from '../../../inference/index.ts'
import { silenceMs, uncommitted } from '../../answer/answer.ts'
import { brokenBy } from '../../answer/upstream-bytes.ts'
import type { Answer, BytesAnswer, StreamAnswer, WholeAnswer } from '../../line/answer.ts'
import { isInKind } from '../../line/choice.ts'
import type { Line } from '../../line/line.ts'
import type { TargetRequest } from '../../line/target-request.ts'
import type { Task } from '../../line/task.ts'
import { isHolding } from './guard-input.ts'
import { denied, guardrailsFor, guardsOf, hasFailed, judge } from './guards.ts'

/** Failed checks that do not deny show in the status, as the field has it. */
const failedStatus = 246

/** The answer as it may go out, before anything of it has. Throws `guardrail_denied`. */
export function guardAnswer(request: TargetRequest, answer: Answer): Promise<Answer> {
  const state = guardsOf(request.line)
  state.after = []
  delete state.noteAfter
  if (answer.type === 'bytes') return guardBytes(request, answer)
  return answer.type === 'whole' ? guardWhole(request, answer) : guardStream(request, answer)
}

/** Nobody can look into it: what has to be checked is not let through, what is only noted is said not to be. */
async function guardBytes(request: TargetRequest, answer: BytesAnswer): Promise<BytesAnswer> {
  const { line } = request
  const guardrails = await guardrailsFor(request, 'output')
  const holding = guardrails.find(isHolding)
  if (holding !== undefined) {
    answer.source.close()
    throw new GatewayError(
      'upstream_rejected',
      `the provider's answer is not JSON (${answer.contentType}), so the guardrail '${holding.id}' cannot check it`,
    )
  }
  if (guardrails.length > 0)
    line.record.warn([{ type: 'dropped', field: 'output_guardrails', reason: 'only an answer in JSON can be checked' }])
  return withStatus(answer, line)
}

async function guardWhole(request: TargetRequest, answer: WholeAnswer): Promise<WholeAnswer> {
  const { task, target, line } = request
  const guardrails = answer.status === 200 ? await guardrailsFor(request, 'output') : []
  if (guardrails.length === 0) return withStatus(answer, line)
  const { answerContent, eventContent } = await import('./guard-content.ts')
  const attempt = line.record.attempts.length
  const judging = { task, target, hook: 'output', guardrails, line, attempt } as const
  if (isInKind(answer.choice) && answer.body !== undefined && !task.peek.isStream) {
    const outcome = await judge({ ...judging, content: answerContent(parseJsonObject(answer.body)) })
    if (outcome.deniedBy !== undefined) throw denied(outcome.deniedBy, 'output', line)
    const body = outcome.hasChanged ? Buffer.from(JSON.stringify(outcome.content.json)) : answer.body
    return withStatus({ ...answer, body }, line)
  }
  const outcome = await judge({ ...judging, content: eventContent(answer.events) })
  if (outcome.deniedBy !== undefined) throw denied(outcome.deniedBy, 'output', line)
  const isChanged = outcome.hasChanged && 'events' in outcome.content
  const events = isChanged ? (outcome.content.events as readonly InferenceEvent[]) : answer.events
  return withStatus({ ...answer, events }, line)
}

function withStatus<A extends Answer>(answer: A, line: Line): A {
  return hasFailed(line) && answer.status === 200 ? { ...answer, status: failedStatus } : answer
}

async function guardStream(request: TargetRequest, answer: StreamAnswer): Promise<StreamAnswer> {
  const { task, line } = request
  const guardrails = answer.status === 200 ? await guardrailsFor(request, 'output') : []
  if (guardrails.length === 0) return withStatus(answer, line)
  return guardrails.some(isHolding)
    ? hold(task, answer, guardrails, line)
    : withStatus(watch(task, answer, guardrails, line), line)
}

/** Judged when it has gone out. */
function watch(task: Task, answer: StreamAnswer, guardrails: readonly Guardrail[], line: Line): StreamAnswer {
  const { source, target } = answer
  const seen: InferenceEvent[] = answer.steps.flatMap((step) => step.events)
  const attempt = line.record.attempts.length
  guardsOf(line).noteAfter = async () => {
    const { eventContent } = await import('./guard-content.ts')
    await judge({ task, target, hook: 'output', guardrails, content: eventContent(seen), line, attempt })
  }
  return {
    ...answer,
    source: {
      async next(patienceMs) {
        const fed = await source.next(patienceMs)
        if (fed.type === 'steps') for (const step of fed.steps) seen.push(...step.events)
        return fed
      },
      close: () => source.close(),
    },
  }
}

/** Up to the first text that may go out, so that a denial before it can still lead elsewhere; not beyond the client's patience. */
async function hold(
  task: Task,
  answer: StreamAnswer,
  guardrails: readonly Guardrail[],
  line: Line,
): Promise<StreamAnswer> {
  const { HeldStream } = await import('./held-stream.ts')
  const held = new HeldStream({ task, answer, guardrails, line })
  const fed = await held.next(silenceMs)
  if (fed.type === 'broken') {
    answer.source.close()
    throw uncommitted(brokenBy(line, fed.cause))
  }
  return withStatus({ ...answer, source: held, steps: fed.type === 'steps' ? fed.steps : [] }, line)
}
