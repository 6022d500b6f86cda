/** Rotation of an api key's secret: the old one stays good for a while, never more than two are. */
import * as z from 'zod/mini'
import { GatewayError } from '../errors.ts'
import type { ApiKey } from '../identity/caller.ts'
import {
  dayMs,
  isBeingRotated,
  isInTransition,
  minTransitionMs,
  plannedPolicy,
  rotateKey,
  rotationPeriodMs,
  transitionMsOf,
} from '../identity/rotation.ts'
import { hashSecret, makeSecret, maskSecret } from '../identity/secret.ts'
import { apiKeySecretAnswer } from './answers.ts'
import { readFields } from './fields.ts'
import { refuseStrongerKey } from './granted-scopes.ts'
import type { JsonObject } from './request.ts'
import type { ResourceContext, Verb } from './resource.ts'
import { readInstant, timestamp } from './schemas.ts'

const rotateFields = z.object({ key_transition_period_ms: z.optional(z.nullable(z.int())) })

/** `POST /api-keys/{id}/rotate`; `*.update` is accepted beside `*.rotate`. */
export function rotateVerb(context: ResourceContext<ApiKey>, familyOf: (key: ApiKey) => string): Verb {
  return {
    method: 'POST',
    path: '/api-keys/{id}/rotate',
    shape: {
      summary: 'Rotate the secret of an api key; the former one stays good until the transition ends',
      body: rotateFields,
      answer: apiKeySecretAnswer,
    },
    async handle(request) {
      const verb = await grantedVerb(() => context.find(request, 'rotate'))
      const fields = readFields(rotateFields, request.body, 'api-key')
      return context.update(request, verb, async (key) => {
        refuseStrongerKey(key, familyOf(key), request.caller)
        return rotated(key, fields.key_transition_period_ms, request.nowMs)
      })
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
  if (isInTransition(key, nowMs))
    throw new GatewayError(
      'conflict',
      `the key ${key.masked} was rotated already and its former secret is good until ${timestamp(key.previous?.expiresAtMs)}; rotate again after that`,
    )
  if (isBeingRotated(key, nowMs))
    throw new GatewayError(
      'conflict',
      `the key ${key.masked} is being rotated by its policy at this moment; look again in a few minutes`,
    )
  const asked = askedMs ?? transitionMsOf(key.rotationPolicy) ?? minTransitionMs
  const transitionMs = checkTransition(asked, 'key_transition_period_ms')
  checkShorter(transitionMs, key.rotationPolicy ?? {}, 'key_transition_period_ms')
  const secret = makeSecret()
  const document = rotateKey(key, { hash: hashSecret(secret), masked: maskSecret(secret) }, nowMs, transitionMs)
  const endsAt = timestamp(document.previous?.expiresAtMs)
  return { document, answer: { id: key.id, key: secret, key_transition_expires_at: endsAt, object: 'api-key' } }
}

function checkShorter(transitionMs: number, policy: JsonObject, field: string): void {
  const periodMs = rotationPeriodMs(policy)
  if (periodMs === undefined || transitionMs < periodMs) return
  throw new GatewayError(
    'invalid_request',
    `${field} is ${transitionMs}; it must be shorter than the rotation period of ${periodMs} ms`,
    { param: field },
  )
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
  if (policy.key_transition_period_ms != null) {
    const field = 'rotation_policy.key_transition_period_ms'
    checkShorter(checkTransition(policy.key_transition_period_ms, field), policy, field)
  }
}

/** The policy with its next instant: the one it says, the one that stood with the same period, or the period's first turn from now on. */
export function withNextRotation(given: JsonObject, before: JsonObject | undefined, nowMs: number): JsonObject {
  if (given.next_rotation_at != null) return given
  const isSame = ['rotation_period', 'rotation_period_days'].every(
    (key) => (given[key] ?? null) === (before?.[key] ?? null),
  )
  if (isSame && before?.next_rotation_at != null) return { ...given, next_rotation_at: before.next_rotation_at }
  return plannedPolicy(given, nowMs, nowMs) ?? given
}
