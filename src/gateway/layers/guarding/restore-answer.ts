/** What guardrails took out of a request so that its answer can be given it back: kept while the request lasts, never written down. */

import { parseJsonObject } from '../../../bytes/json-text.ts'
import { GatewayError } from '../../../errors.ts'
import { Placeholders } from '../../../guardrails/pii/placeholders.ts'
import type { Answer, StreamAnswer, WholeAnswer } from '../../line/answer.ts'
import { isInKind } from '../../line/choice.ts'
import type { Line } from '../../line/line.ts'
import { NoteKey } from '../../line/notes.ts'
import type { Target } from '../../line/task.ts'

const placeholdersKey = new NoteKey(() => new Map<Target, Placeholders>())

/** Shared by all checks of a request on its way to one target, and of the answer. */
export function placeholdersOf(target: Target, line: Line): Placeholders {
  const byTarget = line.notes.of(placeholdersKey)
  const known = byTarget.get(target)
  if (known !== undefined) return known
  const made = new Placeholders()
  byTarget.set(target, made)
  // nothing of what was taken out is written down
  line.redactions.push((body) => (made.isEmpty ? body : Buffer.from(made.hide(Buffer.from(body).toString('utf8')))))
  return made
}

/** The same answer with the client's own data back in it, where a guardrail wants that. After output guardrails: they see placeholders. */
export async function restoreAnswer(answer: Answer, line: Line): Promise<Answer> {
  const placeholders = line.notes.find(placeholdersKey)?.get(answer.target)
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
export function refuseUnrestorable(target: Target, answers: number, line: Line): void {
  if (answers <= 1 || placeholdersOf(target, line).restorable.length === 0) return
  throw new GatewayError(
    'unsupported_parameter',
    `n is ${answers} in a stream, of which only the first answer can be given back what a guardrail took out; leave n or stream out`,
    { param: 'n' },
  )
}
