/** The layer that does everything slow about a request before money is held: its body in the target's wire, its credentials. */
import { isPending } from '../../../awaitable.ts'
import { credentialsOf } from '../../line/credentials-of.ts'
import type { TargetRequest } from '../../line/target-request.ts'
import type { Layer } from '../layer.ts'
import type { PreparedRequest } from '../prepared-request.ts'
import { writeBody, writeDraft } from './choose.ts'

type Known = Exclude<ReturnType<typeof credentialsOf>, Promise<unknown>>

export const preparing: Layer<TargetRequest, PreparedRequest> = (next) => (request) => {
  const known = credentialsOf(request.target, request.line)
  return isPending(known) ? known.then((each) => next(prepare(request, each))) : next(prepare(request, known))
}

function prepare(request: TargetRequest, { configurations, authenticate }: Known): PreparedRequest {
  const { task, target, choice } = request
  const written = writeBody(task, target, choice, undefined)
  return {
    ...request,
    written,
    question(asked) {
      const body = asked === undefined ? written : writeBody(asked, target, choice, undefined)
      return writeDraft({ ...task, peek: { ...task.peek, isStream: false } }, target, choice, body, configurations)
    },
    sign: (each) => authenticate(writeDraft(task, target, choice, each, configurations)),
  }
}
