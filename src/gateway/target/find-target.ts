/** From a plan and what the request names to the targets they mean; what is not known yet is looked for once more, afresh. */

import type { WorkspaceCatalog } from '../../catalog/catalog.ts'
import { resolveTarget, type Signals } from '../../catalog/resolve.ts'
import { withModelSettings } from '../../catalog/settings.ts'
import { suggestModels } from '../../catalog/suggest.ts'
import { GatewayError } from '../../errors.ts'
import type { JsonObject } from '../../protocols/protocol.ts'
import { bareLeaf, type Leaf, leavesOf, type PlanNode } from '../../routing/plan.ts'
import type { EffectiveConfig } from '../line/effective-config.ts'
import type { Target } from '../line/task.ts'
import type { Call, GatewayPorts } from '../ports.ts'
import { listKnownModels } from './known-models.ts'
import { findBrought, withCallersToken } from './own-credentials.ts'

interface Search {
  readonly call: Call
  readonly body: JsonObject
  readonly isModelOptional?: boolean
  readonly catalog: WorkspaceCatalog
  /** That the leaves asked for are of. */
  readonly plan: PlanNode
  readonly ports: Pick<GatewayPorts, 'ambient' | 'aiProviders'>
}

interface Found {
  /** The catalog that the plan was made from. */
  readonly catalog: WorkspaceCatalog
  readonly plan: PlanNode
}

interface PlanSearch extends Omit<Search, 'plan'> {
  readonly config: EffectiveConfig | undefined
  readonly ports: GatewayPorts
}

/** Throws GatewayError when the request, or any leaf of its config, names a provider that does not exist. */
export async function findPlan(search: PlanSearch): Promise<Found> {
  const { catalog, ports, config } = search
  const plan = config?.plan ?? bareLeaf
  const fault = faultOf({ ...search, plan })
  if (fault === undefined) return { catalog, plan }
  const fresh = await ports.catalog.loadWorkspace(catalog.workspace.id, 0)
  if (fresh === undefined) throw await explain(fault, search)
  const again = faultOf({ ...search, plan, catalog: fresh })
  if (again !== undefined) throw await explain(again, { ...search, catalog: fresh })
  return { catalog: fresh, plan }
}

/** Plans whose own names were all found, by the catalog they were found in. */
const sound = new WeakMap<WorkspaceCatalog, WeakSet<PlanNode>>()

/** A plan of one target must be right; of several, each must exist, and what else is wrong with one is its own matter. */
function faultOf(search: Search): unknown {
  const { plan } = search
  if (plan.type === 'leaf') return tryLeaf(plan, search)
  const known = sound.get(search.catalog) ?? new WeakSet()
  if (known.has(plan)) return undefined
  const fault = unknownIn(search)
  if (fault === undefined && leavesOf(plan).every(isNamed)) sound.set(search.catalog, known.add(plan))
  return fault
}

/** Does the config itself say whom to call, whatever the request says? */
function isNamed({ isPassthrough, provider, virtualKey, settings }: Leaf): boolean {
  return (
    !isPassthrough && !mayBeOwn(provider) && (provider ?? virtualKey ?? settings.overrideParams?.model) !== undefined
  )
}

function unknownIn(search: Search): GatewayError | undefined {
  const seen = new Set<string>()
  const unknown = new Map<string, GatewayError>()
  for (const leaf of leavesOf(search.plan)) {
    const name = JSON.stringify([
      leaf.provider,
      leaf.virtualKey,
      leaf.settings.overrideParams?.model,
      leaf.own?.hasSecret,
    ])
    if (seen.has(name)) continue
    seen.add(name)
    const fault = tryLeaf(leaf, search)
    if (!(fault instanceof GatewayError) || typeof fault.facts.unknownSlug !== 'string') continue
    unknown.set(fault.facts.unknownSlug, fault)
  }
  const [first] = unknown.values()
  if (first === undefined || unknown.size === 1) return first
  return new GatewayError(
    'invalid_request',
    `Following keys are not valid: ${[...unknown.keys()].join(', ')}`,
    first.facts,
  )
}

function tryLeaf(leaf: Leaf, search: Search): unknown {
  try {
    resolveLeaf(leaf, search)
    return undefined
  } catch (thrown) {
    return thrown
  }
}

/** Throws GatewayError when the leaf's provider or model cannot be used. */
export function resolveLeaf(leaf: Leaf, search: Search): Target {
  const { call, body, isModelOptional = false, catalog, plan, ports } = search
  const signals = signalsOf(leaf, call, body)
  const all = () => leavesOf(plan).map((each) => ({ leaf: each, signals: signalsOf(each, call, body) }))
  const brought = findBrought({ leaf, signals }, { call, catalog, ports, isModelOptional, all })
  if (brought !== undefined) return brought
  const resolved = resolveTarget(catalog, ports.aiProviders, { ...signals, isModelOptional }, ports.ambient.now())
  const { aiProviderId } = resolved.integration
  const aiProvider = ports.aiProviders.find(aiProviderId)
  if (aiProvider === undefined) {
    throw new GatewayError(
      'invalid_request',
      `the provider '@${resolved.provider.slug}' is of the type '${aiProviderId}', which this version cannot call`,
    )
  }
  const integration = withModelSettings(resolved.integration, resolved.model)
  return withCallersToken({ ...resolved, integration, aiProvider, path: leaf.path }, call)
}

/** The leaf's own provider, or virtual key, or the one in its model; else what the request names itself. */
function signalsOf(leaf: Leaf, call: Call, body: JsonObject): Signals {
  const { overrideParams, defaultParams } = leaf.settings
  const override = readText(overrideParams?.model)
  const asked = readText(body.model)
  const model = override ?? asked ?? readText(defaultParams?.model) ?? ''
  if (!leaf.isPassthrough) {
    if (leaf.provider !== undefined) return { model, headerProvider: leaf.provider }
    if (leaf.virtualKey !== undefined) return { model, headerVirtualKey: leaf.virtualKey }
    if (isAddress(override)) return { model }
  }
  const { 'x-portkey-provider': headerProvider, 'x-portkey-virtual-key': headerVirtualKey } = call.headers
  // Another model of the provider that the request names in its own.
  const named =
    headerProvider ?? (headerVirtualKey === undefined && isAddress(asked) && asked !== model ? asked : undefined)
  return {
    model,
    ...(named === undefined ? {} : { headerProvider: named }),
    ...(headerVirtualKey === undefined ? {} : { headerVirtualKey }),
    ...(call.query.model === undefined ? {} : { queryModel: call.query.model }),
  }
}

/** A type of provider may be called with what each request brings. */
function mayBeOwn(provider: string | undefined): boolean {
  return provider !== undefined && !provider.startsWith('@')
}

function isAddress(model: string | undefined): boolean {
  return model?.startsWith('@') === true && model.includes('/') && !/^@(?:cf|hf)\//.test(model)
}

function readText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

async function explain(thrown: unknown, { catalog, ports, config }: PlanSearch): Promise<unknown> {
  if (!(thrown instanceof GatewayError) || thrown.facts.unplacedModel === undefined) return thrown
  const error = suggestModels(thrown, catalog, await listKnownModels(catalog, ports))
  const [unread] = config?.warnings ?? []
  if (unread === undefined) return error
  return new GatewayError(error.code, `${error.message}; not read was ${unread.field}: ${unread.reason}`, error.facts)
}
