/** Targets of a plan whose provider is missing, switched off or not open to the workspace: skipped where others can answer in their place. */
import type { GatewayError } from '../../errors.ts'
import type { Warning } from '../../inference/index.ts'
import type { Leaf, PlanNode } from '../../routing/plan.ts'

/** By the target's path, why it cannot be called. */
export type AbsentTargets = ReadonlyMap<string, GatewayError>

/** The plan with what is left; undefined = nothing is. A fallback and a load balance do without one of their targets; a condition means the very one that it names. */
export function withoutAbsent(node: PlanNode, absent: AbsentTargets): PlanNode | undefined {
  if (node.type === 'leaf') return absent.has(node.path) ? undefined : node
  const children = node.children.map((child) => withoutAbsent(child, absent))
  const left = children.filter((child) => child !== undefined)
  if (left.length === 0) return undefined
  if (node.strategy.mode === 'single') return children[0] === undefined ? undefined : { ...node, children: left }
  if (node.strategy.mode === 'conditional')
    return { ...node, children: node.children.map((child, at) => children[at] ?? child) }
  return { ...node, children: left }
}

export function skippedWarnings(leaves: readonly Leaf[], absent: AbsentTargets): readonly Warning[] {
  return leaves.flatMap(({ path }) => {
    const slug = absent.get(path)?.facts.unknownSlug
    if (slug === undefined) return []
    const reason = `this workspace has no usable provider '${String(slug).slice(0, 80)}', so the target is skipped`
    return [{ type: 'dropped', field: path, reason } as const]
  })
}
