/** The innermost layer: the request goes to the target, and its answer is looked at before anything is promised to the client. */
import { isPending } from '../../../awaitable.ts'
import { readAnswer } from '../../answer/answer.ts'
import type { Next } from '../layer.ts'
import type { HeldRequest } from '../prepared-request.ts'
import { writeBody } from './choose.ts'
import { send } from './send.ts'

export const sending: Next<HeldRequest> = async (request) => {
  const { task, target, choice, meter, span, line, maxOutputTokens } = request
  const written = maxOutputTokens === undefined ? request.written : writeBody(task, target, choice, maxOutputTokens)
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
