/** Parses conditions, filters, key conditions and projections. Pure. */
import { ExpressionReader } from './expression-reader.ts'
import type { Comparator, Condition, Operand, Parsed, Path, TestName } from './expression-tree.ts'

const comparators: ReadonlySet<string> = new Set(['=', '<>', '<', '<=', '>', '>='])

const operandsOf: Readonly<Record<TestName, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
}

export function parseCondition(kind: string, text: string): Parsed<Condition> {
  const reader = new ExpressionReader(kind, text)
  return reader.finish(either(reader))
}

export function parseProjection(text: string): Parsed<readonly Path[]> {
  const reader = new ExpressionReader('ProjectionExpression', text)
  const paths = [reader.path()]
  while (reader.takeSymbol(',')) paths.push(reader.path())
  return reader.finish(paths)
}

function either(reader: ExpressionReader): Condition {
  let condition = both(reader)
  while (reader.takeKeyword('OR')) condition = { type: 'or', parts: [condition, both(reader)] }
  return condition
}

function both(reader: ExpressionReader): Condition {
  let condition = negated(reader)
  while (reader.takeKeyword('AND')) condition = { type: 'and', parts: [condition, negated(reader)] }
  return condition
}

function negated(reader: ExpressionReader): Condition {
  return reader.takeKeyword('NOT') ? { type: 'not', part: negated(reader) } : single(reader)
}

function single(reader: ExpressionReader): Condition {
  if (reader.takeSymbol('(')) {
    const isDoubled = reader.peek().text === '(' && closesTogether(reader)
    if (isDoubled) throw reader.refuse('The expression has redundant parentheses;')
    const condition = either(reader)
    reader.needSymbol(')')
    return condition
  }
  if (reader.isCall() && reader.peek().text !== 'size') return test(reader)
  const left = operand(reader)
  if (reader.takeKeyword('BETWEEN')) {
    const low = operand(reader)
    if (!reader.takeKeyword('AND')) throw reader.unexpected()
    return { type: 'between', operand: left, low, high: operand(reader) }
  }
  if (reader.takeKeyword('IN')) {
    reader.needSymbol('(')
    const list = [operand(reader)]
    while (reader.takeSymbol(',')) list.push(operand(reader))
    reader.needSymbol(')')
    return { type: 'in', operand: left, list }
  }
  const token = reader.peek()
  if (token.type !== 'symbol' || !comparators.has(token.text)) throw reader.unexpected()
  return { type: 'compare', comparator: reader.take().text as Comparator, left, right: operand(reader) }
}

/** Whether the bracket that opens here is closed right before the one around it. */
function closesTogether(reader: ExpressionReader): boolean {
  let depth = 0
  for (let ahead = 0; reader.peek(ahead).type !== 'end'; ahead++) {
    const { text, type } = reader.peek(ahead)
    if (type !== 'symbol') continue
    if (text === '(') depth += 1
    if (text === ')') depth -= 1
    if (depth === 0) return reader.peek(ahead + 1).text === ')'
  }
  return false
}

function test(reader: ExpressionReader): Condition {
  const name = reader.take().text
  if (!(name in operandsOf)) throw reader.refuse(`Invalid function name; function: ${name}`)
  reader.needSymbol('(')
  const operands = [operand(reader)]
  while (reader.takeSymbol(',')) operands.push(operand(reader))
  reader.needSymbol(')')
  const wanted = operandsOf[name as TestName]
  if (operands.length !== wanted)
    throw reader.refuse(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    )
  if (operands[0]?.type !== 'path' && /^attribute_/.test(name))
    throw reader.refuse(`Operator or function requires a document path; operator or function: ${name}`)
  return { type: 'test', name: name as TestName, operands }
}

function operand(reader: ExpressionReader): Operand {
  if (reader.peek().type === 'value') return { type: 'value', name: reader.value() }
  if (!reader.isCall()) return { type: 'path', path: reader.path() }
  const name = reader.take().text
  if (name !== 'size')
    throw reader.refuse(`The function is not allowed to be used this way in an expression; function: ${name}`)
  reader.needSymbol('(')
  const of = operand(reader)
  reader.needSymbol(')')
  return { type: 'size', of }
}
