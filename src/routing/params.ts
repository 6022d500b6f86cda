/** What a target's params make of a client's body: fill what is absent, overwrite, leave out. */
import type { Params, Settings } from './config.ts'

export interface EditedBody {
  readonly body: Params
  /** Top-level keys to set, or with undefined to remove. */
  readonly edits: Readonly<Record<string, unknown>>
  /** A value the client sent was changed inside, so its bytes are no longer the client's. */
  readonly isReparsed: boolean
}

type Setting = Pick<Settings, 'overrideParams' | 'defaultParams' | 'dropParams'>

/** undefined = nothing to change. The model is left to whoever resolves it. */
export function editBody(body: Params, { overrideParams, defaultParams, dropParams }: Setting): EditedBody | undefined {
  const edits: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(defaultParams ?? {})) if (body[key] === undefined) edits[key] = value
  Object.assign(edits, overrideParams)
  const merged: Record<string, unknown> = { ...body, ...edits }
  let isReparsed = false
  for (const path of dropParams ?? []) {
    const [first, ...rest] = partsOf(path)
    if (first === undefined || !Object.hasOwn(merged, first)) continue
    const without = rest.length === 0 ? undefined : drop(merged[first], rest)
    if (without === merged[first]) continue
    isReparsed ||= rest.length > 0 && body[first] !== undefined
    edits[first] = without
    if (without === undefined) delete merged[first]
    else merged[first] = without
  }
  return Object.keys(edits).length === 0 ? undefined : { body: merged, edits, isReparsed }
}

/** `tools[*].function.strict` → tools, *, function, strict. */
function partsOf(path: string): readonly string[] {
  return path.split(/[.[\]]+/).filter((part) => part !== '')
}

/** The same value when there is nothing at the path. */
function drop(value: unknown, [part, ...rest]: readonly string[]): unknown {
  if (part === undefined || typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return dropFromArray(value, part, rest)
  const object = value as Params
  const keys = part === '*' ? Object.keys(object) : [part]
  let changed: Record<string, unknown> | undefined
  for (const key of keys) {
    if (!Object.hasOwn(object, key)) continue
    const without = rest.length === 0 ? undefined : drop(object[key], rest)
    if (without === object[key]) continue
    changed ??= { ...object }
    if (rest.length === 0) delete changed[key]
    else changed[key] = without
  }
  return changed ?? value
}

function dropFromArray(list: readonly unknown[], part: string, rest: readonly string[]): unknown {
  const isMeant = (at: number) => part === '*' || part === String(at)
  if (rest.length === 0) return list.some((_, at) => isMeant(at)) ? list.filter((_, at) => !isMeant(at)) : list
  const changed = list.map((each, at) => (isMeant(at) ? drop(each, rest) : each))
  return changed.some((each, at) => each !== list[at]) ? changed : list
}
