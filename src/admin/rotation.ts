/** Rotation of an api key's secret: the old one stays good for a while, never more than two are. */
import * as z from 'zod/mini'
import { GatewayError } from '../errors.ts'
import type { ApiKey } from '../identity/caller.ts'
import { hashSecret, makeSecret, maskSecret } from '../identity/secret.ts'
import { readFields } from './fields.ts'
import type { JsonObject } from './request.ts'
import type { Desk, Verb } from './resource.ts'
import { readInstant, timestamp } from './schemas.ts'

const minTransitionMs = 1_800_000
const dayMs = 86_400_000
const rotateFields = z.object({ key_transition_period_ms: z.optional(z.nullable(z.int())) })

/** `POST /api-keys/{id}/rotate`; `*.update` is accepted beside `*.rotate`. */
export function rotateVerb(desk: Desk<ApiKey>): Verb {
  return {
    method: 'POST',
    path: '/api-keys/{id}/rotate',
    async handle(request) {
      const verb = await grantedVerb(() => desk.find(request, 'rotate'))
      const fields = readFields(rotateFields, request.body, 'api-key')
      return desk.update(request, verb, async (key) => rotated(key, fields.key_transition_period_ms, request.nowMs))
    },
  }
}

async function grantedVerb(tryRotate: () => Promise<unknown>): Promise<'rotate' | 'update'> {
  try {
    await tryRotate()
    return 'rotate'
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code === 'permission_denied') return 'update'
    throw thrown
  }
}

function rotated(key: ApiKey, askedMs: number | null | undefined, nowMs: number) {
  if (key.previous !== undefined && nowMs < key.previous.expiresAtMs)
    throw new GatewayError(
      'conflict',
      `the key ${key.masked} was rotated already and its former secret is good until ${timestamp(key.previous.expiresAtMs)}; rotate again after that`,
    )
  const transitionMs = checkTransition(askedMs ?? policyTransition(key) ?? minTransitionMs, 'key_transition_period_ms')
  const periodMs = periodOf(key.rotationPolicy ?? {})
  if (periodMs !== undefined && transitionMs >= periodMs)
    throw new GatewayError(
      'invalid_request',
      `key_transition_period_ms is ${transitionMs}; it must be shorter than the rotation period of ${periodMs} ms`,
      { param: 'key_transition_period_ms' },
    )
  const secret = makeSecret()
  const expiresAtMs = nowMs + transitionMs
  const document: ApiKey = {
    ...key,
    hash: hashSecret(secret),
    masked: maskSecret(secret),
    previous: { hash: key.hash, expiresAtMs },
    updatedAtMs: nowMs,
  }
  return {
    document,
    answer: { id: key.id, key: secret, key_transition_expires_at: timestamp(expiresAtMs), object: 'api-key' },
  }
}

function policyTransition(key: ApiKey): number | undefined {
  const value = key.rotationPolicy?.key_transition_period_ms
  return typeof value === 'number' ? value : undefined
}

function checkTransition(value: unknown, field: string): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= minTransitionMs && value <= 365 * dayMs)
    return value
  throw new GatewayError(
    'invalid_request',
    `${field} must be a whole number of ms, ${minTransitionMs} (30 minutes) or more`,
    {
      param: field,
    },
  )
}

function periodOf(policy: JsonObject): number | undefined {
  const days = policy.rotation_period_days
  if (typeof days === 'number') return days * dayMs
  const period = policy.rotation_period
  return period === 'weekly' ? 7 * dayMs : period === 'monthly' ? 28 * dayMs : undefined
}

const policyKeys = ['rotation_period', 'rotation_period_days', 'next_rotation_at', 'key_transition_period_ms']

/** Throws `invalid_request` when the policy would never rotate, or not as meant. */
export function checkRotationPolicy(policy: JsonObject): void {
  const invalid = (message: string) => new GatewayError('invalid_request', message, { param: 'rotation_policy' })
  const unknown = Object.keys(policy).find((key) => !policyKeys.includes(key))
  if (unknown !== undefined)
    throw invalid(
      `rotation_policy has the unknown field '${unknown.slice(0, 60)}'; allowed are ${policyKeys.join(', ')}`,
    )
  const { rotation_period: period, rotation_period_days: days, next_rotation_at: at } = policy
  if (period != null && period !== 'weekly' && period !== 'monthly')
    throw invalid(
      "rotation_policy.rotation_period must be 'weekly' or 'monthly'; for other periods use rotation_period_days",
    )
  if (days != null && !(typeof days === 'number' && Number.isInteger(days) && days >= 1 && days <= 365))
    throw invalid('rotation_policy.rotation_period_days must be a whole number from 1 to 365')
  if (at != null) readInstant(at, 'rotation_policy.next_rotation_at')
  if (period != null && days != null)
    throw invalid('rotation_policy has both rotation_period and rotation_period_days; leave one out')
  if (period == null && days == null && at == null)
    throw invalid('rotation_policy needs rotation_period, rotation_period_days or next_rotation_at')
  if (policy.key_transition_period_ms != null)
    checkTransition(policy.key_transition_period_ms, 'rotation_policy.key_transition_period_ms')
}
