/** One request to a target, under the request's own deadline and the target's. */

import { GatewayError } from '../../../errors.ts'
import type { Draft } from '../../../providers/provider.ts'
import { customHostOf } from '../../line/custom-host.ts'
import type { Line } from '../../line/line.ts'
import { answerWithoutSecrets, secretsSent, secretsSoFar } from '../../line/redact.ts'
import type { OpenSpan } from '../../line/target-request.ts'
import type { Task } from '../../line/task.ts'
import type { UpstreamResponse } from '../../ports.ts'

export async function send(task: Task, line: Line, span: OpenSpan, draft: Draft): Promise<UpstreamResponse> {
  const { ambient, upstream } = line.ports
  line.record.startUpstream(ambient.now())
  const timeout = new AbortController()
  const { requestTimeoutMs } = task
  const cancel =
    requestTimeoutMs === undefined
      ? () => {}
      : ambient.schedule(requestTimeoutMs, () =>
          timeout.abort(
            new GatewayError(
              'request_timeout',
              `Request exceeded the timeout sent in the request: ${requestTimeoutMs}ms`,
            ),
          ),
        )
  try {
    const response = await upstream.send({
      ...draft,
      signal: AbortSignal.any([line.lifeline.signal, timeout.signal]),
      isCustomHost: line.tried !== undefined && customHostOf(line.tried.target) !== undefined,
      isApprovedHost: line.tried?.target.isHostApproved === true,
    })
    span.status = response.status
    span.headersMs = ambient.now() - span.startedAtMs
    return answerWithoutSecrets(response, secretsSoFar(line.record, secretsSent(draft.headers)))
  } finally {
    cancel()
  }
}
