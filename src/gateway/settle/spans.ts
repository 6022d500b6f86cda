/** The trace of each call of a target: opened before it, closed by what became of it. */

import type { GatewayError } from '../../errors.ts'
import { type Choice, wireOf } from '../line/choice.ts'
import type { Line } from '../line/line.ts'
import type { OpenSpan, Repetition } from '../line/target-request.ts'
import type { Target } from '../line/task.ts'

export function openSpan(
  choice: Choice,
  target: Target,
  line: Line,
  { retry, waitedMs, chosenBy }: Repetition,
): OpenSpan {
  const { isPassthrough } = choice
  const wire = wireOf(choice)
  const span: OpenSpan = {
    attempt: line.record.attempts.length + 1,
    targetPath: target.path,
    providerSlug: target.provider.slug,
    aiProviderId: target.aiProvider.id,
    model: target.model,
    wire,
    isPassthrough,
    startedAtMs: line.ports.ambient.now(),
    ...(chosenBy === undefined ? {} : { chosenBy }),
    ...(retry === 0 ? {} : { retry, waitedMs }),
    ...(target.isReparsed === true ? { isReparsed: true } : {}),
  }
  const { record } = line
  record.attempts.push(span)
  record.upstreamWire = wire
  record.identity.providerSlug = target.provider.slug
  record.identity.aiProviderId = target.aiProvider.id
  if (target.brought?.isStored === false) delete record.identity.integrationId
  else record.identity.integrationId = target.integration.id
  record.identity.model = target.model
  return span
}

/** One that has ended stays as it ended. */
export function closeSpan(span: OpenSpan, line: Line, error: GatewayError): void {
  if (span.errorCode !== undefined) return
  span.endedAtMs = line.ports.ambient.now()
  span.status ??= error.status
  span.errorCode = error.code
  span.errorMessage = error.message
}
