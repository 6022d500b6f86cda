/** Reads and changes what lies at a path of an item. Changing copies what is on the way and nothing else. */
import { invalid } from './errors.ts'
import type { Path } from './expression-tree.ts'
import type { Item, Value } from './item.ts'

/** Paths are resolved: they hold no aliases. undefined = nothing is there. */
export function valueAt(item: Item, path: Path): Value | undefined {
  let value: Value | undefined = item[path[0] as string]
  for (let at = 1; at < path.length && value !== undefined; at++) value = inside(value, path[at] as string | number)
  return value
}

function inside(value: Value, part: string | number): Value | undefined {
  if (typeof part === 'number') return 'L' in value ? value.L[part] : undefined
  return 'M' in value ? value.M[part] : undefined
}

/** `value` undefined removes. Throws when what should hold the last part is not there or of another type. */
export function changeAt(item: Item, path: Path, value: Value | undefined): Item {
  const [first, ...rest] = path as [string, ...(string | number)[]]
  const changed = rest.length === 0 ? value : changeInside(item[first], rest, value)
  return withMember(item, first, changed)
}

function withMember(item: Item, name: string, value: Value | undefined): Item {
  const copy = { ...item }
  if (value === undefined) delete copy[name]
  else copy[name] = value
  return copy
}

function changeInside(value: Value | undefined, path: Path, next: Value | undefined): Value {
  const [part, ...rest] = path
  const changeMember = (member: Value | undefined) => (rest.length === 0 ? next : changeInside(member, rest, next))
  if (typeof part === 'string' && value !== undefined && 'M' in value)
    return { M: withMember(value.M, part, changeMember(value.M[part])) }
  if (typeof part === 'number' && value !== undefined && 'L' in value) {
    const list = [...value.L]
    const changed = changeMember(list[part])
    if (changed === undefined) list.splice(part, 1)
    else list[Math.min(part, list.length)] = changed
    return { L: list }
  }
  throw invalid('The document path provided in the update expression is invalid for update')
}

/** Only what lies at the paths, in the shape in which it lies; lists close up. */
export function project(item: Item, paths: readonly Path[]): Item {
  const tree = new Map<string | number, Branch>()
  for (const path of paths) grow(tree, path)
  return pickMembers(item, tree)
}

/** true = everything below. */
type Branch = true | Map<string | number, Branch>

function grow(tree: Map<string | number, Branch>, [part, ...rest]: Path): void {
  if (part === undefined) return
  if (rest.length === 0) tree.set(part, true)
  else {
    const branch = tree.get(part) ?? new Map<string | number, Branch>()
    if (branch === true) return
    tree.set(part, branch)
    grow(branch, rest)
  }
}

function pickMembers(item: Item, tree: ReadonlyMap<string | number, Branch>): Item {
  const picked: Item = {}
  for (const [name, branch] of tree) {
    const value = typeof name === 'string' ? item[name] : undefined
    const part = value && pick(value, branch)
    if (part !== undefined) picked[name] = part
  }
  return picked
}

function pick(value: Value, branch: Branch): Value | undefined {
  if (branch === true) return value
  if ('M' in value) {
    const members = pickMembers(value.M, branch)
    return Object.keys(members).length === 0 ? undefined : { M: members }
  }
  if (!('L' in value)) return undefined
  const list = [...branch]
    .filter(([at]) => typeof at === 'number')
    .sort(([a], [b]) => Number(a) - Number(b))
    .flatMap(([at, below]) => {
      const one = value.L[Number(at)]
      return (one && pick(one, below)) ?? []
    })
  return list.length === 0 ? undefined : { L: list }
}
