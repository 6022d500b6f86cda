/** Input guardrails, before a target is called: once per target, however often it is tried again. */

import { GatewayError } from '../../../errors.ts'
import type { Guardrail } from '../../../guardrails/guardrail.ts'
import { mayReplaceText } from '../../../guardrails/may-replace-text.ts'
import { logprobsField, speechField } from '../../../protocols/repeated-text.ts'
import { formatOf } from '../../line/body-format.ts'
import type { TargetRequest } from '../../line/target-request.ts'
import type { Task } from '../../line/task.ts'
import { denied, guardrailsFor, guardsOf, judge } from './guards.ts'
import { refuseUnrestorable } from './restore-answer.ts'

/** The request as it may go to this target. Throws `guardrail_denied`. */
export function guardInput(request: TargetRequest): Promise<Task> {
  const { target, line } = request
  const { asked } = guardsOf(line)
  const known = asked.get(target)
  if (known !== undefined) return known
  const asking = ask(request)
  asked.set(target, asking)
  return asking
}

async function ask(request: TargetRequest): Promise<Task> {
  const { task, target, line } = request
  const { input: guardrails, output } = await findAll(request)
  refuseUncheckable(task, output)
  refuseUnreadable(task, guardrails)
  if (guardrails.length === 0) {
    guardsOf(line).before = []
    return task
  }
  const { requestContent } = await import('./guard-content.ts')
  const content = requestContent(task.body)
  const outcome = await judge({
    task,
    target,
    hook: 'input',
    guardrails,
    content,
    line,
    attempt: line.record.attempts.length,
  })
  const body = outcome.content.json
  const isChanged = outcome.hasChanged && body !== undefined
  const bytes = isChanged ? formatOf(task).rewrite(task.call.body, task.body, body) : undefined
  // noted before anything else can go wrong
  if (bytes !== undefined) line.loggedRequest = bytes
  if (outcome.deniedBy !== undefined) throw denied(outcome.deniedBy, 'input', line)
  if (task.peek.isStream) refuseUnrestorable(target, task.peek.answers, line)
  const lifted = outcome.headers === undefined ? {} : { liftedHeaders: outcome.headers }
  if (bytes === undefined || body === undefined) return { ...task, ...lifted }
  return { ...task, ...lifted, body, call: { ...task.call, body: bytes } }
}

interface Found {
  readonly input: readonly Guardrail[]
  readonly output: readonly Guardrail[]
}

/** A guardrail may have been saved just now: before one counts as unknown, the catalog is read again. */
async function findAll(request: TargetRequest): Promise<Found> {
  const { task, line } = request
  const find = async () => ({
    input: await guardrailsFor(request, 'input'),
    output: await guardrailsFor(request, 'output'),
  })
  try {
    return await find()
  } catch (thrown) {
    if (!(thrown instanceof GatewayError) || thrown.facts.unknownGuardrail === undefined) throw thrown
    const fresh = await line.ports.catalog.loadWorkspace(task.catalog.workspace.id, 0)
    if (fresh === undefined) throw thrown
    guardsOf(line).catalog = fresh
    return find()
  }
}

/** Of several streamed answers only the first is read, and one in the background not at all: what is not seen is not let through. */
function refuseUncheckable({ peek, body }: Task, guardrails: readonly Guardrail[]): void {
  const holding = guardrails.find(isHolding)
  if (holding === undefined) return
  refuseRepeated({ peek, body }, guardrails)
  const refuse = (param: string, what: string) =>
    new GatewayError('unsupported_parameter', `${what}, but the guardrail '${holding.id}' has to check it`, { param })
  if (peek.isStream && peek.answers > 1)
    throw refuse('n', `n is ${peek.answers} in a stream, of which only the first answer can be read`)
  if (peek.unreadable !== undefined)
    throw refuse(peek.unreadable, 'the answer is asked for in a form whose text cannot be told')
  if (peek.isBackground === true) throw refuse('background', 'an answer in the background does not pass through here')
}

/** What a guardrail takes out of an answer must not stand in it a second time. */
function refuseRepeated({ peek, body }: Pick<Task, 'peek' | 'body'>, guardrails: readonly Guardrail[]): void {
  const changing = guardrails.find((guardrail) => !guardrail.isAsync && mayReplaceText(guardrail))
  const speech = speechField(body)
  const [field, guardrail] =
    speech !== undefined && peek.isStream
      ? [speech, guardrails.find(isHolding)]
      : [changing === undefined ? undefined : (speech ?? logprobsField(body)), changing]
  if (field === undefined || guardrail === undefined) return
  throw new GatewayError(
    'unsupported_parameter',
    `${field} asks for the text of the answer in a form that the guardrail '${guardrail.id}' cannot read or change; leave ${field} out`,
    { param: field },
  )
}

/** Token ids would pass by a guardrail that looks at text. */
function refuseUnreadable({ peek }: Task, guardrails: readonly Guardrail[]): void {
  const holding = peek.hasTokenIds === true ? guardrails.find(isHolding) : undefined
  if (holding === undefined) return
  throw new GatewayError(
    'unsupported_parameter',
    `the input holds token ids, which the guardrail '${holding.id}' cannot read; send it as text`,
    { param: 'input' },
  )
}

/** Must an answer be held back until this guardrail has seen all of it? */
export function isHolding(guardrail: Guardrail): boolean {
  return !guardrail.isAsync && (guardrail.deny || mayReplaceText(guardrail))
}
