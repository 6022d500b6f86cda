/** One limit as the evaluator sees it: every usage limit, rate limit and policy becomes this. */

import type { RateLimitSetting, RateUnit, UsageLimitSetting } from './setting.ts'
import { rootKey } from './slice-key.ts'
import { midnightOf, ruleTag, type Window, type WindowRule } from './window.ts'

export type Resource = 'cost' | 'tokens' | 'requests'

/** Whose limit it is, for counters, messages and alerts. */
export interface LimitOwner {
  readonly kind: 'api_key' | 'workspace' | 'integration' | 'provider' | 'policy'
  readonly id: string
  readonly label: string
  /** Policies: the group's values, e.g. `metadata._user:ann-api_key:k1`. */
  readonly valueKey?: string
}

export interface Limit {
  /** Names limit and group; the window's start is added to make a counter's key. */
  readonly counterId: string
  readonly owner: LimitOwner
  readonly nature: 'usage' | 'rate'
  readonly resource: Resource
  /** Nano-dollars for cost, else a count. */
  readonly amount: number
  /** Same unit; told once per window. */
  readonly alertAt?: number
  readonly rule: WindowRule
  readonly enforcement: 'strict' | 'standard'
  /** False: a further attempt of the same request is not another request for this limit. */
  readonly countsEachAttempt: boolean
}

/** What the settings of one owner have in common. */
export interface LimitOrigin {
  readonly owner: LimitOwner
  /** Everything that tells this owner's counters from others, e.g. id, epoch, group values. */
  readonly counterPrefix: string
  readonly weekStartsOn: 0 | 1
  readonly startedAtMs: number
  readonly countsEachAttempt: boolean
}

const nanosPerDollar = 1e9

export function usageLimit(origin: LimitOrigin, setting: UsageLimitSetting): Limit {
  const resource = setting.type ?? 'cost'
  const rule = usageRule(origin, setting)
  const scale = resource === 'cost' ? nanosPerDollar : 1
  return {
    counterId: `${origin.counterPrefix}/usage-${resource}/${ruleTag(rule)}`,
    owner: origin.owner,
    nature: 'usage',
    resource,
    amount: Math.round(setting.credit_limit * scale),
    ...(setting.alert_threshold ? { alertAt: Math.round(setting.alert_threshold * scale) } : {}),
    rule,
    enforcement: setting.enforcement ?? 'strict',
    countsEachAttempt: origin.countsEachAttempt,
  }
}

const rateRules: Readonly<Record<Exclude<RateUnit, 'rpw'>, WindowRule>> = {
  rps: { type: 'second' },
  rpm: { type: 'minute' },
  rph: { type: 'hour' },
  rpd: { type: 'day' },
}

export function rateLimit(origin: LimitOrigin, setting: RateLimitSetting): Limit {
  const rule: WindowRule =
    setting.unit === 'rpw' ? { type: 'week', startsOn: origin.weekStartsOn } : rateRules[setting.unit]
  return {
    counterId: `${origin.counterPrefix}/rate-${setting.type}/${ruleTag(rule)}`,
    owner: origin.owner,
    nature: 'rate',
    resource: setting.type,
    amount: setting.value,
    rule,
    enforcement: 'standard',
    countsEachAttempt: origin.countsEachAttempt,
  }
}

/** The counter of a limit in a window. */
export function counterKey(limit: Pick<Limit, 'counterId'>, window: Window): string {
  return `${limit.counterId}/${window.endMs === undefined ? 'all' : window.startMs / 1000}`
}

/** What a counter has in common with those of the limit's other windows. */
export function counterIdOf(key: string): string {
  return key.slice(0, key.lastIndexOf('/'))
}

/** Does this counter's window never end? Such a counter is never forgotten. */
export function isEndless(key: string): boolean {
  return rootKey(key).endsWith('/all')
}

function usageRule(origin: LimitOrigin, setting: UsageLimitSetting): WindowRule {
  const anchorMs = setting.next_usage_reset_at ? Date.parse(setting.next_usage_reset_at) : undefined
  if (setting.periodic_reset_days)
    return {
      type: 'days',
      days: setting.periodic_reset_days,
      anchorMs: anchorMs ?? midnightOf(origin.startedAtMs),
    }
  if (setting.periodic_reset === 'weekly')
    return anchorMs === undefined
      ? { type: 'week', startsOn: origin.weekStartsOn }
      : { type: 'days', days: 7, anchorMs }
  if (setting.periodic_reset === 'monthly')
    return anchorMs === undefined ? { type: 'month' } : { type: 'month', anchorMs }
  return { type: 'none' }
}
