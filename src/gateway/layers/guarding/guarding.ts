/** The layer of the guardrails: the request is judged before a target is asked, the answer before it goes out. */
import type { AnswerExtras } from '../../line/answer.ts'
import type { TargetRequest } from '../../line/target-request.ts'
import type { Layer } from '../layer.ts'
import { guardInput } from './guard-input.ts'
import { guardAnswer } from './guard-output.ts'
import { guardsOf, hasAnswerFailed } from './guards.ts'
import { hookFrame, withHookResults } from './hook-results.ts'
import { restoreAnswer } from './restore-answer.ts'

export const guarding: Layer = (next) => async (request) => {
  const guarded = { ...request, task: await guardInput(request) }
  const given = await next(guarded)
  try {
    const answer = await restoreAnswer(await guardAnswer(guarded, given), request.line)
    const failed = hasAnswerFailed(request.line) ? ({ hasFailedChecks: true } as const) : {}
    return { ...answer, extras: extrasOf(request), ...failed }
  } catch (thrown) {
    given.discard?.()
    throw thrown
  }
}

/** What the client is shown of the guardrails, where its wire has room for it. */
function extrasOf({ task, line }: TargetRequest): AnswerExtras {
  return {
    body: (body) => withHookResults(body, line),
    before: () => hookFrame(task, line, 'before'),
    after: () => hookFrame(task, line, 'after'),
    finish: () => noteAfter(line, task.isStrict),
  }
}

/** Checks that nothing waits for end beside the answer's last bytes; a client that takes extras waits for them. */
function noteAfter(line: TargetRequest['line'], isStrict: boolean): Promise<void> | undefined {
  const noting = guardsOf(line).noteAfter?.()
  if (noting === undefined) return undefined
  line.unfinished.push(noting.catch(() => {}))
  return isStrict ? undefined : noting
}
