/** Which limits a call of one target is subject to, by what they count, and what the call may use at most. */
import { collectLimits } from '../../../limits/collect.ts'
import { isOfTarget } from '../../../limits/dimensions.ts'
import type { DimensionValues, Estimate, HoldRequest } from '../../../limits/gate.ts'
import type { LimitSubject, RateLimitSetting, UsageLimitSetting } from '../../../limits/setting.ts'
import { contextTokens, likelyInputTokens } from '../../../pricing/estimate.ts'
import type { BillableUnits } from '../../../pricing/hosted-tools.ts'
import type { Settings } from '../../../routing/config.ts'
import type { Target, Task } from '../../line/task.ts'
import type { GatewayPorts } from '../../ports.ts'
import { findPrice, mostInputTokens } from '../../settle/find-price.ts'

/** What an answer usually takes, for limits that hold the likely cost. */
const typicalOutputTokens = 1_000

export type Limited = Pick<HoldRequest, 'subjects' | 'policies' | 'dimensions'>

/** What is free, and what nobody can count, takes from rates of requests alone. */
export function limitsOf(task: Task, target: Target): Limited {
  const limited = allLimitsOf(task, target)
  return task.cost === undefined ? limited : onlyOf(limited, (type) => type === 'requests')
}

/** Those of money and tokens that may be about a request which nobody has read: which model it asks, and for what, is its word alone. */
export function meteredLimitsOf(task: Task, target: Target): Limited {
  const { policies, ...limited } = onlyOf(allLimitsOf(task, target), (type) => type !== 'requests')
  const isSaid = ({ key }: { readonly key: string }) => key === 'model' || key === 'endpoint_type'
  return {
    ...limited,
    policies: policies.map((policy) => ({
      ...policy,
      conditions: policy.conditions.filter((each) => !isSaid(each)),
      groupBy: policy.groupBy.filter((each) => !isSaid(each)),
    })),
  }
}

export function costLimitsOf(task: Task, target: Target): Limited {
  return onlyOf(allLimitsOf(task, target), (type) => type === 'cost')
}

/** Is the answer of a call whose client has gone read to its end? A strict limit is so charged exactly. */
export function finishesAfterClose(task: Task, target: Target, { onClientClose }: Settings): boolean {
  if (onClientClose !== undefined) return onClientClose === 'finish'
  return collectLimits(limitsOf(task, target)).some(
    ({ nature, resource, enforcement }) => nature === 'usage' && resource !== 'requests' && enforcement === 'strict',
  )
}

type Counted = NonNullable<UsageLimitSetting['type']>

function onlyOf({ subjects, policies, dimensions }: Limited, isWanted: (type: Counted) => boolean): Limited {
  const some = <T extends { readonly type?: Counted }>(settings: readonly T[]) =>
    settings.filter(({ type }) => isWanted(type ?? 'cost'))
  return {
    subjects: subjects.map((each) => ({
      ...each,
      usageLimits: some(each.usageLimits),
      rateLimits: some(each.rateLimits),
    })),
    policies: policies.map(({ usage, rate, ...policy }) => ({
      ...policy,
      ...(usage !== undefined && isWanted(usage.type ?? 'cost') ? { usage } : {}),
      ...(rate !== undefined && isWanted(rate.type) ? { rate } : {}),
    })),
    dimensions,
  }
}

function allLimitsOf(task: Task, target: Target): Limited {
  return { subjects: subjectsOf(task, target), policies: task.catalog.policies, dimensions: dimensionsOf(task, target) }
}

/** Those that apply whatever target is called: of the key, the workspace and policies that do not look at the target. */
export function callerLimitsOf(task: Task): Limited {
  const { caller, catalog } = task
  const policies = catalog.policies.filter(
    ({ conditions, groupBy }) => ![...conditions, ...groupBy].some(({ key }) => isOfTarget(key)),
  )
  return { subjects: callerSubjects(caller, catalog), policies, dimensions: requestDimensions(task) }
}

function callerSubjects({ apiKey }: Task['caller'], { workspace }: Task['catalog']): readonly LimitSubject[] {
  return [
    subject('api_key', apiKey.id, apiKey.masked, { ...apiKey, usageLimits: one(apiKey.usageLimits) }),
    subject('workspace', workspace.id, workspace.slug, workspace),
  ].filter((each) => each !== undefined)
}

function subjectsOf(task: Task, target: Target): readonly LimitSubject[] {
  const { workspace } = task.catalog
  const { provider, integration } = target
  const access = integration.workspaces.find((row) => row.workspaceId === workspace.id)
  const subjects = [
    ...callerSubjects(task.caller, task.catalog),
    subject('provider', provider.id, provider.slug, { ...provider, usageLimits: one(provider.usageLimits) }),
    access === undefined
      ? undefined
      : subject('integration', `${integration.id}/${workspace.id}`, integration.slug, {
          ...access,
          createdAtMs: access.startedAtMs,
        }),
  ]
  return subjects.filter((each) => each !== undefined)
}

interface LimitedBy {
  readonly usageLimits: readonly UsageLimitSetting[]
  readonly rateLimits: readonly RateLimitSetting[]
  readonly limitEpoch: number
  readonly createdAtMs: number
}

function subject(kind: LimitSubject['kind'], id: string, label: string, settings: LimitedBy): LimitSubject | undefined {
  const { usageLimits, rateLimits, limitEpoch, createdAtMs } = settings
  if (usageLimits.length === 0 && rateLimits.length === 0) return undefined
  return { kind, id, label, usageLimits, rateLimits, epoch: limitEpoch, startedAtMs: createdAtMs }
}

function one<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value]
}

function dimensionsOf(task: Task, target: Target): DimensionValues {
  return {
    ...requestDimensions(task),
    virtual_key: target.provider.slug,
    provider: target.aiProvider.id,
    model: target.model,
  }
}

function requestDimensions(task: Task): DimensionValues {
  const metadata = Object.entries(task.metadata).map(([key, value]) => [`metadata.${key}`, value])
  return {
    api_key: task.caller.apiKey.id,
    organisation_id: task.caller.organisationId,
    workspace_id: task.caller.workspaceId,
    workspace: task.caller.workspaceId,
    config: task.config?.saved?.slug,
    endpoint_type: task.operation,
    ...Object.fromEntries(metadata),
  }
}

/** What a call costs at most, its answer as long as the client allows, else of the usual length: to compare targets. undefined = no price is known. */
export async function likelyCostNanos(task: Task, target: Target, ports: GatewayPorts): Promise<number | undefined> {
  const {
    inputTokens,
    answers,
    typicalOutputTokens: usual,
    maxOutputTokens,
    priceNanos,
  } = await estimateCall(task, target, ports)
  const output = answers * Math.min(maxOutputTokens ?? usual, usual)
  return priceNanos({ input: inputTokens, output })
}

export async function estimateCall(
  task: Task,
  target: Target,
  ports: GatewayPorts,
  { tools, factor }: BillableUnits = { factor: 1 },
): Promise<Estimate> {
  const price = await findPrice(target, ports, ports.ambient.now())
  const { maxOutputTokens, answers, isOutputFixed = false, units } = task.peek
  const searches = tools === undefined ? {} : { webSearches: tools.webSearches, storageSearches: tools.storageSearches }
  const inputTokens = mostInputTokens(task, price?.contextWindow)
  let likely: number | undefined
  const isCovered = price?.covers({ input: inputTokens, output: maxOutputTokens ?? 1, ...(units && { units }) })
  return {
    inputTokens,
    /** Counted only where a limit asks. */
    get likelyInputTokens() {
      likely ??= Math.min(inputTokens, task.peek.inputTokens ?? likelyInputTokens(task.body, task.storedTokens))
      return likely
    },
    answers,
    typicalOutputTokens: isOutputFixed ? (maxOutputTokens ?? typicalOutputTokens) : typicalOutputTokens,
    isOutputFixed,
    ...(tools === undefined ? {} : { addedInputTokens: contextTokens }),
    priceNanos: (tokens) =>
      price !== undefined && isCovered === true
        ? Math.ceil(price.worstNanos({ ...tokens, units: { ...units, ...searches } }) * factor)
        : undefined,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
  }
}
