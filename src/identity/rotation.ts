/** The rules of rotation: when a key's secret is due, how long its former one stays good, what a rotated key looks like. */
import type { ApiKey } from './caller.ts'

type Policy = Readonly<Record<string, unknown>>

export const dayMs = 86_400_000
/** The shortest time that a former secret stays good. */
export const minTransitionMs = 1_800_000
/** The job that took a new secret on has died if it did not finish within this: three times what one run may last. */
export const rotationClaimMs = 900_000

export interface NewSecret {
  /** Hex SHA-256. */
  readonly hash: string
  readonly masked: string
}

/** The former secret is still good: a second rotation would leave three. */
export function isInTransition(key: ApiKey, nowMs: number): boolean {
  return key.previous !== undefined && nowMs < key.previous.expiresAtMs
}

/** A scheduled rotation is under way: its new secret is on the way to where it is kept. */
export function isBeingRotated(key: ApiKey, nowMs: number): boolean {
  return key.upkeep?.pending !== undefined && nowMs < key.upkeep.pending.sinceMs + rotationClaimMs
}

/** The new secret takes the place of the old one, which stays good for the transition. A rotation under way is off. */
export function rotateKey(key: ApiKey, secret: NewSecret, nowMs: number, transitionMs: number): ApiKey {
  const { upkeep: { pending: _, ...upkeep } = {}, ...rest } = key
  return {
    ...rest,
    ...(key.upkeep && { upkeep }),
    hash: secret.hash,
    masked: secret.masked,
    previous: { hash: key.hash, expiresAtMs: nowMs + transitionMs },
    updatedAtMs: nowMs,
  }
}

export function transitionMsOf(policy: Policy | undefined): number | undefined {
  const value = policy?.key_transition_period_ms
  return typeof value === 'number' ? value : undefined
}

/** The shortest time between two rotations; undefined = the policy rotates once. */
export function rotationPeriodMs(policy: Policy | undefined): number | undefined {
  const days = policy?.rotation_period_days
  if (typeof days === 'number') return days * dayMs
  const period = policy?.rotation_period
  return period === 'weekly' ? 7 * dayMs : period === 'monthly' ? 28 * dayMs : undefined
}

/** The planned instant: the UTC midnight at or after what the policy says, never sooner than it was asked for. */
export function nextRotationAtMs(policy: Policy | undefined): number | undefined {
  const at = policy?.next_rotation_at
  const plannedMs = typeof at === 'string' ? Date.parse(at) : Number.NaN
  return Number.isNaN(plannedMs) ? undefined : Math.ceil(plannedMs / dayMs) * dayMs
}

/** The first turn of the policy's period after an instant: Monday, the 1st, or N days from `anchorMs`, at midnight UTC. */
export function nextRotation(policy: Policy, anchorMs: number, afterMs: number): number | undefined {
  const midnightMs = Math.floor(afterMs / dayMs) * dayMs
  const date = new Date(midnightMs)
  if (policy.rotation_period === 'weekly') return midnightMs + ((8 - date.getUTCDay()) % 7 || 7) * dayMs
  if (policy.rotation_period === 'monthly') return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
  const stepMs = rotationPeriodMs(policy)
  if (stepMs === undefined) return undefined
  const startMs = Math.floor(anchorMs / dayMs) * dayMs
  return startMs + stepMs * Math.max(1, Math.floor((afterMs - startMs) / stepMs) + 1)
}

/** The policy with its next instant; undefined = it has none and is done. */
export function plannedPolicy(policy: Policy, anchorMs: number, afterMs: number): Policy | undefined {
  const nextMs = nextRotation(policy, anchorMs, afterMs)
  return nextMs === undefined ? undefined : { ...policy, next_rotation_at: new Date(nextMs).toISOString() }
}
