/** Which limits a call is subject to: its subjects' settings and the policies that apply, as one list without doubles. */
import { createHash } from 'node:crypto'
import { meetsAll } from './condition.ts'
import { dimensionValue, isOfTarget } from './dimensions.ts'
import type { DimensionValues, HoldRequest } from './gate.ts'
import { type Limit, type LimitOrigin, rateLimit, usageLimit } from './limit.ts'
import type { LimitPolicy, LimitSubject } from './setting.ts'

type Limited = Pick<HoldRequest, 'subjects' | 'policies' | 'dimensions'>

export function collectLimits(request: Limited): readonly Limit[] {
  const limits = [
    ...request.subjects.flatMap(limitsOfSubject),
    ...request.policies.flatMap((policy) => limitsOfPolicy(policy, request.dimensions)),
  ]
  const byCounter = new Map<string, Limit>()
  for (const limit of limits) byCounter.set(limit.counterId, stricter(byCounter.get(limit.counterId), limit))
  return [...byCounter.values()]
}

export function limitsOfSubject(subject: LimitSubject): readonly Limit[] {
  const origin: LimitOrigin = {
    owner: { kind: subject.kind, id: subject.id, label: subject.label },
    counterPrefix: counterPrefix(subject.kind, subject.id, subject.epoch),
    weekStartsOn: 0,
    startedAtMs: subject.startedAtMs,
    countsEachAttempt: subject.kind === 'provider' || subject.kind === 'integration',
  }
  return [
    ...subject.usageLimits.map((setting) => usageLimit(origin, setting)),
    ...subject.rateLimits.map((setting) => rateLimit(origin, setting)),
  ]
}

/** None when a condition fails or the request lacks a value to group by. */
function limitsOfPolicy(policy: LimitPolicy, values: DimensionValues): readonly Limit[] {
  if (!meetsAll(policy.conditions, values)) return []
  const groups: { readonly key: string; readonly value: string }[] = []
  for (const { key } of policy.groupBy) {
    const value = dimensionValue(values, key)
    if (value === undefined) return []
    groups.push({ key, value })
  }
  const keys = [...policy.conditions, ...policy.groupBy].map((each) => each.key)
  const origin: LimitOrigin = {
    ...policyOrigin(policy, {
      valueKey: shown(groups.map(({ key, value }) => `${key}:${value}`).join('-')),
      group: groupName(groups.map(({ value }) => value)),
    }),
    countsEachAttempt: keys.some(isOfTarget),
  }
  return limitsOfOrigin(policy, origin)
}

/** Clients write these values; a counter shows the beginning of a long one. */
function shown(values: string): string {
  return values.slice(0, 500).toWellFormed()
}

/** Counters' keys have room for about 1,000 bytes, and these values are written by clients. */
const longestGroup = 400

/** One name per combination of values: readable, or a digest (its `=` cannot occur in the readable ones) where that is too long. */
function groupName(values: readonly string[]): string {
  const name = values.map((value) => encodeURIComponent(value.toWellFormed())).join('&')
  return name.length <= longestGroup ? name : `=${createHash('sha256').update(name).digest('hex')}`
}

/** The prefix of every counter of a policy, whatever its group; ends so that no other policy's id can continue it. */
export function policyCounterPrefix(policy: Pick<LimitPolicy, 'id' | 'epoch'>): string {
  return `${counterPrefix('policy', policy.id, policy.epoch)}/`
}

/** A policy's limits as rules only, without any group: for reading where its counters stand. */
export function rulesOfPolicy(policy: LimitPolicy): readonly Limit[] {
  return limitsOfOrigin(policy, policyOrigin(policy, { valueKey: '', group: '' }))
}

function policyOrigin(policy: LimitPolicy, { valueKey, group }: { valueKey: string; group: string }): LimitOrigin {
  return {
    owner: { kind: 'policy', id: policy.id, label: policy.name, valueKey },
    counterPrefix: `${policyCounterPrefix(policy)}${policy.entityEpochs[valueKey] ?? 0}/${group}`,
    weekStartsOn: 1,
    startedAtMs: policy.startedAtMs,
    countsEachAttempt: false,
  }
}

function limitsOfOrigin(policy: LimitPolicy, origin: LimitOrigin): readonly Limit[] {
  return [
    ...(policy.usage ? [usageLimit(origin, policy.usage)] : []),
    ...(policy.rate ? [rateLimit(origin, policy.rate)] : []),
  ]
}

function counterPrefix(kind: string, id: string, epoch: number): string {
  return `${kind}/${encodeURIComponent(id)}/${epoch}`
}

/** Two settings of one counter: the lower amount and the stricter enforcement. */
function stricter(a: Limit | undefined, b: Limit): Limit {
  if (a === undefined) return b
  const lower = a.amount <= b.amount ? a : b
  return { ...lower, enforcement: a.enforcement === 'strict' ? 'strict' : b.enforcement }
}
