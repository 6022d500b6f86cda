/** The layer that does everything slow about a request before money is held: its body in the target's wire, its credentials. */
import { credentialsOf } from '../../line/credentials-of.ts'
import type { TargetRequest } from '../../line/target-request.ts'
import type { Layer } from '../layer.ts'
import type { PreparedRequest } from '../prepared-request.ts'
import { writeBody, writeDraft } from './choose.ts'

export const preparing: Layer<TargetRequest, PreparedRequest> = (next) => async (request) => {
  const { task, target, choice, line } = request
  const written = writeBody(task, target, choice, undefined)
  const { configurations, authenticate } = await credentialsOf(target, line)
  return next({
    ...request,
    written,
    question(asked) {
      const body = asked === undefined ? written : writeBody(asked, target, choice, undefined)
      return writeDraft({ ...task, peek: { ...task.peek, isStream: false } }, target, choice, body, configurations)
    },
    sign: (each) => authenticate(writeDraft(task, target, choice, each, configurations)),
  })
}
