/** Whether a call that failed may cost all the same. */
import { toGatewayError } from '../../errors.ts'
import type { Meter } from './meter.ts'

const cutCodes: ReadonlySet<string> = new Set(['client_closed', 'request_timeout', 'upstream_interrupted'])

/**
 * The provider has begun an answer, or one that cannot be read; or we stopped waiting, or its connection was lost, so
 * that it may go on and bill. An error in place of an answer costs nothing, nor does what never left the socket.
 */
export function mayBeBilled(thrown: unknown, meter: Meter): boolean {
  const { code, facts } = toGatewayError(thrown)
  const isUnreadable = meter.isAccepted && meter.error === undefined
  return meter.isSent && (meter.hasBegun || isUnreadable || cutCodes.has(code) || facts.mayBeBilled === true)
}
