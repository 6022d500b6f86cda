/** A request's body → typed fields of one resource. Unknown fields are ignored, as clients send extras, unless one looks like a limit that would be lost. */
import type * as z from 'zod/mini'
import { GatewayError } from '../errors.ts'
import { nearestName } from '../nearest.ts'
import type { JsonObject } from './request.ts'

export type FieldSchema = z.ZodMiniObject

/** Names whose loss would lift a limit or an end date, and the field they stand for. */
const guarded: Readonly<Record<string, string>> = {
  usagelimits: 'usage_limits',
  usagelimit: 'usage_limits',
  budget: 'usage_limits',
  budgets: 'usage_limits',
  budgetlimit: 'usage_limits',
  quota: 'usage_limits',
  limits: 'usage_limits',
  limit: 'usage_limits',
  maxbudget: 'usage_limits',
  spendlimit: 'usage_limits',
  creditlimit: 'usage_limits.credit_limit',
  alertthreshold: 'usage_limits.alert_threshold',
  periodicreset: 'usage_limits.periodic_reset',
  periodicresetdays: 'usage_limits.periodic_reset_days',
  nextusageresetat: 'usage_limits.next_usage_reset_at',
  ratelimits: 'rate_limits',
  ratelimit: 'rate_limits',
  throttle: 'rate_limits',
  expiresat: 'expires_at',
  expireat: 'expires_at',
  expiry: 'expires_at',
  expiration: 'expires_at',
}

/** What answers of ours carry and clients send back. */
const echoed = new Set(['last_reset_at', 'next_usage_reset_at', 'reset_usage', 'limit', 'status', 'expiry_enforced'])

/** Reads a body with a resource's schema. Throws `invalid_request` that names the field. */
export function readFields<S extends FieldSchema>(schema: S, body: JsonObject, object: string): z.output<S> {
  const known = Object.keys(schema.shape)
  const fields: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(body)) {
    const name = known.includes(key) ? key : snakeCase(key)
    if (known.includes(name)) fields[name] ??= value
    else refuseLostLimit(key, known, object)
  }
  const outcome = schema.safeParse(fields)
  if (outcome.success) return outcome.data
  throw describe(outcome.error.issues[0], fields)
}

function refuseLostLimit(key: string, known: readonly string[], object: string): void {
  if (echoed.has(key)) return
  const plain = lettersOf(key)
  const near = Object.hasOwn(guarded, plain) ? guarded[plain] : closest(plain)
  if (near === undefined) return
  const [field = near, member] = near.split('.')
  const meant = member !== undefined && known.includes(member) ? member : near
  const advice = known.includes(field) || known.includes(meant) ? `did you mean '${meant}'?` : elsewhere(field, object)
  throw new GatewayError('invalid_request', `unknown field '${key.slice(0, 60)}'; ${advice}`, { param: key })
}

function closest(plain: string): string | undefined {
  if (plain.length < 6) return undefined
  const candidate = nearestName(
    plain,
    Object.keys(guarded).filter((name) => name.length >= 6 && Math.abs(name.length - plain.length) <= 2),
  )
  return candidate !== undefined && differsLittle(plain, candidate) ? guarded[candidate] : undefined
}

/** For members that would be lost without a word, as those of `defaults`: extras pass, what is nearly a known name does not. */
export function refuseMistyped(given: unknown, known: readonly string[], path: string): void {
  if (typeof given !== 'object' || given === null) return
  for (const key of Object.keys(given).filter((each) => !known.includes(each))) {
    const meant = known.find((name) => differsLittle(lettersOf(key), lettersOf(name)))
    if (meant === undefined) continue
    const field = `${path}.${key.slice(0, 60)}`
    throw new GatewayError('invalid_request', `unknown field '${field}'; did you mean '${meant}'?`, { param: field })
  }
}

function lettersOf(key: string): string {
  return key.toLowerCase().replace(/[^a-z]/g, '')
}

/** `nearestName` is generous for messages; for a refusal the words must share nearly all letters. */
function differsLittle(left: string, right: string): boolean {
  const rest = [...right]
  for (const letter of left) {
    const at = rest.indexOf(letter)
    if (at >= 0) rest.splice(at, 1)
  }
  return rest.length <= 2 && left.length - (right.length - rest.length) <= 2 && left.slice(0, 2) === right.slice(0, 2)
}

function elsewhere(field: string, object: string): string {
  return field === 'expires_at'
    ? `${object} does not expire; leave it out`
    : `${object} carries no limits itself; set ${field} on its workspaces, providers or api keys`
}

/** `awsAccessKeyId` → `aws_access_key_id`. */
export function snakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replaceAll('-', '_')
}

function describe(issue: z.core.$ZodIssue | undefined, fields: JsonObject): GatewayError {
  const path = issue?.path.map(String).join('.') ?? ''
  const got = issue === undefined ? undefined : valueAt(fields, issue.path)
  if (got === undefined) return invalid(`${path} is missing; ${expectation(issue)}`, path)
  return invalid(`${path} is ${show(got)}; ${expectation(issue)}`, path)
}

/** A schema that says what it wants is quoted. */
function formOf({ format, message }: z.core.$ZodIssueInvalidStringFormat): string {
  if (format === 'email') return 'it must be an email address'
  return message.startsWith('must ') ? `it ${message}` : 'it must match the documented form'
}

function expectation(issue: z.core.$ZodIssue | undefined): string {
  if (issue === undefined) return 'check the request'
  if (issue.code === 'invalid_type') return `it must be ${article(issue.expected)}`
  if (issue.code === 'invalid_value')
    return `allowed are ${issue.values.map((value) => `'${String(value)}'`).join(', ')}`
  if (issue.code === 'too_small') return `it must be at least ${issue.minimum}${unitOf(issue.origin)}`
  if (issue.code === 'too_big') return `it must be at most ${issue.maximum}${unitOf(issue.origin)}`
  if (issue.code === 'invalid_format') return formOf(issue)
  return issue.message === 'Invalid input' ? 'it has the wrong shape' : issue.message
}

const unitOf = (origin: string): string =>
  origin === 'string' ? ' characters long' : origin === 'array' ? ' entries long' : ''

const article = (type: string): string =>
  /^[aeiou]/.test(type) ? `an ${type}` : type === 'record' ? 'an object' : `a ${type}`

function valueAt(fields: JsonObject, path: readonly PropertyKey[]): unknown {
  let value: unknown = fields
  for (const part of path) {
    if (typeof value !== 'object' || value === null) return undefined
    value = (value as Record<PropertyKey, unknown>)[part]
  }
  return value
}

/** Kinds, not contents, for strings that may be secrets. */
function show(value: unknown): string {
  if (typeof value === 'string') return value.length === 0 ? 'empty' : `a string of ${value.length} characters`
  if (Array.isArray(value)) return `an array of ${value.length}`
  if (typeof value === 'object' && value !== null) return 'an object'
  return String(value)
}

function invalid(message: string, param: string): GatewayError {
  return new GatewayError('invalid_request', message, { param })
}
