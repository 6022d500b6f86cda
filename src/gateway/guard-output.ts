/** Output guardrails: an answer is held back when a check may deny or change it, else what they find is noted after. */
import { parseJsonObject } from '../bytes/json-text.ts'
import type { Guardrail } from '../guardrails/guardrail.ts'
import type { InferenceEvent } from '../inference/index.ts'
import type { Step, StreamAnswer, WholeAnswer } from './answer.ts'
import type { Line } from './attempt.ts'
import { answerContent, eventContent } from './guard-content.ts'
import { isHolding } from './guard-input.ts'
import { denied, guardrailsFor, guardsOf, judge } from './guards.ts'
import type { Task } from './task.ts'

/** Failed checks that do not deny show in the status, as the field has it. */
const failedStatus = 246

/** A whole answer as it may go out. Throws `guardrail_denied`. */
export async function guardWhole(task: Task, answer: WholeAnswer, line: Line): Promise<WholeAnswer> {
  const { target } = answer
  const guardrails = answer.status === 200 ? guardrailsFor(task, target, 'output', line) : []
  if (guardrails.length === 0) return withStatus(answer, line)
  const judging = { task, target, hook: 'output', guardrails, line } as const
  if (answer.choice.isPassthrough && answer.body !== undefined && !task.peek.isStream) {
    const outcome = await judge({ ...judging, content: answerContent(parseJsonObject(answer.body)) })
    if (outcome.deniedBy !== undefined) throw denied(outcome.deniedBy, 'output', line)
    const body = outcome.hasChanged ? Buffer.from(JSON.stringify(outcome.content.json)) : answer.body
    return withStatus({ ...answer, body }, line)
  }
  const events = await judgeEvents(task, answer, guardrails, answer.events, line)
  return withStatus({ ...answer, events: events ?? answer.events }, line)
}

/** undefined = they may stay as they are. */
async function judgeEvents(
  task: Task,
  { target }: Pick<WholeAnswer, 'target'>,
  guardrails: readonly Guardrail[],
  events: readonly InferenceEvent[],
  line: Line,
): Promise<readonly InferenceEvent[] | undefined> {
  const content = eventContent(events)
  const outcome = await judge({ task, target, hook: 'output', guardrails, content, line })
  if (outcome.deniedBy !== undefined) throw denied(outcome.deniedBy, 'output', line)
  return outcome.hasChanged && 'events' in outcome.content
    ? (outcome.content.events as readonly InferenceEvent[])
    : undefined
}

function withStatus<A extends WholeAnswer | StreamAnswer>(answer: A, line: Line): A {
  return guardsOf(line).hasFailed && answer.status === 200 ? { ...answer, status: failedStatus } : answer
}

/** What watches one streamed answer. */
export interface StreamGuard {
  /** Nothing may go out before all of it was judged. */
  readonly isHolding: boolean
  /** Status of an answer that is not held. */
  readonly answer: StreamAnswer
  /** Gives nothing back. */
  see(steps: readonly Step[]): undefined
  /** After the last step, when it was held: the answer as it may go out. Throws `guardrail_denied`. */
  judge(): Promise<StreamAnswer>
  /** After the last step, when it was not held: checks go on beside. The results come when somebody waits. */
  note(): Promise<void>
}

export function guardStream(task: Task, answer: StreamAnswer, line: Line): StreamGuard {
  const guardrails = answer.status === 200 ? guardrailsFor(task, answer.target, 'output', line) : []
  const steps: Step[] = []
  const eventsSeen = () => steps.flatMap((step) => step.events)
  return {
    isHolding: guardrails.some(isHolding),
    answer: withStatus(answer, line),
    see(more) {
      if (guardrails.length > 0) steps.push(...more)
      return undefined
    },
    async judge() {
      const events = await judgeEvents(task, answer, guardrails, eventsSeen(), line)
      if (events === undefined) return withStatus({ ...answer, steps }, line)
      const rewritten: StreamAnswer = {
        ...answer,
        choice: { ...answer.choice, isPassthrough: false },
        steps: [{ frame: { bytes: new Uint8Array(0) }, events }],
      }
      return withStatus(rewritten, line)
    },
    async note() {
      if (guardrails.length > 0) await judgeEvents(task, answer, guardrails, eventsSeen(), line)
    },
  }
}
