/** What guardrails took out of a request so that its answer can be given it back: kept while the request lasts, never written down. */

import { parseJsonObject } from '../../../bytes/json-text.ts'
import { GatewayError } from '../../../errors.ts'
import { Placeholders } from '../../../guardrails/pii/placeholders.ts'
import type { Answer, StreamAnswer, WholeAnswer } from '../../line/answer.ts'
import { isInKind } from '../../line/choice.ts'
import type { Line } from '../../line/line.ts'
import type { Target } from '../../line/task.ts'

interface Taken {
  readonly byTarget: Map<Target, Placeholders>
  /** The request as guardrails left it. */
  body?: Uint8Array
}

const takenOf = new WeakMap<Line['record'], Taken>()

function taken({ record }: Pick<Line, 'record'>): Taken {
  const known = takenOf.get(record)
  if (known !== undefined) return known
  const made = { byTarget: new Map<Target, Placeholders>() }
  takenOf.set(record, made)
  return made
}

/** Shared by all checks of a request on its way to one target, and of the answer. */
export function placeholdersOf(target: Target, line: Pick<Line, 'record'>): Placeholders {
  const { byTarget } = taken(line)
  const known = byTarget.get(target)
  if (known !== undefined) return known
  const made = new Placeholders()
  byTarget.set(target, made)
  return made
}

/** The same answer with the client's own data back in it, where a guardrail wants that. After output guardrails: they see placeholders. */
export async function restoreAnswer(answer: Answer, line: Line): Promise<Answer> {
  const placeholders = takenOf.get(line.record)?.byTarget.get(answer.target)
  if (placeholders === undefined || placeholders.restorable.length === 0 || answer.type === 'bytes') return answer
  const restoring = await import('../../../guardrails/pii/restore.ts')
  return answer.type === 'whole'
    ? restoreWhole(answer, placeholders, restoring)
    : restoreStream(answer, placeholders, restoring)
}

type Restoring = typeof import('../../../guardrails/pii/restore.ts')

function restoreWhole(answer: WholeAnswer, placeholders: Placeholders, restoring: Restoring): WholeAnswer {
  const { body, events } = answer
  const restored = new restoring.EventRestorer(placeholders).push(events)
  if (body === undefined || !isInKind(answer.choice) || !Buffer.from(body).includes('{{'))
    return { ...answer, events: restored }
  const json = restoring.restoreJson(parseJsonObject(body), placeholders)
  return { ...answer, events: restored, body: Buffer.from(JSON.stringify(json)) }
}

function restoreStream(answer: StreamAnswer, placeholders: Placeholders, restoring: Restoring): StreamAnswer {
  const { source } = answer
  const restorer = new restoring.EventRestorer(placeholders)
  const rewrite = (steps: StreamAnswer['steps']) =>
    steps.map((step) => ({ ...step, events: restorer.push(step.events), isRewritten: true as const }))
  return {
    ...answer,
    steps: rewrite(answer.steps),
    source: {
      async next(patienceMs) {
        const fed = await source.next(patienceMs)
        return fed.type === 'steps' ? { ...fed, steps: rewrite(fed.steps) } : fed
      },
      close: () => source.close(),
    },
  }
}

/** Of several streamed answers only the first could be given back what it lacks. */
export function refuseUnrestorable(target: Target, answers: number, line: Pick<Line, 'record'>): void {
  if (answers <= 1 || placeholdersOf(target, line).restorable.length === 0) return
  throw new GatewayError(
    'unsupported_parameter',
    `n is ${answers} in a stream, of which only the first answer can be given back what a guardrail took out; leave n or stream out`,
    { param: 'n' },
  )
}

/** The request as guardrails changed it, for the log; noted before anything else can go wrong. */
export function noteChanged(body: Uint8Array, line: Pick<Line, 'record'>): void {
  taken(line).body = body
}

/** The bodies that the log may keep: the request as guardrails left it, and nothing of what they took out. */
export function loggable(line: Pick<Line, 'record'>, request: Uint8Array, response: Uint8Array) {
  const { body = request, byTarget = new Map<Target, Placeholders>() } = takenOf.get(line.record) ?? {}
  const hiding = [...byTarget.values()].filter((placeholders) => !placeholders.isEmpty)
  const hide = (bytes: Uint8Array): Uint8Array =>
    hiding.length === 0
      ? bytes
      : Buffer.from(hiding.reduce((text, placeholders) => placeholders.hide(text), Buffer.from(bytes).toString('utf8')))
  return { request: hide(body), response: hide(response) }
}
