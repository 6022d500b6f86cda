/** One target after the other, until one answers or an error is not to be passed over. Targets that are out of service are left out, unless all are. */

import { toGatewayError } from '../../errors.ts'
import { mayGoOn } from '../may-go-on.ts'
import type { Mode } from '../mode.ts'
import { firstOf } from './first-of.ts'

export const fallback: Mode = async (branch, steps) => {
  const { children, strategy } = branch
  const isAnyInService = children.some((child) => !steps.admission.isBlocked(child))
  let last: unknown
  let hasRun = false
  for (const child of children) {
    if (isAnyInService && (steps.admission.isBlocked(child) || !(await steps.admission.enter(child)))) continue
    hasRun = true
    try {
      return await steps.run(child)
    } catch (thrown) {
      last = thrown
      if (!mayGoOn(toGatewayError(thrown), strategy)) throw thrown
    }
  }
  if (hasRun) throw last
  return steps.run(firstOf(branch))
}
