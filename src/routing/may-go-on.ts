/** Which errors let a fallback go on to its next target. */
import type { GatewayError } from '../errors.ts'
import { type FailureList, isFailureListed } from './failure.ts'

/** Of an answer that is good but for checks that do not deny: a reason to go on only where it is listed. */
export const checksFailedStatus = 246

/** May a fallback go on after this error? */
export function mayGoOn(error: GatewayError, listed: FailureList): boolean {
  const { onStatusCodes, onFailures } = listed
  if (error.row.nextTarget === 'no') return false
  if (error.status === checksFailedStatus) return onStatusCodes?.includes(checksFailedStatus) === true
  if (isFailureListed(error, listed)) return true
  if (onStatusCodes === undefined) return onFailures === undefined
  return isListed(error, onStatusCodes)
}

/** Where the provider gave no status itself (nobody answered, or 200 and then an error), any of the 500s in the list means it. */
function isListed({ status, facts, row }: GatewayError, codes: readonly number[]): boolean {
  if (codes.includes(status)) return true
  return row.fault === 'provider' && facts.status === undefined && codes.some((code) => code >= 500)
}
