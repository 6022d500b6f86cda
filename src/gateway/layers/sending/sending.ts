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

export const sending: Next<HeldRequest> = async (request) => {
  const { task, target, choice, line, maxOutputTokens, settings } = request
  const whole = maxOutputTokens === undefined ? request.written : writeBody(task, target, choice, maxOutputTokens)
  if (settings.learnsFromRefusals === false) return call(request, whole)
  const written = applyLessons(whole, request)
  try {
    return await call(request, written)
  } catch (thrown) {
    const mended = learnFrom(thrown, written, request)
    if (mended === undefined) throw thrown
    closeSpan(request.span, line, toGatewayError(thrown))
    return callAgain({ ...request, span: openSpan(choice, target, line, { retry: 0, waitedMs: 0 }) }, mended)
  }
}

/** Once, and at once: no retry of a config, and none of its budget. */
async function callAgain(request: HeldRequest, mended: Written): Promise<Answer> {
  try {
    return await call(request, mended)
  } catch (thrown) {
    closeSpan(request.span, request.line, toGatewayError(thrown))
    throw thrown
  }
}

async function call(request: HeldRequest, written: Written): Promise<Answer> {
  const { task, target, choice, meter, span, line, maxOutputTokens } = request
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
  const signing = request.sign(written)
  const signed = isPending(signing) ? await signing : signing
  const response = await send(task, line, span, signed)
  return await readAnswer({ task, target, choice, meter, response, line })
}
