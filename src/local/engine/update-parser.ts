/** Parses update expressions. Pure. */
import { ExpressionReader } from './expression-reader.ts'
import type { Parsed, Path, Source, Update } from './expression-tree.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer One)[] ? One[] : T[K] }

const kind = 'UpdateExpression'

export function parseUpdate(text: string): Parsed<Update> {
  const reader = new ExpressionReader(kind, text)
  const update: Mutable<Update> = { set: [], remove: [], add: [], delete: [] }
  const seen = new Set<string>()
  while (reader.peek().type !== 'end') {
    const word = reader.peek().text.toUpperCase()
    if (!['SET', 'REMOVE', 'ADD', 'DELETE'].includes(word)) throw reader.unexpected()
    if (seen.has(word)) throw reader.refuse(`The "${word}" section can only be used once in an update expression;`)
    seen.add(word)
    reader.take()
    do readAction(reader, word, update)
    while (reader.takeSymbol(','))
  }
  return reader.finish(update)
}

function readAction(reader: ExpressionReader, word: string, update: Mutable<Update>): void {
  const path = reader.path()
  if (word === 'REMOVE') update.remove.push(path)
  else if (word === 'ADD') update.add.push({ path, value: reader.value() })
  else if (word === 'DELETE') update.delete.push({ path, value: reader.value() })
  else {
    reader.needSymbol('=')
    update.set.push({ path, source: sum(reader) })
  }
}

function sum(reader: ExpressionReader): Source {
  const left = source(reader)
  for (const type of ['+', '-'] as const) if (reader.takeSymbol(type)) return { type, left, right: source(reader) }
  return left
}

function source(reader: ExpressionReader): Source {
  if (reader.peek().type === 'value') return { type: 'value', name: reader.value() }
  if (!reader.isCall()) return { type: 'path', path: reader.path() }
  const name = reader.take().text
  reader.needSymbol('(')
  const call = name === 'if_not_exists' ? ifNotExists(reader) : name === 'list_append' ? listAppend(reader) : undefined
  if (call === undefined) throw reader.refuse(`Invalid function name; function: ${name}`)
  reader.needSymbol(')')
  return call
}

function ifNotExists(reader: ExpressionReader): Source {
  if (reader.peek().type === 'value')
    throw reader.refuse('Operator or function requires a document path; operator or function: if_not_exists')
  const path: Path = reader.path()
  reader.needSymbol(',')
  return { type: 'if_not_exists', path, otherwise: source(reader) }
}

function listAppend(reader: ExpressionReader): Source {
  const first = source(reader)
  reader.needSymbol(',')
  return { type: 'list_append', first, second: source(reader) }
}
