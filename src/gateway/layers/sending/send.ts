/** One request to a target, under the request's own deadline and the target's. */

import { GatewayError } from '../../../errors.ts'
import type { Draft } from '../../../providers/provider.ts'
import type { Patience, SentResponse } from '../../answer/patience.ts'
import { customHostOf } from '../../line/custom-host.ts'
import type { Line } from '../../line/line.ts'
import { answerWithoutSecrets, secretsSent, secretsSoFar } from '../../line/redact.ts'
import type { OpenSpan } from '../../line/target-request.ts'
import type { Task } from '../../line/task.ts'
import type { UpstreamResponse } from '../../ports.ts'

/** For a provider that says nothing after its headers: as long as the official clients wait for one. */
const usualContentMs = 600_000
/** Between two pieces of an answer. */
const usualIdleMs = 300_000

export function send(task: Task, line: Line, span: OpenSpan, draft: Draft): Promise<SentResponse> {
  const { ambient, upstream } = line.ports
  const meter = line.tried?.meter
  line.record.startUpstream(ambient.now())
  const startedAtMs = ambient.now()
  const { signal } = line.cancellation
  // of this call alone: its own time may be up before the request's
  const call = new AbortController()
  const follow = () => call.abort(signal.reason)
  if (signal.aborted) follow()
  else signal.addEventListener('abort', follow, { once: true })
  const { requestTimeoutMs, firstContentTimeoutMs, idleTimeoutMs = usualIdleMs } = task
  const headersMs = requestTimeoutMs ?? firstContentTimeoutMs
  const giveUp = (error: GatewayError) => {
    call.abort(error)
    return error
  }
  const cancel =
    headersMs === undefined ? () => {} : ambient.schedule(headersMs, () => giveUp(tooSlow(task, headersMs, 'headers')))
  const contentMs = firstContentTimeoutMs ?? requestTimeoutMs ?? usualContentMs
  const sent = upstream.send({
    ...draft,
    onSent: () => meter?.noteSent(ambient.now()),
    signal: call.signal,
    isCustomHost: line.tried !== undefined && customHostOf(line.tried.target) !== undefined,
    isApprovedHost: line.tried?.target.isHostApproved === true,
  })
  const answered = (response: UpstreamResponse): SentResponse => {
    cancel()
    meter?.noteSent(ambient.now())
    span.status = response.status
    span.headersMs = ambient.now() - span.startedAtMs
    const patience: Patience = {
      contentDueAtMs: startedAtMs + contentMs,
      idleMs: idleTimeoutMs,
      giveUp: (silence) => giveUp(silence === 'idle' ? gone(idleTimeoutMs) : tooSlow(task, contentMs, 'first_content')),
    }
    return { ...answerWithoutSecrets(response, secretsSoFar(line.record, secretsSent(draft.headers))), patience }
  }
  return sent.then(answered, (thrown: unknown) => {
    cancel()
    throw thrown
  })
}

function tooSlow({ requestTimeoutMs }: Task, ms: number, failure: 'headers' | 'first_content'): GatewayError {
  const message =
    requestTimeoutMs === ms
      ? `Request exceeded the timeout sent in the request: ${ms}ms`
      : `the provider said nothing within ${ms} ms; first_content_timeout of a config sets how long that is waited for`
  return new GatewayError('request_timeout', message, { failure })
}

function gone(ms: number): GatewayError {
  return new GatewayError(
    'upstream_unavailable',
    `the provider went silent: nothing more of its answer came for ${ms} ms; idle_timeout of a config sets how long that is waited for`,
    { failure: 'idle', mayBeBilled: true },
  )
}
