/** A config's tree with every setting handed down, so that a leaf knows all that holds for it. */
import type { BreakerSetting, ConfigNode, OwnCredentials, Params, Settings, Strategy } from './config.ts'

interface Place {
  /** JSON path in the config. */
  readonly path: string
  readonly name?: string
  readonly weight: number
}

export interface Leaf extends Place {
  readonly type: 'leaf'
  readonly provider?: string
  readonly virtualKey?: string
  /** Credentials and settings of a provider that is not stored. */
  readonly own?: OwnCredentials
  /** The request's own provider and model are meant. */
  readonly isPassthrough: boolean
  readonly settings: Settings
}

export interface Branch extends Place {
  readonly type: 'branch'
  readonly strategy: Strategy
  readonly breaker?: BreakerSetting
  readonly children: readonly PlanNode[]
}

export type PlanNode = Leaf | Branch

const single: Strategy = { mode: 'single', conditions: [] }

/** The plan of a request without a config. */
export const bareLeaf: Leaf = { type: 'leaf', path: 'config', weight: 1, isPassthrough: true, settings: {} }

export function makePlan(node: ConfigNode, above: Settings = {}): PlanNode {
  const settings = inherit(above, node.settings)
  const { path, weight, name, provider, virtualKey, own } = node
  const place: Place = { path, weight, ...(name === undefined ? {} : { name }) }
  if (node.targets !== undefined) {
    const children = node.targets.map((target) => makePlan(target, settings))
    const { breaker } = settings
    const strategy = node.strategy ?? single
    return { ...place, type: 'branch', strategy, children, ...(breaker === undefined ? {} : { breaker }) }
  }
  return {
    ...place,
    type: 'leaf',
    isPassthrough: node.isPassthrough,
    settings,
    ...(provider === undefined ? {} : { provider }),
    ...(virtualKey === undefined ? {} : { virtualKey }),
    ...(own === undefined ? {} : { own }),
  }
}

/** A child's value replaces its parent's whole; params are merged; lists of drops add up; strictness once lost stays lost. */
function inherit(above: Settings, own: Settings): Settings {
  const merged = {
    ...above,
    ...own,
    overrideParams: mergeParams(above.overrideParams, own.overrideParams),
    defaultParams: mergeParams(above.defaultParams, own.defaultParams),
    dropParams: union(above.dropParams, own.dropParams),
    isStrict: above.isStrict === false ? false : (own.isStrict ?? above.isStrict),
  }
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined))
}

function union(above: readonly string[] | undefined, own: readonly string[] | undefined) {
  if (above === undefined || own === undefined) return own ?? above
  return [...new Set([...above, ...own])]
}

/** Deep for objects; anything else of the child replaces. */
function mergeParams(above: Params | undefined, own: Params | undefined): Params | undefined {
  if (above === undefined || own === undefined) return own ?? above
  const merged: Record<string, unknown> = { ...above }
  for (const [key, value] of Object.entries(own)) {
    const before = merged[key]
    merged[key] = isObject(before) && isObject(value) ? mergeParams(before, value) : value
  }
  return merged
}

function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Every leaf of a plan, in the order of the config. */
export function leavesOf(node: PlanNode): readonly Leaf[] {
  return node.type === 'leaf' ? [node] : node.children.flatMap(leavesOf)
}
