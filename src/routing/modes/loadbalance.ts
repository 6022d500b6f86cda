/** One target by chance in proportion to the weights, or by the request's own fields for as long as it sticks. */
import type { Mode, Steps } from '../mode.ts'
import type { Branch, PlanNode } from '../plan.ts'
import { stickyShares } from '../sticky.ts'
import { firstOf } from './first-of.ts'

export const loadbalance: Mode = async (branch, steps) => {
  const all = branch.children.filter((child) => child.weight > 0)
  const pick = picker(branch, steps)
  let candidates = all.filter((child) => !steps.admission.isBlocked(child))
  while (candidates.length > 0) {
    const chosen = pick(candidates)
    if (await steps.admission.enter(chosen)) return steps.run(chosen)
    candidates = candidates.filter((child) => child !== chosen)
  }
  return steps.run(all.length === 0 ? firstOf(branch) : pick(all))
}

type Pick = (candidates: readonly PlanNode[]) => PlanNode

function picker<T>(branch: Branch, steps: Steps<T>): Pick {
  const { sticky } = branch.strategy
  const shares = sticky && stickyShares(sticky, branch, steps.facts, steps.nowMs())
  if (shares === undefined) return (candidates) => byChance(candidates, steps.random())
  return (candidates) =>
    shares
      .filter(({ child }) => candidates.includes(child))
      .reduce((best, claim) => (claim.share > best.share ? claim : best)).child
}

/** `chance` in [0, 1). */
function byChance<C extends { readonly weight: number }>(candidates: readonly C[], chance: number): C {
  let left = chance * candidates.reduce((sum, { weight }) => sum + weight, 0)
  for (const candidate of candidates) {
    left -= candidate.weight
    if (left < 0) return candidate
  }
  return candidates.at(-1) as C
}
