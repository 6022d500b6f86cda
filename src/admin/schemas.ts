/** Fields that several resources take, each read once here. */
import * as z from 'zod/mini'
import { GatewayError } from '../errors.ts'
import type { RateLimitSetting, UsageLimitSetting } from '../limits/setting.ts'
import { readRateLimit, readUsageLimit } from '../limits/validate.ts'

const reader = <T>(read: (value: unknown) => T) => z.optional(z.nullable(z.pipe(z.unknown(), z.transform(read))))

export const name = z.string().check(z.trim(), z.minLength(1), z.maxLength(255))
export const optionalText = z.optional(z.nullable(z.string().check(z.maxLength(2_000))))
export const text = z.optional(z.nullable(z.string()))
/** It becomes a header of the provider's requests; pasted ones often end with a newline. */
export const credential = z.optional(
  z.nullable(
    z
      .string()
      .check(z.trim(), z.regex(/^[\x20-\x7e]*$/, 'must be one line of printable ASCII, as the provider gave it')),
  ),
)
/** 0 and 1 are how this API family writes some of them. */
export const booleanOrBit = z.optional(
  z.nullable(z.union([z.boolean(), z.literal(0), z.literal(1)], 'it must be 0 or 1')),
)
export const flag = z.optional(z.nullable(z.boolean()))
export const anyObject = z.optional(z.nullable(z.record(z.string(), z.unknown())))
export const tags = z.optional(
  z.nullable(
    z.union([z.record(z.string(), z.unknown()), z.array(z.string())], 'it must be an object or an array of strings'),
  ),
)
export const stringRecord = z.record(z.string(), z.string())

const alias = z
  .string()
  .check(
    z.regex(
      /^[^@/\s][^/\s]{0,99}$/,
      "must be a name of at most 100 characters without spaces and '/' that does not begin with '@'",
    ),
  )
const address = z.string().check(z.regex(/^@[^/\s]+\/\S{1,300}$/, "must name a model as '@slug/model'"))
/** Alias → `@slug/model`; `null` removes them all. */
export const modelAliases = z.optional(z.nullable(z.record(alias, address)))

/** One usage limit as an object. */
export const usageLimit = reader((value) => oneUsageLimit(value))
/** At most one usage limit, in an array; an object is accepted too. */
export const usageLimitArray = reader((value) => {
  const given = Array.isArray(value) && value.length === 1 ? value[0] : value
  const { alert_threshold: threshold, ...rest } = (isRecord(given) ? given : {}) as Record<string, unknown>
  // Clients of this API read it as percent here: one above the limit is kept, and is never reached.
  const isPercent = typeof threshold === 'number' && threshold <= 100 && threshold > Number(rest.credit_limit)
  const limit = oneUsageLimit(isPercent ? rest : value)
  if (limit === undefined) return []
  return [isPercent ? { ...limit, alert_threshold: threshold } : limit]
})

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
/** Rate limits in an array; a single object is accepted too. */
export const rateLimits = reader(readRateLimits)

function oneUsageLimit(value: unknown): UsageLimitSetting | undefined {
  if (!Array.isArray(value)) return readUsageLimit(value, 'usage_limits')
  if (value.length > 1)
    throw new GatewayError('invalid_request', `usage_limits has ${value.length} entries; at most one is allowed`, {
      param: 'usage_limits',
    })
  return value.length === 0 ? undefined : readUsageLimit(value[0], 'usage_limits[0]')
}

function readRateLimits(value: unknown): readonly RateLimitSetting[] {
  if (!Array.isArray(value)) return [readRateLimit(value, 'rate_limits')]
  const read = value.map((each, at) => readRateLimit(each, `rate_limits[${at}]`))
  const seen = new Set<string>()
  for (const { type, unit } of read) {
    if (seen.has(`${type} ${unit}`))
      throw new GatewayError('invalid_request', `rate_limits has two entries for ${type} with unit ${unit}; keep one`, {
        param: 'rate_limits',
      })
    seen.add(`${type} ${unit}`)
  }
  return read
}

/** An instant, RFC 3339 or a date. Its milliseconds. */
export const instant = reader((value) => readInstant(value, 'expires_at'))

export function readInstant(value: unknown, field: string): number {
  const milliseconds = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}/.test(value) ? Date.parse(value) : Number.NaN
  if (!Number.isNaN(milliseconds)) return milliseconds
  throw new GatewayError('invalid_request', `${field} is not an instant; write it like 2027-01-01T00:00:00.000Z`, {
    param: field,
  })
}

/** An end date has to lie ahead. */
export function checkFuture(milliseconds: number, nowMs: number): number {
  if (milliseconds > nowMs) return milliseconds
  throw new GatewayError(
    'invalid_request',
    `expires_at is ${timestamp(milliseconds)}, which has passed; give a later instant, or null for none`,
    { param: 'expires_at' },
  )
}

/** RFC 3339 in UTC with milliseconds; null when unknown. */
export function timestamp(milliseconds: number | undefined): string | null {
  return milliseconds === undefined ? null : new Date(milliseconds).toISOString()
}

/** An update's rule: absent keeps, null clears (undefined), a value replaces. */
export function mergeField<T>(given: T | null | undefined, before: T | undefined): T | undefined {
  return given === undefined ? before : given === null ? undefined : given
}

/** Drops keys whose value is undefined, which strict optional members do not allow. */
export function withoutUndefined<T extends object>(value: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T
}
