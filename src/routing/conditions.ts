/** The query grammar of conditional routing: does a query hold for a request? Unlike the original, no operator ends the reading early: everything in a query must hold. */
import { GatewayError } from '../errors.ts'
import { compilePattern, type PatternBudget, PatternTimeout, patternFault } from '../patterns/pattern.ts'
import type { Params } from './config.ts'

/** What a query may ask about. */
export interface RequestFacts {
  readonly metadata: Readonly<Record<string, string>>
  /** The client's body before any override. */
  readonly params: Params
  readonly pathname: string
  /** From 0 to 1: how full the fullest of the caller's own usage limits is. Read only where a query asks. */
  readonly limitUsedShare: () => Promise<number>
  /** What the request may still spend on patterns. */
  readonly patterns: PatternBudget
}

const maxPattern = 500
const usedShareKey = 'limit.used_share'

type Test = (value: unknown, operand: unknown, patterns: PatternBudget) => boolean | Promise<boolean>

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

/** An empty query always holds. Throws `invalid_request` for an operator that does not exist, and for a pattern that does not finish. */
export async function meetsQuery(query: Params, facts: RequestFacts): Promise<boolean> {
  for (const [key, operand] of Object.entries(query)) {
    if (!(await meetsEntry(key, operand, facts))) return false
  }
  return true
}

async function meetsEntry(key: string, operand: unknown, facts: RequestFacts): Promise<boolean> {
  if (key === '$and') return (await firstThat(queriesOf(operand), false, facts)) === undefined
  if (key === '$or') return (await firstThat(queriesOf(operand), true, facts)) !== undefined
  if (key.startsWith('$')) throw unsupported(key)
  const value = key === usedShareKey ? await facts.limitUsedShare() : askedValue(key, facts)
  return meetsTest(value, operand, facts.patterns)
}

/** The first query that holds, or does not. */
async function firstThat(queries: readonly Params[], holds: boolean, facts: RequestFacts): Promise<Params | undefined> {
  for (const query of queries) if ((await meetsQuery(query, facts)) === holds) return query
  return undefined
}

async function meetsTest(value: unknown, operand: unknown, patterns: PatternBudget): Promise<boolean> {
  if (!isObject(operand)) return value === operand
  for (const [name, wanted] of Object.entries(operand)) {
    const test = operators.get(name)
    if (test === undefined) throw unsupported(name)
    if (!(await test(value, wanted, patterns))) return false
  }
  return true
}

function unsupported(name: string): GatewayError {
  return new GatewayError('invalid_request', `Unsupported operator used in the query router: ${name.slice(0, 40)}`, {
    param: 'strategy.conditions',
  })
}

/** Of the request itself: `metadata.<key>`, the rest of the name being the key; `params.<path>`; `url.pathname`. */
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

async function matches(value: unknown, pattern: unknown, patterns: PatternBudget): Promise<boolean> {
  if (value === undefined || value === null || !isPattern(pattern)) return false
  try {
    return await compilePattern(pattern, '', 'strategy.conditions').test(textOf(value), patterns)
  } catch (thrown) {
    if (!(thrown instanceof PatternTimeout)) throw thrown
    throw new GatewayError('invalid_request', `strategy.conditions: ${thrown.message}`, {
      param: 'strategy.conditions',
    })
  }
}

function isPattern(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxPattern && patternFault(value) === undefined
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
    if (key === usedShareKey) return shareFaults(operand)
    if (!/^(metadata|params)\../.test(key) && key !== 'url.pathname')
      return [
        `'${key.slice(0, 60)}' names nothing to ask about; write metadata.<key>, params.<key>, url.pathname or ${usedShareKey}`,
      ]
    return isObject(operand) ? operandFaults(operand) : []
  })
}

/** 90 for 0.9 would never hold. */
function shareFaults(operand: unknown): readonly string[] {
  const wanted = isObject(operand) ? Object.values(operand).flat() : [operand]
  const strange = wanted.find((each) => typeof each !== 'number' || each < 0 || each > 1)
  if (wanted.some((each) => typeof each !== 'number' || each < 0 || each > 1))
    return [
      `${usedShareKey} is compared with a number from 0 to 1, e.g. { "$gte": 0.9 }; got ${JSON.stringify(strange) ?? 'nothing'}`,
    ]
  return isObject(operand) ? operandFaults(operand) : []
}

function operandFaults(operand: Params): readonly string[] {
  return Object.entries(operand).flatMap(([name, wanted]) => {
    if (!operators.has(name))
      return [
        `Unsupported operator used in the query router: ${name.slice(0, 40)}; allowed are ${[...operators.keys()].join(', ')}`,
      ]
    if ((name === '$in' || name === '$nin') && !Array.isArray(wanted)) return [`${name} must be an array of values`]
    if (name === '$regex' && !isPattern(wanted))
      return [`$regex is no regular expression of at most ${maxPattern} characters`]
    return []
  })
}
