/** One abort signal per request: tripped when the client leaves, the time is up or the relay has ended, it reaches the upstream socket. */
import type { Ambient } from '../../ambient.ts'
import { GatewayError } from '../../errors.ts'
import type { Call } from '../ports.ts'

/** Kept back from the platform's deadline to tell the client and close the record. */
export const settleMarginMs = 5_000

/** Made once: it ends every request. */
const over = new GatewayError('client_closed', 'the request is over')

export interface CancellationScope {
  /** Aborts with a GatewayError as its reason. */
  readonly signal: AbortSignal
  /** When the upstream is cut off. */
  readonly deadlineAtMs: number
  /** The client has gone, whether or not the upstream is still read. */
  readonly hasClientGone: boolean
  /** While this says so, a client that leaves does not end the call: its answer is read on, to be paid exactly. Absent = it ends. */
  readsOn: (() => boolean) | undefined
  /** No call is under way that would be read on; a client that has gone ends the request now. */
  stopReadingOn(): void
  /** Gives up whatever the upstream has not said by now. */
  close(): void
}

export function openCancellationScope(call: Call, ambient: Ambient): CancellationScope {
  const controller = new AbortController()
  const deadlineAtMs = call.deadlineAtMs - settleMarginMs
  const end = () => controller.abort(new GatewayError('client_closed', 'the client closed the connection'))
  const leave = () => {
    if (cancellation.readsOn?.() !== true) end()
  }
  const cancel = ambient.schedule(Math.max(0, deadlineAtMs - ambient.now()), () =>
    controller.abort(
      new GatewayError('upstream_interrupted', 'the answer took longer than this gateway may run; it is cut off here'),
    ),
  )
  const stop = () =>
    controller.abort(new GatewayError('upstream_interrupted', 'this gateway is stopping; the answer is cut off here'))
  call.stopping?.addEventListener('abort', stop, { once: true })
  const cancellation: CancellationScope = {
    signal: controller.signal,
    deadlineAtMs,
    get hasClientGone() {
      return call.clientGone.aborted
    },
    readsOn: undefined,
    stopReadingOn() {
      cancellation.readsOn = undefined
      if (call.clientGone.aborted) end()
    },
    close() {
      cancel()
      controller.abort(over)
      call.clientGone.removeEventListener('abort', leave)
      call.stopping?.removeEventListener('abort', stop)
    },
  }
  if (call.clientGone.aborted) leave()
  else call.clientGone.addEventListener('abort', leave, { once: true })
  return cancellation
}
