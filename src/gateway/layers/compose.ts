/** The layers of a request's targets, written out in their order. A request pays only for those that it has. */
import type { WorkspaceCatalog } from '../../catalog/catalog.ts'
import { leavesOf, type PlanNode } from '../../routing/plan.ts'
import type { Line } from '../line/line.ts'
import type { Task } from '../line/task.ts'
import { holding } from './holding/holding.ts'
import type { Next } from './layer.ts'
import { preparing } from './sending/preparing.ts'
import { sending } from './sending/sending.ts'

/** Without guardrails and cache. */
const plain: Next = preparing(holding(sending))

/** By the catalog that a key leads to, and the plan of its config: both are kept for as long as they are current. */
const composed = new WeakMap<WorkspaceCatalog, WeakMap<PlanNode, Next>>()

/** Made once for a config and a catalog. An internal request has neither guardrails nor a cache. */
export function layersOf({ catalog, plan }: Task, { models }: Line): Next | Promise<Next> {
  if (models === undefined) return plain
  const known = composed.get(catalog)?.get(plan)
  return known ?? compose(catalog, plan)
}

async function compose(catalog: WorkspaceCatalog, plan: PlanNode): Promise<Next> {
  const leaves = leavesOf(plan)
  const isCached = leaves.some(({ settings }) => settings.cache !== undefined)
  const inner = isCached ? preparing((await import('./caching/caching.ts')).caching(holding(sending))) : plain
  const isGuarded = hasDefaultGuardrails(catalog) || leaves.some(({ settings }) => hasGuardrails(settings))
  const layers = isGuarded ? (await import('./guarding/guarding.ts')).guarding(inner) : inner
  const ofCatalog = composed.get(catalog) ?? new WeakMap<PlanNode, Next>()
  composed.set(catalog, ofCatalog.set(plan, layers))
  return layers
}

function hasGuardrails({
  inputGuardrails,
  outputGuardrails,
}: {
  inputGuardrails?: readonly unknown[]
  outputGuardrails?: readonly unknown[]
}): boolean {
  return inputGuardrails !== undefined || outputGuardrails !== undefined
}

/** Of the workspace and the organisation: they hold for every request, whatever its config. */
function hasDefaultGuardrails({ workspace, organisationDefaults }: WorkspaceCatalog): boolean {
  const { input_guardrails: input, output_guardrails: output } = workspace.defaults
  const lists = [input, output, organisationDefaults?.inputGuardrails, organisationDefaults?.outputGuardrails]
  return lists.some((list) => Array.isArray(list) && list.length > 0)
}
