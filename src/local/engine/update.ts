/** Applies an update expression to an item. Pure: gives a new item. */
import { invalid } from './errors.ts'
import type { Parsed, Path, Source, Update } from './expression-tree.ts'
import { type Placeholders, resolvePath } from './expressions.ts'
import type { Item, Type, Value } from './item.ts'
import { addNumbers, subtractNumbers } from './numbers.ts'
import { checkPaths } from './path-overlap.ts'
import { changeAt, valueAt } from './paths.ts'
import { setMembers, typeOf } from './values.ts'

/** Throws `ValidationException` for what is wrong whatever the item is. `keyNames` may not be changed. */
export function checkUpdate({ tree }: Parsed<Update>, placeholders: Placeholders, keyNames: readonly string[]): void {
  const changed = [...tree.set, ...tree.add, ...tree.delete].map(({ path }) => path)
  checkTargets(
    [...changed, ...tree.remove].map((path) => resolvePath(path, placeholders)),
    keyNames,
  )
  for (const { value } of tree.add) requireOperand('ADD', placeholders.values[value] as Value, ['N', 'SS', 'NS', 'BS'])
  for (const { value } of tree.delete) requireOperand('DELETE', placeholders.values[value] as Value, ['SS', 'NS', 'BS'])
}

function requireOperand(operator: string, value: Value, allowed: readonly Type[]): void {
  if (!allowed.includes(typeOf(value)))
    throw invalid(
      `Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ${operator}, operand type: ${typeOf(value)}`,
    )
}

/** Of an update that was checked. All sources are read from the item as it was. */
export function applyUpdate({ tree }: Parsed<Update>, before: Item, placeholders: Placeholders): Item {
  const removed = tree.remove.map((path) => resolvePath(path, placeholders))
  const literal = (name: string) => placeholders.values[name] as Value
  let item = before
  for (const { path, source } of tree.set) {
    const value = readSource(source, before, placeholders)
    item = changeAt(item, resolvePath(path, placeholders), value)
  }
  // from the end of each list, so that no removal moves what another means
  for (const path of removed.toSorted(laterFirst))
    item = valueAt(item, path) === undefined ? requireParent(item, path) : changeAt(item, path, undefined)
  for (const { path, value } of tree.add) {
    const at = resolvePath(path, placeholders)
    item = changeAt(item, at, addTo(valueAt(before, at), literal(value)))
  }
  for (const { path, value } of tree.delete) {
    const at = resolvePath(path, placeholders)
    const current = valueAt(before, at)
    const left = deleteFrom(current, literal(value))
    if (current !== undefined) item = changeAt(item, at, left)
  }
  return item
}

function checkTargets(paths: readonly Path[], keyNames: readonly string[]): void {
  for (const [first] of paths)
    if (keyNames.includes(first as string))
      throw invalid(
        `One or more parameter values were invalid: Cannot update attribute ${first}. This attribute is part of the key`,
      )
  checkPaths('UpdateExpression', paths)
}

function laterFirst(left: Path, right: Path): number {
  const at = left.findIndex((part, index) => part !== right[index])
  const [mine, theirs] = [left[at], right[at]]
  return typeof mine === 'number' && typeof theirs === 'number' ? theirs - mine : 0
}

/** Removing what is not there is fine; removing it from something that cannot hold it is not. */
function requireParent(item: Item, path: Path): Item {
  if (path.length === 1) return item
  const parent = valueAt(item, path.slice(0, -1))
  const fits = parent !== undefined && (typeof path.at(-1) === 'number' ? 'L' in parent : 'M' in parent)
  if (!fits) throw invalid('The document path provided in the update expression is invalid for update')
  return item
}

function readSource(source: Source, item: Item, placeholders: Placeholders): Value {
  const read = (inner: Source) => readSource(inner, item, placeholders)
  switch (source.type) {
    case 'value':
      return placeholders.values[source.name] as Value
    case 'path':
      return existing(valueAt(item, resolvePath(source.path, placeholders)))
    case 'if_not_exists':
      return valueAt(item, resolvePath(source.path, placeholders)) ?? read(source.otherwise)
    case 'list_append': {
      const [first, second] = [read(source.first), read(source.second)]
      if (!('L' in first) || !('L' in second)) throw wrongType()
      return { L: [...first.L, ...second.L] }
    }
    default: {
      const [left, right] = [read(source.left), read(source.right)]
      if (!('N' in left) || !('N' in right)) throw wrongType()
      return { N: source.type === '+' ? addNumbers(left.N, right.N) : subtractNumbers(left.N, right.N) }
    }
  }
}

function existing(value: Value | undefined): Value {
  if (value !== undefined) return value
  throw invalid('The provided expression refers to an attribute that does not exist in the item')
}

function addTo(current: Value | undefined, value: Value): Value {
  if (current === undefined) return value
  if ('N' in value && 'N' in current) return { N: addNumbers(current.N, value.N) }
  if (typeOf(current) !== typeOf(value)) throw wrongType()
  return ofMembers(value, [...new Set([...setMembers(current), ...setMembers(value)])])
}

/** undefined = nothing is left of the set. */
function deleteFrom(current: Value | undefined, value: Value): Value | undefined {
  const gone = setMembers(value)
  if (current === undefined) return undefined
  if (typeOf(current) !== typeOf(value)) throw wrongType()
  const left = setMembers(current).filter((member) => !gone.includes(member))
  return left.length === 0 ? undefined : ofMembers(value, left)
}

/** A set of the same type as `like`; bytes come as base64. */
function ofMembers(like: Value, members: readonly string[]): Value {
  if ('SS' in like) return { SS: [...members] }
  return 'NS' in like ? { NS: [...members] } : { BS: members.map((one) => new Uint8Array(Buffer.from(one, 'base64'))) }
}

function wrongType() {
  return invalid('An operand in the update expression has an incorrect data type')
}
