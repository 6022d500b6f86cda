/** Reads unknown JSON field by field; what is wrong is said with the field's path, what was got and what is allowed. */
import { parseExact } from '../bytes/exact-json.ts'
import { GatewayError } from '../errors.ts'
import type { JsonObject } from './protocol.ts'

/** An object whose undefined members are left out. */
export type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

export function present<T extends object>(members: T): Present<T> {
  const kept: Record<string, unknown> = {}
  for (const key in members) if (members[key] !== undefined) kept[key] = members[key]
  return kept as Present<T>
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** undefined = the text is no JSON object. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value = parseExact(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** The members whose keys are not among `known`; undefined when there are none. */
export function otherFields(object: JsonObject, known: ReadonlySet<string>): JsonObject | undefined {
  let rest: Record<string, unknown> | undefined
  for (const key in object) {
    if (known.has(key)) continue
    rest ??= {}
    rest[key] = object[key]
  }
  return rest
}

/** The error of a wrong field. `allowed` completes "must be …". */
export function wrongField(path: string, got: unknown, allowed: string): GatewayError {
  return new GatewayError('invalid_request', `${path} is ${describe(got)}; it must be ${allowed}`, { param: path })
}

export function objectAt(value: unknown, path: string): JsonObject {
  if (!isObject(value)) throw wrongField(path, value, 'an object')
  return value
}

export function stringAt(value: unknown, path: string): string {
  if (typeof value !== 'string') throw wrongField(path, value, 'a string')
  return value
}

export function arrayAt(value: unknown, path: string): readonly unknown[] {
  if (!Array.isArray(value)) throw wrongField(path, value, 'an array')
  return value
}

/** What others sent where a text belongs; nothing but a text is turned into one. */
export function textOr(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise
}

/** undefined and null both stand for "not said". */
export function optional<T>(value: unknown, path: string, read: (value: unknown, path: string) => T): T | undefined {
  return value === undefined || value === null ? undefined : read(value, path)
}

export function numberAt(value: unknown, path: string): number {
  if (typeof value !== 'number') throw wrongField(path, value, 'a number')
  return value
}

export function positiveIntegerAt(value: unknown, path: string): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1) {
    throw wrongField(path, value, 'a whole number, 1 or more')
  }
  return value
}

export function booleanAt(value: unknown, path: string): boolean {
  if (typeof value !== 'boolean') throw wrongField(path, value, 'true or false')
  return value
}

export function stringsAt(value: unknown, path: string): readonly string[] {
  return arrayAt(value, path).map((item, at) => stringAt(item, `${path}.${at}`))
}

/** More than any answer takes: whoever reports more is mistaken, and must not empty a budget or overflow a record. */
const mostTokens = 1_000_000_000

/** A provider's count of tokens, whole; undefined when it cannot be one, so that it is estimated instead. */
export function count(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= mostTokens ? Math.ceil(value) : undefined
}

function describe(got: unknown): string {
  if (got === undefined) return 'missing'
  if (got === null) return 'null'
  if (Array.isArray(got)) return got.length === 0 ? 'an empty array' : 'an array'
  if (typeof got === 'object') return 'an object'
  if (typeof got === 'string')
    return got === '' ? 'an empty string' : `'${got.length > 60 ? `${got.slice(0, 60)}…` : got}'`
  return String(got)
}
