/** The first child of a branch; a branch without any cannot be followed. */
import { GatewayError } from '../../errors.ts'
import type { Branch, PlanNode } from '../plan.ts'

export function firstOf(branch: Branch): PlanNode {
  const [first] = branch.children
  if (first !== undefined) return first
  throw new GatewayError('invalid_request', `Invalid config passed: ${branch.path} has no targets`, {
    param: 'targets',
  })
}
