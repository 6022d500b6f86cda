/** Which target a request sticks to: computed from its own fields, so that every instance says the same without asking anyone. */

import { createHash } from 'node:crypto'
import { valueAt } from './conditions.ts'
import type { StickySetting } from './config.ts'
import type { StickyFacts } from './mode.ts'
import type { Branch, PlanNode } from './plan.ts'
import { sessionOf } from './session.ts'

/**
 * Each child's claim on this identity (weighted rendezvous hashing): the greatest wins, and when it is out of service
 * the next one does, for this identity alone. Over many identities each child wins in proportion to its weight.
 * undefined = the request has none of the fields, so that it cannot stick.
 */
export function stickyShares(
  sticky: StickySetting,
  branch: Branch,
  facts: StickyFacts,
  nowMs: number,
): readonly Claim[] | undefined {
  const values = sticky.hashFields.map((field) => fieldOf(field, facts))
  if (values.length > 0 && values.every((value) => value === undefined)) return undefined
  const identity = digest([facts.apiKeyId, ...values.map((value) => JSON.stringify(value) ?? '')])
  // Lifetimes of different identities end at different times.
  const offsetMs = Math.floor(fraction(identity) * sticky.ttlMs)
  const period = Math.floor((nowMs + offsetMs) / sticky.ttlMs)
  return claimsOf(branch, [identity, facts.version, String(period)])
}

/** The same for the session that the client tells: it ends when the session does. undefined = it tells none. */
export function sessionShares(branch: Branch, facts: StickyFacts): readonly Claim[] | undefined {
  const session = sessionOf(facts.headers, facts.params)
  return session && claimsOf(branch, [digest([facts.apiKeyId, session.source, session.id]), facts.version])
}

function claimsOf(branch: Branch, identity: readonly string[]): readonly Claim[] {
  return branch.children.map((child) => {
    const chance = fraction(digest([...identity, child.path]))
    return { child, share: child.weight / -Math.log(chance) }
  })
}

export interface Claim {
  readonly child: PlanNode
  readonly share: number
}

function fieldOf(field: string, { metadata, params, headers }: StickyFacts): unknown {
  const dot = field.indexOf('.')
  const name = field.slice(dot + 1)
  if (field.startsWith('metadata.')) return valueAt(metadata, name)
  if (field.startsWith('headers.')) return valueAt(headers, name.toLowerCase())
  return valueAt(params, name)
}

function digest(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex')
}

/** Between 0 and 1, never either. */
function fraction(hex: string): number {
  return (Number.parseInt(hex.slice(0, 12), 16) + 0.5) / 2 ** 48
}
