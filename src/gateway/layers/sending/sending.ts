/** The innermost layer: the request goes to the target, and its answer is looked at before anything is promised to the client. */
import { isPending } from '../../../awaitable.ts'
import { toGatewayError } from '../../../errors.ts'
import { readAnswer } from '../../answer/answer.ts'
import type { Answer } from '../../line/answer.ts'
import type { Written } from '../../line/choice.ts'
import { closeSpan, openSpan } from '../../settle/spans.ts'
import type { Next } from '../layer.ts'
import type { HeldRequest } from '../prepared-request.ts'
import { writeBody } from './choose.ts'
import { applyLessons, learnFrom } from './learned.ts'
import { send } from './send.ts'

/** One function, since every promise on this path is paid for by every request. */
export const sending: Next<HeldRequest> = async (request) => {
  const { task, target, choice, meter, span, line, maxOutputTokens, settings } = request
  const learns = settings.learnsFromRefusals !== false
  const whole = maxOutputTokens === undefined ? request.written : writeBody(task, target, choice, maxOutputTokens)
  const written = learns ? applyLessons(whole, request) : whole
  recordAttempt(request, written)
  try {
    const signing = request.sign(written)
    const response = await send(task, line, span, isPending(signing) ? await signing : signing)
    return await readAnswer({ task, target, choice, meter, response, line })
  } catch (thrown) {
    const mended = learns ? learnFrom(thrown, written, request) : undefined
    if (mended === undefined) throw thrown
    closeSpan(span, line, toGatewayError(thrown))
    return callAgain({ ...request, span: openSpan(choice, target, line, { retry: 0, waitedMs: 0 }) }, mended)
  }
}

/** Once, and at once: no retry of a config, and none of its budget. */
async function callAgain(request: HeldRequest, mended: Written): Promise<Answer> {
  const { task, target, choice, meter, span, line } = request
  recordAttempt(request, mended)
  try {
    const response = await send(task, line, span, await request.sign(mended))
    return await readAnswer({ task, target, choice, meter, response, line })
  } catch (thrown) {
    closeSpan(span, line, toGatewayError(thrown))
    throw thrown
  }
}

function recordAttempt({ task, target, meter, line, maxOutputTokens }: HeldRequest, written: Written): void {
  line.record.warn(written.warnings)
  const { body, contentType } = written
  line.tried = {
    target,
    task,
    meter,
    ...line.tried,
    body,
    ...(contentType === undefined ? {} : { contentType }),
    ...(maxOutputTokens === undefined ? {} : { isClamped: true, maxOutputTokens }),
  }
}
