/** Walks a plan: each strategy decides which of its children runs, until a leaf has answered or nothing is left. */
import type { GatewayError } from '../errors.ts'
import type { RequestFacts } from './conditions.ts'
import type { ModeName } from './config.ts'
import { conditional } from './modes/conditional.ts'
import { fallback } from './modes/fallback.ts'
import { loadbalance } from './modes/loadbalance.ts'
import { single } from './modes/single.ts'
import type { Branch, Leaf, PlanNode } from './plan.ts'

/** Which targets are taken out of service just now. */
export interface Admission {
  /** A branch is blocked when each of its leaves is. */
  isBlocked(node: PlanNode): boolean
  /** About to run it: false = it is on probation and somebody else is trying it. */
  enter(node: PlanNode): Promise<boolean>
}

export interface StickyFacts extends RequestFacts {
  readonly headers: Readonly<Record<string, string>>
  readonly apiKeyId: string
  /** Changes with the config, so that nobody sticks to what an older one chose. */
  readonly version: string
}

export interface Course<T> {
  readonly facts: StickyFacts
  readonly nowMs: () => number
  /** In [0, 1). */
  readonly random: () => number
  readonly admission: Admission
  /** One leaf with its retries. Throws GatewayError. */
  readonly call: (leaf: Leaf) => Promise<T>
}

export interface Steps<T> extends Course<T> {
  readonly run: (node: PlanNode) => Promise<T>
}

export type Mode = <T>(branch: Branch, steps: Steps<T>) => Promise<T>

const modes: Readonly<Record<ModeName, Mode>> = { single, fallback, loadbalance, conditional }

/** Throws the error of the last leaf that was called. Calls each leaf at most once. */
export function follow<T>(plan: PlanNode, course: Course<T>): Promise<T> {
  const steps: Steps<T> = {
    ...course,
    run: (node) => (node.type === 'leaf' ? course.call(node) : modes[node.strategy.mode](node, steps)),
  }
  return steps.run(plan)
}

/** Of an answer that is good but for checks that do not deny: a reason to go on only where it is listed. */
export const checksFailedStatus = 246

/** May a fallback go on after this error? */
export function mayGoOn(error: GatewayError, onStatusCodes: readonly number[] | undefined): boolean {
  if (error.row.nextTarget === 'no') return false
  if (error.status === checksFailedStatus) return onStatusCodes?.includes(checksFailedStatus) === true
  return onStatusCodes === undefined || isListed(error, onStatusCodes)
}

/** Where the provider gave no status itself (nobody answered, or 200 and then an error), any of the 500s in the list means it. */
function isListed({ status, facts, row }: GatewayError, codes: readonly number[]): boolean {
  if (codes.includes(status)) return true
  return row.fault === 'provider' && facts.status === undefined && codes.some((code) => code >= 500)
}
