/** One abort signal per request: tripped when the client leaves, the time is up or the relay has ended, it reaches the upstream socket. */
import type { Ambient } from '../../ambient.ts'
import { GatewayError } from '../../errors.ts'
import type { Call } from '../ports.ts'

/** Kept back from the platform's deadline to tell the client and close the record. */
export const settleMarginMs = 5_000

/** Made once: it ends every request. */
const over = new GatewayError('client_closed', 'the request is over')

export interface Lifeline {
  /** Aborts with a GatewayError as its reason. */
  readonly signal: AbortSignal
  /** When the upstream is cut off. */
  readonly deadlineAtMs: number
  /** Gives up whatever the upstream has not said by now. */
  close(): void
}

export function openLifeline(call: Call, ambient: Ambient): Lifeline {
  const controller = new AbortController()
  const deadlineAtMs = call.deadlineAtMs - settleMarginMs
  const leave = () => controller.abort(new GatewayError('client_closed', 'the client closed the connection'))
  const cancel = ambient.schedule(Math.max(0, deadlineAtMs - ambient.now()), () =>
    controller.abort(
      new GatewayError('upstream_interrupted', 'the answer took longer than this gateway may run; it is cut off here'),
    ),
  )
  if (call.clientGone.aborted) leave()
  else call.clientGone.addEventListener('abort', leave, { once: true })
  return {
    signal: controller.signal,
    deadlineAtMs,
    close() {
      cancel()
      controller.abort(over)
      call.clientGone.removeEventListener('abort', leave)
    },
  }
}
