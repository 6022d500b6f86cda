/** The query grammar of conditional routing: does a query hold for a request? Unlike the original, no operator ends the reading early: everything in a query must hold. */
import { GatewayError } from '../errors.ts'
import type { Params } from './config.ts'

/** What a query may ask about. */
export interface RequestFacts {
  readonly metadata: Readonly<Record<string, string>>
  /** The client's body before any override. */
  readonly params: Params
  readonly pathname: string
}

/** Longer texts are not matched against a pattern: patterns come from people and may be slow. */
const maxMatchedText = 2_000
const maxPattern = 500

type Test = (value: unknown, operand: unknown) => boolean

const compare = (holds: (left: number, right: number) => boolean): Test => {
  return (value, operand) => holds(Number.parseFloat(textOf(value)), Number.parseFloat(textOf(operand)))
}

const operators: ReadonlyMap<string, Test> = new Map<string, Test>([
  ['$eq', (value, operand) => value === operand],
  ['$ne', (value, operand) => value !== operand],
  ['$gt', compare((left, right) => left > right)],
  ['$gte', compare((left, right) => left >= right)],
  ['$lt', compare((left, right) => left < right)],
  ['$lte', compare((left, right) => left <= right)],
  ['$in', (value, operand) => Array.isArray(operand) && operand.includes(value)],
  ['$nin', (value, operand) => Array.isArray(operand) && !operand.includes(value)],
  ['$regex', matches],
])

/** An empty query always holds. Throws `invalid_request` for an operator that does not exist. */
export function meetsQuery(query: Params, facts: RequestFacts): boolean {
  return Object.entries(query).every(([key, operand]) => {
    if (key === '$and') return queriesOf(operand).every((each) => meetsQuery(each, facts))
    if (key === '$or') return queriesOf(operand).some((each) => meetsQuery(each, facts))
    if (key.startsWith('$')) throw unsupported(key)
    return meetsTest(askedValue(key, facts), operand)
  })
}

function meetsTest(value: unknown, operand: unknown): boolean {
  if (!isObject(operand)) return value === operand
  return Object.entries(operand).every(([name, wanted]) => {
    const test = operators.get(name)
    if (test === undefined) throw unsupported(name)
    return test(value, wanted)
  })
}

function unsupported(name: string): GatewayError {
  return new GatewayError('invalid_request', `Unsupported operator used in the query router: ${name.slice(0, 40)}`, {
    param: 'strategy.conditions',
  })
}

/** `metadata.<key>`, the rest of the name being the key; `params.<path>`; `url.pathname`. */
function askedValue(key: string, { metadata, params, pathname }: RequestFacts): unknown {
  if (key === 'url.pathname') return pathname
  if (key.startsWith('metadata.')) return ownValue(metadata, key.slice('metadata.'.length))
  if (key.startsWith('params.')) return valueAt(params, key.slice('params.'.length))
  return undefined
}

/** A member of that very name wins over a path into objects and arrays. */
export function valueAt(object: Params, path: string): unknown {
  if (Object.hasOwn(object, path)) return object[path]
  let value: unknown = object
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined
    value = ownValue(value as Params, part)
  }
  return value
}

function ownValue(object: Params, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined
}

/** An object is neither a number nor a text; a list of one is what is in it. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(textOf).join(',')
  return isObject(value) ? '' : String(value)
}

function matches(value: unknown, pattern: unknown): boolean {
  if (value === undefined || value === null) return false
  const text = textOf(value)
  const regex = typeof pattern === 'string' ? compile(pattern) : undefined
  return regex !== undefined && text.length <= maxMatchedText && regex.test(text)
}

function compile(pattern: string): RegExp | undefined {
  try {
    return pattern.length > maxPattern ? undefined : new RegExp(pattern)
  } catch {
    return undefined
  }
}

function queriesOf(operand: unknown): readonly Params[] {
  return Array.isArray(operand) ? operand.filter(isObject) : []
}

function isObject(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What in a query could never be meant, for its author. */
export function queryFaults(query: Params): readonly string[] {
  return Object.entries(query).flatMap(([key, operand]) => {
    if (key === '$and' || key === '$or') {
      if (!Array.isArray(operand) || !operand.every(isObject)) return [`${key} must be an array of queries`]
      return operand.flatMap(queryFaults)
    }
    if (key.startsWith('$')) return [`Unsupported operator used in the query router: ${key.slice(0, 40)}`]
    if (!/^(metadata|params)\../.test(key) && key !== 'url.pathname')
      return [`'${key.slice(0, 60)}' names nothing to ask about; write metadata.<key>, params.<key> or url.pathname`]
    return isObject(operand) ? operandFaults(operand) : []
  })
}

function operandFaults(operand: Params): readonly string[] {
  return Object.entries(operand).flatMap(([name, wanted]) => {
    if (!operators.has(name))
      return [
        `Unsupported operator used in the query router: ${name.slice(0, 40)}; allowed are ${[...operators.keys()].join(', ')}`,
      ]
    if ((name === '$in' || name === '$nin') && !Array.isArray(wanted)) return [`${name} must be an array of values`]
    if (name === '$regex' && (typeof wanted !== 'string' || compile(wanted) === undefined))
      return [`$regex is no regular expression of at most ${maxPattern} characters`]
    return []
  })
}
