/** One target by chance in proportion to the weights, by the request's own fields for as long as it sticks, or by the client's session. */
import type { ChosenBy, Mode, Steps } from '../mode.ts'
import type { Branch, PlanNode } from '../plan.ts'
import { type Claim, sessionShares, stickyShares } from '../sticky.ts'
import { firstOf } from './first-of.ts'

export const loadbalance: Mode = async (branch, steps) => {
  const all = branch.children.filter((child) => child.weight > 0)
  const { pick, by } = picker(branch, steps)
  let candidates = all.filter((child) => !steps.admission.isBlocked(child))
  while (candidates.length > 0) {
    const chosen = pick(candidates)
    if (await steps.admission.enter(chosen)) return steps.run(chosen, by)
    candidates = candidates.filter((child) => child !== chosen)
  }
  return steps.run(all.length === 0 ? firstOf(branch) : pick(all), by)
}

interface Picker {
  readonly pick: (candidates: readonly PlanNode[]) => PlanNode
  readonly by: ChosenBy
}

function picker<T>(branch: Branch, steps: Steps<T>): Picker {
  const { sticky, ignoresSession } = branch.strategy
  const stuck = sticky && stickyShares(sticky, branch, steps.facts, steps.nowMs())
  if (stuck !== undefined) return { pick: greatestOf(stuck), by: 'sticky' }
  const session = ignoresSession === true ? undefined : sessionShares(branch, steps.facts)
  if (session !== undefined) return { pick: greatestOf(session), by: 'session' }
  return { pick: (candidates) => byChance(candidates, steps.random()), by: 'weight' }
}

function greatestOf(claims: readonly Claim[]): Picker['pick'] {
  return (candidates) =>
    claims
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
