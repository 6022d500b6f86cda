/** Turns a key condition into the partition and the range of sort keys that it means. Pure. */
import { invalid } from './errors.ts'
import type { Condition, Operand } from './expression-tree.ts'
import { type Placeholders, resolvePath } from './expressions.ts'
import type { Value } from './item.ts'
import type { KeyNames } from './schema.ts'
import { typeOf } from './values.ts'

export interface Bound {
  readonly key: string
  readonly isIncluded: boolean
}

export interface KeyRange {
  readonly partition: string
  /** Sort keys; absent = no bound. */
  readonly low?: Bound
  readonly high?: Bound
}

/** Throws `ValidationException` for what is no key condition of these keys. */
export function readKeyCondition(condition: Condition, placeholders: Placeholders, keys: KeyNames): KeyRange {
  const parts = flatten(condition)
  const named = parts.map((part) => ({ part, name: nameOf(part, placeholders) }))
  const ofPartition = named.filter(({ name }) => name === keys.partition)
  const ofSort = named.filter(({ name }) => keys.sort !== undefined && name === keys.sort)
  const [partition] = ofPartition
  if (partition === undefined) throw invalid(`Query condition missed key schema element: ${keys.partition}`)
  if (partition.part.type !== 'compare' || partition.part.comparator !== '=') throw unsupported()
  if (ofPartition.length > 1 || ofSort.length > 1)
    throw invalid('KeyConditionExpressions must only contain one condition per key')
  if (parts.length > ofPartition.length + ofSort.length)
    throw keys.sort === undefined ? unsupported() : invalid(`Query condition missed key schema element: ${keys.sort}`)
  const read = (operand: Operand | undefined) => keyText(operand, placeholders)
  return { partition: read(partition.part.right), ...(ofSort[0] && readRange(ofSort[0].part, read)) }
}

function flatten(condition: Condition): readonly Condition[] {
  if (condition.type === 'and') return condition.parts.flatMap(flatten)
  if (condition.type === 'or') throw invalid('Invalid operator used in KeyConditionExpression: OR')
  if (condition.type === 'not') throw invalid('Invalid operator used in KeyConditionExpression: NOT')
  return [condition]
}

function nameOf(condition: Condition, placeholders: Placeholders): string | undefined {
  const subject =
    condition.type === 'compare'
      ? condition.left
      : condition.type === 'between'
        ? condition.operand
        : condition.type === 'test'
          ? condition.operands[0]
          : undefined
  if (subject?.type !== 'path') throw unsupported()
  const path = resolvePath(subject.path, placeholders)
  if (path.length > 1) throw invalid('KeyConditionExpressions cannot have conditions on nested attributes')
  return String(path[0])
}

function readRange(
  condition: Condition,
  read: (operand: Operand | undefined) => string,
): Pick<KeyRange, 'low' | 'high'> {
  if (condition.type === 'between')
    return {
      low: { key: read(condition.low), isIncluded: true },
      high: { key: read(condition.high), isIncluded: true },
    }
  if (condition.type === 'test') {
    if (condition.name !== 'begins_with') throw unsupported()
    const start = read(condition.operands[1])
    const end = successor(start)
    return {
      low: { key: start, isIncluded: true },
      ...(end !== undefined && { high: { key: end, isIncluded: false } }),
    }
  }
  if (condition.type !== 'compare' || condition.comparator === '<>') throw unsupported()
  const key = read(condition.right)
  const isIncluded = condition.comparator !== '<' && condition.comparator !== '>'
  if (condition.comparator === '=') return { low: { key, isIncluded }, high: { key, isIncluded } }
  return condition.comparator.startsWith('<') ? { high: { key, isIncluded } } : { low: { key, isIncluded } }
}

function keyText(operand: Operand | undefined, { values }: Placeholders): string {
  if (operand?.type !== 'value') throw unsupported()
  const value = values[operand.name] as Value
  if (!('S' in value))
    throw invalid(
      `One or more parameter values were invalid: Condition parameter type does not match schema type; got ${typeOf(value)}, expected S`,
    )
  if (value.S === '')
    throw invalid(
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value.',
    )
  return value.S.toWellFormed()
}

/** The smallest text above every text that begins so, by code points; undefined = there is none. */
function successor(start: string): string | undefined {
  const points = Array.from(start, (character) => character.codePointAt(0) ?? 0)
  while (points.length > 0) {
    const last = points.pop() ?? 0
    if (last === 0x10ffff) continue
    return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
  }
  return undefined
}

function unsupported() {
  return invalid('Query key condition not supported')
}
