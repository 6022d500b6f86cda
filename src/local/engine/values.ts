/** Attribute values: how they are checked, measured, compared and ordered. Pure. */
import { invalid } from './errors.ts'
import type { Item, Type, Value } from './item.ts'
import { compareNumbers, normalizeNumber, numberSize } from './numbers.ts'

const types: ReadonlySet<string> = new Set(['S', 'N', 'B', 'BOOL', 'NULL', 'L', 'M', 'SS', 'NS', 'BS'])

/** Levels of lists and maps inside each other. */
const deepest = 32

export function typeOf(value: Value): Type {
  for (const name in value) return name as Type
  throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes')
}

/** A copy in which numbers are normalized and absent values left out. Throws `ValidationException`. */
export function readItem(input: unknown, depth = 0): Item {
  const item: Item = {}
  for (const name in input as Record<string, unknown>) {
    const value = (input as Record<string, unknown>)[name]
    if (value !== undefined && value !== null) item[name] = readValue(value, depth)
  }
  return item
}

export function readValue(input: unknown, depth = 0): Value {
  const { type, content } = onlyMember(input)
  if (depth > deepest) throw invalid('Nesting Levels have exceeded supported limits')
  switch (type) {
    case 'S':
      return { S: expected(typeof content === 'string' && content) }
    case 'N':
      return { N: normalizeNumber(String(content)) }
    case 'B':
      return { B: bytes(content) }
    case 'BOOL':
      return { BOOL: content === true }
    case 'NULL':
      if (content !== true) throw parameterInvalid('Null attribute value types must have the value of true')
      return { NULL: true }
    case 'L':
      return { L: list(content).map((one) => readValue(one, depth + 1)) }
    case 'M':
      return { M: readItem(content, depth + 1) }
    case 'SS':
      return { SS: distinct(list(content).map(String)) }
    case 'NS':
      return { NS: distinct(list(content).map((one) => normalizeNumber(String(one)))) }
    case 'BS':
      return { BS: distinctBytes(list(content).map(bytes)) }
  }
}

function onlyMember(input: unknown): { readonly type: Type; readonly content: unknown } {
  let type: Type | undefined
  let content: unknown
  if (typeof input === 'object' && input !== null)
    for (const name in input) {
      const member = (input as Record<string, unknown>)[name]
      if (member === undefined || member === null) continue
      if (type !== undefined)
        throw invalid(
          'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
        )
      if (!types.has(name)) break
      type = name as Type
      content = member
    }
  if (type === undefined)
    throw invalid('Supplied AttributeValue is empty, must contain exactly one of the supported datatypes')
  return { type, content }
}

function expected(text: string | false): string {
  if (text === false) throw invalid('a value of type S must be a string')
  return text
}

function list(content: unknown): readonly unknown[] {
  if (Array.isArray(content)) return content
  throw invalid('a value of type L, SS, NS or BS must be a list')
}

function bytes(content: unknown): Uint8Array {
  if (content instanceof Uint8Array) return content
  throw invalid('a value of type B must be bytes')
}

function distinct(members: string[]): string[] {
  if (members.length === 0) throw parameterInvalid('An string set  may not be empty')
  if (new Set(members).size !== members.length)
    throw parameterInvalid(`Input collection [${members.join(', ')}] contains duplicates.`)
  return members
}

function distinctBytes(members: Uint8Array[]): Uint8Array[] {
  if (members.length === 0) throw parameterInvalid('Binary sets should not be empty')
  const texts = members.map((member) => Buffer.from(member).toString('base64'))
  if (new Set(texts).size !== texts.length) throw parameterInvalid('Input collection of type BS contains duplicates.')
  return members
}

function parameterInvalid(what: string) {
  return invalid(`One or more parameter values were invalid: ${what}`)
}

/** Bytes as the service counts them towards the 400 KB of an item and the units of a request. */
export function itemSize(item: Item): number {
  let size = 0
  for (const name in item) size += Buffer.byteLength(name) + valueSize(item[name] as Value)
  return size
}

function valueSize(value: Value): number {
  if ('S' in value) return Buffer.byteLength(value.S)
  if ('N' in value) return numberSize(value.N)
  if ('B' in value) return value.B.byteLength
  if ('L' in value) return value.L.reduce((total, one) => total + valueSize(one) + 1, 3)
  if ('M' in value) return 3 + itemSize(value.M) + Object.keys(value.M).length
  if ('SS' in value) return value.SS.reduce((total, one) => total + Buffer.byteLength(one), 0)
  if ('NS' in value) return value.NS.reduce((total, one) => total + numberSize(one), 0)
  if ('BS' in value) return value.BS.reduce((total, one) => total + one.byteLength, 0)
  return 1
}

export function isEqual(left: Value, right: Value): boolean {
  if ('S' in left) return 'S' in right && left.S === right.S
  if ('N' in left) return 'N' in right && left.N === right.N
  if ('B' in left) return 'B' in right && Buffer.compare(left.B, right.B) === 0
  if ('BOOL' in left) return 'BOOL' in right && left.BOOL === right.BOOL
  if ('NULL' in left) return 'NULL' in right
  if ('L' in left)
    return (
      'L' in right && left.L.length === right.L.length && left.L.every((one, at) => isEqual(one, right.L[at] as Value))
    )
  if ('M' in left) return 'M' in right && isSameItem(left.M, right.M)
  const [mine, theirs] = [setMembers(left), setMembers(right)]
  return typeOf(left) === typeOf(right) && mine.length === theirs.length && mine.every((one) => theirs.includes(one))
}

export function isSameItem(left: Item, right: Item): boolean {
  const names = Object.keys(left)
  if (names.length !== Object.keys(right).length) return false
  return names.every((name) => {
    const other = right[name]
    return other !== undefined && isEqual(left[name] as Value, other)
  })
}

/** The members of a set as text, bytes as base64; empty for what is no set. */
export function setMembers(value: Value): readonly string[] {
  if ('SS' in value) return value.SS
  if ('NS' in value) return value.NS
  return 'BS' in value ? value.BS.map((one) => Buffer.from(one).toString('base64')) : []
}

/** undefined = values of different types, or of a type without an order. */
export function order(left: Value, right: Value): number | undefined {
  if ('S' in left) return 'S' in right ? compareText(left.S, right.S) : undefined
  if ('N' in left) return 'N' in right ? compareNumbers(left.N, right.N) : undefined
  if ('B' in left) return 'B' in right ? Buffer.compare(left.B, right.B) : undefined
  return undefined
}

/** By UTF-8 bytes, which is by code points: surrogates stand above the rest of their plane. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0
  const length = Math.min(left.length, right.length)
  for (let at = 0; at < length; at++) {
    const [mine, theirs] = [left.charCodeAt(at), right.charCodeAt(at)]
    if (mine !== theirs) return weight(mine) - weight(theirs)
  }
  return left.length - right.length
}

function weight(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
