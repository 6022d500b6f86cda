/** Limits as administrators write them, field for field as the admin API spells them, so that they can be echoed exactly. */

export type Enforcement = 'strict' | 'standard'

/** Cumulative: money or tokens (or requests, on policies), per period or for ever. */
export interface UsageLimitSetting {
  /** Absent = cost. */
  readonly type?: 'cost' | 'tokens' | 'requests'
  /** US dollars for cost, else a count. May be fractional for cost. */
  readonly credit_limit: number
  /** Same unit as credit_limit; tells people, never blocks. */
  readonly alert_threshold?: number | null
  readonly periodic_reset?: 'weekly' | 'monthly' | null
  readonly periodic_reset_days?: number | null
  /** RFC 3339; anchors N-day windows. */
  readonly next_usage_reset_at?: string | null
  /** Absent = strict. */
  readonly enforcement?: Enforcement
}

export type RateUnit = 'rps' | 'rpm' | 'rph' | 'rpd' | 'rpw'

export interface RateLimitSetting {
  readonly type: 'requests' | 'tokens'
  readonly unit: RateUnit
  readonly value: number
}

/** Whose limits these are. `epoch` rises with each manual reset, so the next window is a new counter. */
export interface LimitSubject {
  readonly kind: 'api_key' | 'workspace' | 'integration' | 'provider'
  /** The id that the counters are kept under. */
  readonly id: string
  /** What a refusal calls it: a masked key, a slug. */
  readonly label: string
  readonly usageLimits: readonly UsageLimitSetting[]
  readonly rateLimits: readonly RateLimitSetting[]
  readonly epoch: number
  /** N-day windows without an anchor count from here. */
  readonly startedAtMs: number
}

/** A condition of a policy: AND between conditions, OR inside an array, `*` = any value. */
export interface PolicyCondition {
  readonly key: string
  readonly value: string | readonly string[]
  /** true negates the condition; a string or list carves values out of it. */
  readonly excludes?: boolean | string | readonly string[]
}

export interface LimitPolicy {
  readonly id: string
  readonly name: string
  readonly conditions: readonly PolicyCondition[]
  readonly groupBy: readonly { readonly key: string }[]
  readonly usage?: UsageLimitSetting
  readonly rate?: RateLimitSetting
  readonly epoch: number
  /** Group value → its own epoch, after a reset of one entity. */
  readonly entityEpochs: Readonly<Record<string, number>>
  readonly startedAtMs: number
}
