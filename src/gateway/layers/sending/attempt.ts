/** For each target of the plan: take holds, call, look at the first frame. Ends with the first good answer, or throws the last error. */

import { type GatewayError, toGatewayError } from '../../../errors.ts'
import type { Draft } from '../../../providers/provider.ts'
import { readAnswer } from '../../answer/answer.ts'
import type { Answer } from '../../line/answer.ts'
import type { Choice, Written } from '../../line/choice.ts'
import { credentialsOf } from '../../line/credentials-of.ts'
import type { Line } from '../../line/line.ts'
import { Meter } from '../../line/meter.ts'
import { withoutSecrets } from '../../line/redact.ts'
import type { PlanResult, Repetition, TargetRequest } from '../../line/target-request.ts'
import type { Target, Task } from '../../line/task.ts'
import { findBesideTokens } from '../../settle/beside-tokens.ts'
import { closeSpan, type OpenSpan, openSpan } from '../../settle/spans.ts'
import { followPlan } from '../../target/follow-plan.ts'
import { PassingOver } from '../../target/passed-over.ts'
import { lookUp } from '../caching/cache-lookup.ts'
import { tearUp, watch } from '../caching/cache-store.ts'
import { guardInput } from '../guarding/guard-input.ts'
import { guardAnswer } from '../guarding/guard-output.ts'
import { giveBack, heldNow, noteLost, takeHolds } from '../holding/holds.ts'
import { choose, writeBody, writeDraft } from './choose.ts'
import { send } from './send.ts'

/** Throws GatewayError when no target gave a good answer; nothing has been sent to the client then. */
export async function attempt(task: Task, line: Line): Promise<PlanResult> {
  const passing = new PassingOver(task.plan, line)
  try {
    return await followPlan(task, line, (own, _, repetition) =>
      passing.call(own, () => callOnce(own, line, repetition)),
    )
  } catch (thrown) {
    return passing.answerOf(thrown)
  }
}

async function callOnce({ task, target }: TargetRequest, line: Line, repetition: Repetition): Promise<Answer> {
  const choice = await choose(task, target, line.ports.aiProviders)
  const span = openSpan(choice, target, line, repetition)
  try {
    return await callTarget(task, target, line, { choice, span })
  } catch (thrown) {
    tearUp(line)
    closeSpan(span, line, toGatewayError(thrown))
    throw thrown
  }
}

interface Called {
  readonly choice: Choice
  readonly span: OpenSpan
}

async function callTarget(asked: Task, target: Target, line: Line, { choice, span }: Called): Promise<Answer> {
  const meter = new Meter(target.aiProvider.quirks)
  noteLost(line)
  line.tried = { target, task: asked, meter }
  const task = await guardInput(asked, target, line)
  const unclamped = writeBody(task, target, choice, undefined)
  const { question, sign, secrets } = await signable(task, target, choice, line)
  const write = (asked: Task) => question(writeBody(asked, target, choice, undefined))
  const cached = await lookUp({ task, target, choice, meter, question: question(unclamped), write, line })
  if (cached !== undefined) {
    line.record.warn(unclamped.warnings)
    Object.assign(span, { status: cached.status, isCached: true })
    return guardAnswer(task, cached, line)
  }
  const beside = await findBesideTokens(task, target, choice, unclamped)
  line.tried = { target, task, meter, beside }
  const maxOutputTokens = await takeHolds(task, target, line)
  if (line.ticket !== undefined) line.ticket.isClamped = maxOutputTokens !== undefined
  try {
    const written = maxOutputTokens === undefined ? unclamped : writeBody(task, target, choice, maxOutputTokens)
    line.record.warn(written.warnings)
    const { body, contentType } = written
    line.tried = {
      target,
      task,
      meter,
      beside,
      body,
      holds: heldNow(line),
      ...(contentType === undefined ? {} : { contentType }),
    }
    const signed = await sign(written)
    meter.isSent = true
    const response = await send(task, line, span, signed)
    const answer = watch(await readAnswer({ task, target, choice, meter, response, line }), line)
    return await guardAnswer(task, answer, line)
  } catch (thrown) {
    line.record.stopUpstream(line.ports.ambient.now())
    if (meter.isSent && (meter.hasAnswer || mayBeBilled(toGatewayError(thrown)))) line.tried.isCut = true
    else await giveBack(line)
    throw withoutSecrets(toGatewayError(thrown), secrets)
  }
}

interface Signable {
  /** What must not be repeated to anybody. */
  readonly secrets: readonly string[]
  /** As a whole answer would be asked for, without credentials. */
  question(written: Written): Draft & { readonly body: Uint8Array }
  sign(written: Written): Draft | Promise<Draft>
}

/** Everything slow about the request to the target, done before money is held. */
async function signable(task: Task, target: Target, choice: Choice, line: Line): Promise<Signable> {
  const { secrets, configurations, authenticate } = await credentialsOf(target, line)
  const draft = (asked: Task, written: Written) => writeDraft(asked, target, choice, written, configurations)
  return {
    secrets,
    question: (written) => draft({ ...task, peek: { ...task.peek, isStream: false } }, written),
    sign: (written) => authenticate(draft(task, written)),
  }
}

const cutCodes: ReadonlySet<string> = new Set(['client_closed', 'request_timeout', 'upstream_interrupted'])

/** We stopped waiting for an answer, or its connection was lost: the provider may go on and bill. */
export function mayBeBilled({ code, facts }: GatewayError): boolean {
  return cutCodes.has(code) || facts.mayBeBilled === true
}
