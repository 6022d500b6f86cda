/** From a plan and what the request names to the targets they mean; what is not known yet is looked for once more, afresh. */

import type { Awaitable } from '../../awaitable.ts'
import type { WorkspaceCatalog } from '../../catalog/catalog.ts'
import { resolveTarget, type TargetSignals } from '../../catalog/resolve.ts'
import { withModelSettings } from '../../catalog/settings.ts'
import { GatewayError } from '../../errors.ts'
import type { Warning } from '../../inference/index.ts'
import type { JsonObject } from '../../protocols/protocol.ts'
import { bareLeaf, type Leaf, leavesOf, type PlanNode } from '../../routing/plan.ts'
import type { EffectiveConfig } from '../line/effective-config.ts'
import type { Target } from '../line/task.ts'
import type { Call, GatewayPorts } from '../ports.ts'
import { type AbsentTargets, skippedWarnings, withoutAbsent } from './absent-targets.ts'
import { listKnownModels } from './known-models.ts'
import { findBrought, withCallersToken } from './own-credentials.ts'
import { refuseStoredModel } from './refuse-stored-model.ts'

interface Search {
  readonly call: Call
  readonly body: JsonObject
  readonly isModelOptional?: boolean
  readonly isModelStored?: boolean
  readonly catalog: WorkspaceCatalog
  /** That the leaves asked for are of. */
  readonly plan: PlanNode
  readonly ports: Pick<GatewayPorts, 'ambient' | 'aiProviders'>
}

interface Found {
  /** The catalog that the plan was made from. */
  readonly catalog: WorkspaceCatalog
  readonly plan: PlanNode
  /** About targets that are skipped, and a provider that was not named. */
  readonly warnings: readonly Warning[]
  /** The request as if it had named the provider that is meant; absent = as it came. */
  readonly call?: Call
}

interface PlanSearch extends Omit<Search, 'plan'> {
  readonly config: EffectiveConfig | undefined
  readonly ports: GatewayPorts
}

/** Throws GatewayError when the request names a provider that does not exist, or its config none that does. */
export function findPlan(search: PlanSearch): Awaitable<Found> {
  const { catalog, ports, config } = search
  const plan = config?.plan ?? bareLeaf
  const found = look({ ...search, plan })
  if (found.fault === undefined && found.warnings.length === 0) return foundIn(catalog, found)
  // What others stand in for is not worth a read with every request.
  const isConfirmed = ports.ambient.now() - (readAtMs.get(catalog) ?? Number.NEGATIVE_INFINITY) < skippedForMs
  return found.fault === undefined && isConfirmed ? foundIn(catalog, found) : findAfresh(search, plan, found.fault)
}

async function findAfresh(search: PlanSearch, plan: PlanNode, fault: unknown): Promise<Found> {
  const { catalog, ports } = search
  const placed = await placeBare(fault, { ...search, plan })
  if (placed !== undefined) return placed
  const nowMs = ports.ambient.now()
  const fresh = await ports.catalog.loadWorkspace(catalog.workspace.id, 0)
  if (fresh === undefined)
    throw await explain(fault ?? new GatewayError('not_found', 'the workspace of this key no longer exists'), search)
  readAtMs.set(fresh, nowMs)
  const again = look({ ...search, plan, catalog: fresh })
  const placedAgain = await placeBare(again.fault, { ...search, plan, catalog: fresh })
  if (placedAgain !== undefined) return placedAgain
  if (again.fault !== undefined) throw await explain(again.fault, { ...search, catalog: fresh })
  return foundIn(fresh, again)
}

/** A model without a provider means the only one that lists it; undefined = there is none such. */
async function placeBare(fault: unknown, search: PlanSearch & Pick<Search, 'plan'>): Promise<Found | undefined> {
  const model = fault instanceof GatewayError ? fault.facts.unplacedModel : undefined
  if (typeof model !== 'string' || model === '') return undefined
  const { call, catalog, ports } = search
  const { soleProviderOf } = await import('./sole-provider.ts')
  const slug = await soleProviderOf(model, catalog, ports)
  if (slug === undefined) return undefined
  const placed = { ...call, headers: { ...call.headers, 'x-portkey-provider': `@${slug}` } }
  const found = look({ ...search, call: placed })
  if (found.fault !== undefined) return undefined
  const reason = `no provider was named; '@${slug}' is the only one here that lists this model`
  const warnings = [...found.warnings, { type: 'changed', field: 'model', reason } as const]
  return { ...foundIn(catalog, found), warnings, call: placed }
}

function foundIn(catalog: WorkspaceCatalog, { plan, warnings }: Looked): Found {
  return { catalog, plan, warnings }
}

/** For so long after a request that skipped it, a provider that has just been added may still be skipped. */
const skippedForMs = 2_000

/** When a catalog was read because something was not found. */
const readAtMs = new WeakMap<WorkspaceCatalog, number>()

interface Looked {
  /** Less the targets that are absent. */
  readonly plan: PlanNode
  /** About those. */
  readonly warnings: readonly Warning[]
  /** Absent = it can be followed. */
  readonly fault?: unknown
}

/** Plans that say themselves whom to call, as they were found by a catalog. */
const looked = new WeakMap<WorkspaceCatalog, WeakMap<PlanNode, Looked>>()

/** A plan of one target must be right; of several, one must exist, and what else is wrong with one is its own matter. */
function look(search: Search): Looked {
  const { plan, catalog } = search
  const known = looked.get(catalog)?.get(plan)
  if (known !== undefined) return known
  const leaves = leavesOf(plan)
  if (plan.type === 'leaf') return { plan, warnings: [], fault: tryLeaf(plan, search) }
  const absent = absentIn(leaves, search)
  const left = absent.size === 0 ? plan : withoutAbsent(plan, absent)
  if (left === undefined) return { plan, warnings: [], fault: noneLeft([...absent.values()]) }
  const found: Looked = { plan: left, warnings: skippedWarnings(leaves, absent) }
  if (leaves.every(isNamed)) looked.set(catalog, (looked.get(catalog) ?? new WeakMap()).set(plan, found))
  return found
}

/** Does the config itself say whom to call, whatever the request says? */
function isNamed({ isPassthrough, provider, virtualKey, settings }: Leaf): boolean {
  return (
    !isPassthrough && !mayBeOwn(provider) && (provider ?? virtualKey ?? settings.overrideParams?.model) !== undefined
  )
}

/** By path. Leaves that name the same are looked for once. */
function absentIn(leaves: readonly Leaf[], search: Search): AbsentTargets {
  const faults = new Map<string, unknown>()
  const absent = new Map<string, GatewayError>()
  for (const leaf of leaves) {
    const { provider, virtualKey, settings, own } = leaf
    const name = JSON.stringify([provider, virtualKey, settings.overrideParams?.model, own?.hasSecret])
    if (!faults.has(name)) faults.set(name, tryLeaf(leaf, search))
    const fault = faults.get(name)
    if (fault instanceof GatewayError && typeof fault.facts.unknownSlug === 'string') absent.set(leaf.path, fault)
  }
  return absent
}

/** One sentence for all of them. */
function noneLeft(faults: readonly GatewayError[]): GatewayError | undefined {
  const [first] = faults
  const slugs = [...new Set(faults.map(({ facts }) => String(facts.unknownSlug)))]
  if (first === undefined || slugs.length === 1) return first
  return new GatewayError('invalid_request', `Following keys are not valid: ${slugs.join(', ')}`, first.facts)
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
  if (search.isModelStored && resolved.model === '') refuseStoredModel(resolved, catalog)
  const integration = withModelSettings(resolved.integration, resolved.model)
  return withCallersToken({ ...resolved, integration, aiProvider, path: leaf.path }, call)
}

/** What the first target's provider answers with where no model is named; undefined = it has no such model, or cannot be called, which `findPlan` tells. */
export function defaultModelOf({ config, ...search }: Omit<PlanSearch, 'isModelOptional'>): string | undefined {
  const plan = config?.plan ?? bareLeaf
  const [first] = leavesOf(plan)
  if (first === undefined) return undefined
  try {
    const { aiProvider, integration, model } = resolveLeaf(first, { ...search, plan, isModelOptional: true })
    return model === '' ? aiProvider.defaultModel?.(integration.configurations) : undefined
  } catch {
    return undefined
  }
}

/** The leaf's own provider, or virtual key, or the one in its model; else what the request names itself. */
function signalsOf(leaf: Leaf, call: Call, body: JsonObject): TargetSignals {
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
  const { suggestModels } = await import('../../catalog/suggest.ts')
  const error = suggestModels(thrown, catalog, await listKnownModels(catalog, ports))
  const [unread] = config?.warnings ?? []
  if (unread === undefined) return error
  return new GatewayError(error.code, `${error.message}; not read was ${unread.field}: ${unread.reason}`, error.facts)
}
