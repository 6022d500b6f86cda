/** Reads usage and rate limits from what an administrator sent. Strict: a typo that would lose a limit is an error that says what was meant. */
import { GatewayError } from '../errors.ts'
import { nearestName } from '../nearest.ts'
import type { RateLimitSetting, UsageLimitSetting } from './setting.ts'

type Fields = Readonly<Record<string, unknown>>

const usageKeys = [
  'type',
  'credit_limit',
  'alert_threshold',
  'periodic_reset',
  'periodic_reset_days',
  'next_usage_reset_at',
  'enforcement',
] as const
/** What our own answers carry beside the setting; accepted and left out, so that an answer can be sent back as it came. */
const usageStateKeys: readonly string[] = [
  'current_usage',
  'status',
  'last_reset_at',
  'is_threshold_alerts_sent',
  'is_exhausted_alerts_sent',
]
const rateKeys = ['type', 'unit', 'value'] as const

/** Nano-dollars are kept as exact integers, which ends here. */
const mostDollars = 9_000_000
const mostCount = 9_000_000_000_000_000

/** One usage limit. `where` is the field's name in messages, e.g. `usage_limits`. Throws GatewayError `invalid_request`. */
export function readUsageLimit(value: unknown, where: string): UsageLimitSetting {
  const fields = readFields(value, where, usageKeys, usageStateKeys)
  const type = readOneOf(fields, 'type', where, ['cost', 'tokens', 'requests'])
  const amount = readAmount(fields.credit_limit, { where: `${where}.credit_limit`, type: type ?? 'cost' })
  const threshold = readThreshold(fields, where, { type: type ?? 'cost', amount })
  const period = readOneOf(
    fields,
    'periodic_reset',
    where,
    ['weekly', 'monthly'],
    'for every so many days use periodic_reset_days',
  )
  const days = readDays(fields, where)
  if (period && days !== undefined && days !== null)
    throw invalid(
      `${where} has both periodic_reset '${period}' and periodic_reset_days ${days}; only one is allowed, so leave one out`,
      where,
    )
  const anchor = readInstant(fields, where)
  if (anchor && !period && !days)
    throw invalid(
      `${where}.next_usage_reset_at is set but nothing resets; set periodic_reset or periodic_reset_days too, or leave it out`,
      `${where}.next_usage_reset_at`,
    )
  const enforcement = readOneOf(fields, 'enforcement', where, ['strict', 'standard'])
  return {
    ...(type && { type }),
    credit_limit: amount,
    ...(threshold !== undefined && { alert_threshold: threshold }),
    ...keepNull('periodic_reset', fields, period),
    ...(days !== undefined && { periodic_reset_days: days }),
    ...keepNull('next_usage_reset_at', fields, anchor),
    ...(enforcement && { enforcement }),
  }
}

/** One rate limit. `where` is the field's name in messages, e.g. `rate_limits[0]`. Throws GatewayError `invalid_request`. */
export function readRateLimit(value: unknown, where: string): RateLimitSetting {
  const fields = readFields(value, where, rateKeys, [])
  const type = readOneOf(fields, 'type', where, ['requests', 'tokens'])
  const unit = readOneOf(fields, 'unit', where, ['rps', 'rpm', 'rph', 'rpd', 'rpw'])
  if (!type) throw invalid(`${where}.type is missing; allowed are 'requests' and 'tokens'`, `${where}.type`)
  if (!unit) throw invalid(`${where}.unit is missing; allowed are rps, rpm, rph, rpd and rpw`, `${where}.unit`)
  const amount = fields.value
  if (typeof amount !== 'number' || !Number.isInteger(amount) || amount < 0 || amount > mostCount)
    throw invalid(
      `${where}.value is ${show(amount)}; it must be a whole number, 0 or more (0 lets nothing through)`,
      `${where}.value`,
    )
  return { type, unit, value: amount }
}

function readFields(value: unknown, where: string, keys: readonly string[], ignored: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(`${where} is ${show(value)}; it must be an object with ${keys.join(', ')}`, where)
  for (const key of Object.keys(value)) {
    if (keys.includes(key) || ignored.includes(key)) continue
    const nearest = nearestName(key, keys)
    const hint = nearest ? `did you mean '${nearest}'?` : `allowed are ${keys.join(', ')}`
    throw invalid(`${where} has the unknown field '${key}'; ${hint}`, `${where}.${key}`)
  }
  return value as Fields
}

/** undefined = absent or null. */
function readOneOf<T extends string>(
  fields: Fields,
  key: string,
  where: string,
  allowed: readonly T[],
  advice?: string,
): T | undefined {
  const value = fields[key]
  if (value === undefined || value === null) return undefined
  const found = allowed.find((candidate) => candidate === value)
  if (found) return found
  const nearest = typeof value === 'string' ? nearestName(value, allowed) : undefined
  const parts = [
    `${where}.${key} is ${show(value)}`,
    `allowed are ${allowed.map((word) => `'${word}'`).join(', ')}`,
    ...(nearest ? [`did you mean '${nearest}'?`] : []),
    ...(advice ? [advice] : []),
  ]
  throw invalid(parts.join('; '), `${where}.${key}`)
}

interface AmountRule {
  readonly where: string
  readonly type: 'cost' | 'tokens' | 'requests'
}

function readAmount(value: unknown, { where, type }: AmountRule): number {
  if (value === undefined || value === null)
    throw invalid(`${where} is missing; give ${type === 'cost' ? 'US dollars' : `a whole number of ${type}`}`, where)
  const isNumber = typeof value === 'number' && Number.isFinite(value)
  if (type === 'cost') {
    if (!isNumber || value <= 0 || value > mostDollars || Math.round(value * 1e9) < 1)
      throw invalid(
        `${where} is ${show(value)}; it must be US dollars above 0 and at most ${mostDollars}, fractions allowed`,
        where,
      )
  } else if (!isNumber || !Number.isInteger(value) || value < 1 || value > mostCount)
    throw invalid(`${where} is ${show(value)}; it must be a whole number of ${type}, 1 or more`, where)
  return value
}

function readThreshold(
  fields: Fields,
  where: string,
  limit: { readonly type: AmountRule['type']; readonly amount: number },
): number | null | undefined {
  const value = fields.alert_threshold
  if (value === undefined || value === null) return value
  const path = `${where}.alert_threshold`
  const threshold = readAmount(value, { where: path, type: limit.type })
  if (threshold > limit.amount)
    throw invalid(
      `${path} is ${threshold}, above credit_limit ${limit.amount}, so it would never be reached; use the same unit as credit_limit and at most its amount`,
      path,
    )
  return threshold
}

function readDays(fields: Fields, where: string): number | null | undefined {
  const value = fields.periodic_reset_days
  if (value === undefined || value === null) return value
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > 365)
    throw invalid(
      `${where}.periodic_reset_days is ${show(value)}; it must be a whole number from 1 to 365`,
      `${where}.periodic_reset_days`,
    )
  return value
}

function readInstant(fields: Fields, where: string): string | undefined {
  const value = fields.next_usage_reset_at
  if (value === undefined || value === null) return undefined
  const isInstant =
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}([T ].+)?$/.test(value) && !Number.isNaN(Date.parse(value))
  if (!isInstant)
    throw invalid(
      `${where}.next_usage_reset_at is ${show(value)}; it must be an instant such as 2027-01-01T00:00:00Z`,
      `${where}.next_usage_reset_at`,
    )
  return value
}

function keepNull<K extends string, T>(key: K, fields: Fields, value: T | undefined): { [P in K]?: T | null } {
  if (value !== undefined) return { [key]: value } as { [P in K]?: T }
  return fields[key] === null ? ({ [key]: null } as { [P in K]?: null }) : {}
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing'
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function invalid(message: string, param: string): GatewayError {
  return new GatewayError('invalid_request', message, { param })
}
