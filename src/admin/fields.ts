/** A request's body → typed fields of one resource. Unknown fields are ignored, as clients send extras, unless one reads as a restriction that would be lost. */
import type * as z from 'zod/mini'
import { GatewayError } from '../errors.ts'
import type { JsonObject } from './request.ts'
import { refuseUnknownRestriction } from './unknown-fields.ts'

export type FieldSchema = z.ZodMiniObject

interface Reader {
  /** As messages call it, e.g. `api-key`. */
  readonly object: string
  /** Other fields (snake_case) that are read elsewhere. Throws where a field belongs somewhere else. */
  readonly isTaken?: (name: string) => boolean
}

/** Reads a body with a resource's schema. Throws `invalid_request` that names the field. */
export function readFields<S extends FieldSchema>(schema: S, body: JsonObject, reader: Reader | string): z.output<S> {
  const { object, isTaken }: Reader = typeof reader === 'string' ? { object: reader } : reader
  const known = Object.keys(schema.shape)
  const fields: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(body)) {
    const name = known.includes(key) ? key : snakeCase(key)
    if (known.includes(name)) fields[name] ??= value
    else if (!isTaken?.(name)) refuseUnknownRestriction({ key, plain: name, value }, known, object)
  }
  const outcome = schema.safeParse(fields)
  if (outcome.success) return outcome.data
  throw describe(outcome.error.issues[0], fields)
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
