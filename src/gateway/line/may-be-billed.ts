/** Whether a call that failed may cost all the same. */
import { toGatewayError } from '../../errors.ts'
import type { Meter } from './meter.ts'

const cutCodes: ReadonlySet<string> = new Set(['client_closed', 'request_timeout', 'upstream_interrupted'])

/** The provider has answered; or we stopped waiting, or its connection was lost, so that it may go on and bill. */
export function mayBeBilled(thrown: unknown, { isSent, hasAnswer }: Pick<Meter, 'isSent' | 'hasAnswer'>): boolean {
  const { code, facts } = toGatewayError(thrown)
  return isSent && (hasAnswer || cutCodes.has(code) || facts.mayBeBilled === true)
}
