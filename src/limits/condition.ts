/** The one predicate of policies: does a request meet a condition? */
import { dimensionValue } from './dimensions.ts'
import type { DimensionValues } from './gate.ts'
import type { PolicyCondition } from './setting.ts'

/** All of them hold. */
export function meetsAll(conditions: readonly PolicyCondition[], values: DimensionValues): boolean {
  return conditions.every((condition) => meets(condition, values))
}

export function meets(condition: PolicyCondition, values: DimensionValues): boolean {
  const { key, value, excludes } = condition
  const isIn = (patterns: string | readonly string[]) => matchesAny(key, patterns, values)
  if (excludes === true) return !isIn(value)
  if (excludes === undefined || excludes === false) return isIn(value)
  return isIn(value) && !isIn(excludes)
}

function matchesAny(key: string, patterns: string | readonly string[], values: DimensionValues): boolean {
  const actual = dimensionValue(values, key)
  if (actual === undefined) return false
  const list = typeof patterns === 'string' ? [patterns] : patterns
  return list.some((pattern) => pattern === '*' || matches(key, pattern, { actual, values }))
}

interface Subject {
  readonly actual: string
  readonly values: DimensionValues
}

function matches(key: string, pattern: string, { actual, values }: Subject): boolean {
  if (key !== 'model') return pattern === actual
  const wanted = splitModel(pattern)
  const asked = splitModel(actual)
  if (!matchesModelName(wanted.model, asked.model)) return false
  return wanted.prefix === undefined || [asked.prefix, values.virtual_key, values.provider].includes(wanted.prefix)
}

/** `@slug/model` and `@type/model` name whose model it is; the model itself may contain slashes. */
function splitModel(text: string): { readonly prefix?: string; readonly model: string } {
  const slash = text.indexOf('/')
  return text.startsWith('@') && slash > 0
    ? { prefix: text.slice(1, slash), model: text.slice(slash + 1) }
    : { model: text }
}

function matchesModelName(pattern: string, model: string): boolean {
  return pattern.endsWith('*') ? model.startsWith(pattern.slice(0, -1)) : pattern === model
}
