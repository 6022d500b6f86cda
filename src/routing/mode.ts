/** The contract of a strategy's mode: how the children of a branch are run, and what it may know of the request. */
import type { RequestFacts } from './conditions.ts'
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

/** What decided between the targets of a load balance or a choice by price. */
export type ChosenBy = 'weight' | 'sticky' | 'session' | 'price'

export interface Course<T> {
  readonly facts: StickyFacts
  readonly nowMs: () => number
  /** In [0, 1). */
  readonly random: () => number
  readonly admission: Admission
  /** One leaf with its retries. `by` is absent where there was nothing to decide. Throws GatewayError. */
  readonly call: (leaf: Leaf, by?: ChosenBy) => Promise<T>
  /** What the request would cost at most at a leaf, in nano-dollars; undefined = its price is not known, or it cannot be called. */
  readonly costOf: (leaf: Leaf) => Promise<number | undefined>
}

export interface Steps<T> extends Course<T> {
  readonly run: (node: PlanNode, by?: ChosenBy) => Promise<T>
}

export type Mode = <T>(branch: Branch, steps: Steps<T>) => Promise<T>
