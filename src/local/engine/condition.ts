/** Decides whether an item meets a condition or a filter. Pure. */
import { invalid } from './errors.ts'
import type { Comparator, Condition, Operand, Parsed } from './expression-tree.ts'
import { type Placeholders, resolvePath } from './expressions.ts'
import type { Item, Type, Value } from './item.ts'
import { valueAt } from './paths.ts'
import { isEqual, order, setMembers, typeOf } from './values.ts'

/** What an operand of a literal value may be, by operator. */
const ordered: ReadonlySet<Type> = new Set(['S', 'N', 'B'])

const typeNames: Readonly<Record<Type, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  BOOL: 'BOOLEAN',
  NULL: 'NULL',
  L: 'LIST',
  M: 'MAP',
  SS: 'STRING_SET',
  NS: 'NUMBER_SET',
  BS: 'BINARY_SET',
}

/** Throws `ValidationException` for values that the condition cannot use whatever the item is. */
export function checkCondition({ kind, tree }: Parsed<Condition>, placeholders: Placeholders): void {
  const literal = (operand: Operand | undefined) =>
    operand?.type === 'value' ? placeholders.values[operand.name] : undefined
  const requireType = (operator: string, operand: Operand | undefined, allowed: ReadonlySet<Type>) => {
    const value = literal(operand)
    if (value !== undefined && !allowed.has(typeOf(value)))
      throw invalid(
        `Invalid ${kind}: Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${typeNames[typeOf(value)]}`,
      )
  }
  const requireDistinct = (operator: string, first: Operand, rest: readonly Operand[]) => {
    if (first.type !== 'path') return
    const shown = JSON.stringify(resolvePath(first.path, placeholders))
    if (rest.some((one) => one.type === 'path' && JSON.stringify(resolvePath(one.path, placeholders)) === shown))
      throw invalid(
        `Invalid ${kind}: The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${shown}`,
      )
  }
  const check = (condition: Condition): void => {
    const [first, ...rest] = operandsOf(condition)
    if (first !== undefined) requireDistinct(operatorOf(condition), first, rest)
    if (condition.type === 'and' || condition.type === 'or') condition.parts.forEach(check)
    else if (condition.type === 'not') check(condition.part)
    else if (condition.type === 'compare' && condition.comparator !== '=' && condition.comparator !== '<>')
      for (const side of [condition.left, condition.right]) requireType(condition.comparator, side, ordered)
    else if (condition.type === 'between') {
      for (const side of [condition.operand, condition.low, condition.high]) requireType('BETWEEN', side, ordered)
      checkBounds(kind, literal(condition.low), literal(condition.high))
    } else if (condition.type === 'test' && condition.name === 'begins_with')
      for (const one of condition.operands) requireType('begins_with', one, new Set(['S', 'B']))
    else if (condition.type === 'test' && condition.name === 'attribute_type') {
      requireType('attribute_type', condition.operands[1], new Set(['S']))
      const named = literal(condition.operands[1])
      if (named !== undefined && 'S' in named && !(named.S in typeNames))
        throw invalid(
          `Invalid ${kind}: Invalid attribute type name found; type: ${named.S}, valid types: {${Object.keys(typeNames).join(',')}}`,
        )
    }
  }
  check(tree)
}

function operandsOf(condition: Condition): readonly Operand[] {
  if (condition.type === 'compare') return [condition.left, condition.right]
  if (condition.type === 'between') return [condition.operand, condition.low, condition.high]
  if (condition.type === 'in') return [condition.operand, ...condition.list]
  return condition.type === 'test' ? condition.operands : []
}

function operatorOf(condition: Condition): string {
  if (condition.type === 'compare') return condition.comparator
  return condition.type === 'test' ? condition.name : condition.type.toUpperCase()
}

function checkBounds(kind: string, low: Value | undefined, high: Value | undefined): void {
  if (low === undefined || high === undefined) return
  const compared = order(low, high)
  if (compared === undefined)
    throw invalid(
      `Invalid ${kind}: The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: ${show(low)}, upper bound operand: AttributeValue: ${show(high)}`,
    )
  if (compared > 0)
    throw invalid(
      `Invalid ${kind}: The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: ${show(low)}, upper bound operand: AttributeValue: ${show(high)}`,
    )
}

function show(value: Value): string {
  const type = typeOf(value)
  return `{${type}:${'S' in value ? value.S : 'N' in value ? value.N : '…'}}`
}

/** An absent item is one without attributes. */
export function holds(condition: Condition, item: Item, placeholders: Placeholders): boolean {
  const holdsToo = (part: Condition) => holds(part, item, placeholders)
  const read = (operand: Operand) => readOperand(operand, item, placeholders)
  switch (condition.type) {
    case 'and':
      return condition.parts.every(holdsToo)
    case 'or':
      return condition.parts.some(holdsToo)
    case 'not':
      return !holdsToo(condition.part)
    case 'compare':
      return compare(condition.comparator, read(condition.left), read(condition.right))
    case 'between': {
      const value = read(condition.operand)
      return compare('>=', value, read(condition.low)) && compare('<=', value, read(condition.high))
    }
    case 'in': {
      const value = read(condition.operand)
      return condition.list.some((one) => compare('=', value, read(one)))
    }
    case 'test': {
      const [first, second] = condition.operands.map(read)
      return tests[condition.name](first, second)
    }
  }
}

type Test = (subject: Value | undefined, about: Value | undefined) => boolean

const tests: Readonly<Record<(Condition & { readonly type: 'test' })['name'], Test>> = {
  attribute_exists: (subject) => subject !== undefined,
  attribute_not_exists: (subject) => subject === undefined,
  attribute_type: (subject, about) =>
    subject !== undefined && about !== undefined && 'S' in about && typeOf(subject) === about.S,
  begins_with: (subject, about) => subject !== undefined && about !== undefined && beginsWith(subject, about),
  contains: (subject, about) => subject !== undefined && about !== undefined && contains(subject, about),
}

function beginsWith(subject: Value, start: Value): boolean {
  if ('S' in subject) return 'S' in start && subject.S.startsWith(start.S)
  if (!('B' in subject) || !('B' in start)) return false
  return Buffer.compare(subject.B.subarray(0, start.B.byteLength), start.B) === 0
}

function contains(subject: Value, member: Value): boolean {
  if ('S' in subject) return 'S' in member && subject.S.includes(member.S)
  if ('B' in subject) return 'B' in member && Buffer.from(subject.B).includes(Buffer.from(member.B))
  if ('L' in subject) return subject.L.some((one) => isEqual(one, member))
  if ('SS' in subject) return 'S' in member && subject.SS.includes(member.S)
  if ('NS' in subject) return 'N' in member && subject.NS.includes(member.N)
  return 'BS' in subject && 'B' in member && setMembers(subject).includes(Buffer.from(member.B).toString('base64'))
}

function compare(comparator: Comparator, left: Value | undefined, right: Value | undefined): boolean {
  if (left === undefined || right === undefined) return comparator === '<>'
  if (comparator === '=') return isEqual(left, right)
  if (comparator === '<>') return !isEqual(left, right)
  const compared = order(left, right)
  if (compared === undefined) return false
  if (comparator === '<') return compared < 0
  if (comparator === '<=') return compared <= 0
  return comparator === '>' ? compared > 0 : compared >= 0
}

function readOperand(operand: Operand, item: Item, placeholders: Placeholders): Value | undefined {
  if (operand.type === 'value') return placeholders.values[operand.name]
  if (operand.type === 'path') return valueAt(item, resolvePath(operand.path, placeholders))
  const value = readOperand(operand.of, item, placeholders)
  const size = value && sizeOf(value)
  return size === undefined ? undefined : { N: String(size) }
}

/** What `size()` says; undefined for a type that has none. */
function sizeOf(value: Value): number | undefined {
  if ('S' in value) return value.S.length
  if ('B' in value) return value.B.byteLength
  if ('L' in value) return value.L.length
  if ('M' in value) return Object.keys(value.M).length
  return 'SS' in value || 'NS' in value || 'BS' in value ? setMembers(value).length : undefined
}
