/** Query filters of lists. One that a list does not know is refused: without it, more rows would come than were asked for. */
import { GatewayError } from '../errors.ts'
import { nearestName } from '../nearest.ts'
import type { AdminRequest, JsonObject } from './request.ts'

/** `row` as the API shows it. */
type Filter = (row: JsonObject, value: string) => boolean

/** The filters that there are; a resource names those that its list takes. */
const filters = {
  ids: (row, value) => partsOf(value).some((part) => part === row.id || part === row.slug),
  name: (row, value) => plainName(row).includes(value),
  exact_name: (row, value) => plainName(row) === value,
  status: ({ status }, value) => partsOf(value).some((part) => part === status),
  type: ({ type }, value) => value === 'all' || partsOf(value).some((part) => part === (type ?? 'cost')),
  unit: ({ unit }, value) => partsOf(value).some((part) => part === unit),
  tags: ({ tags }, value) => hasTags(tags, value),
} satisfies Readonly<Record<string, Filter>>

export type FilterName = keyof typeof filters

export const filterMeanings: Readonly<Record<FilterName, string>> = {
  ids: 'ids or slugs, with commas between them',
  name: 'a part of the name',
  exact_name: 'the whole name',
  status: 'one status or several, with commas between them',
  type: 'the type of the row',
  unit: 'the unit of the rate',
  tags: 'names of tags with commas between them, or a JSON object of tags',
}

/** Other parameters that clients send to lists: pages, scopes and ways to show a row. */
const others = new Set([
  'page_size',
  'pageSize',
  'current_page',
  'currentPage',
  'workspace_id',
  'workspaceId',
  'organisation_id',
  'organisationId',
  'organization_id',
  'name_format',
  'include_usage',
])

/** Throws `invalid_request` for a parameter that is neither a filter of this list nor known otherwise. */
export function readFilters(
  { query }: Pick<AdminRequest, 'query'>,
  names: readonly FilterName[],
  usual: Readonly<Record<string, string>> = {},
): ((row: JsonObject) => boolean) | undefined {
  const unknown = Object.keys(query).find((key) => !others.has(key) && !names.some((name) => name === key))
  if (unknown !== undefined) throw unknownFilter(unknown, names)
  const wanted = names.flatMap((name) => {
    const value = query[name] || usual[name]
    return value === undefined ? [] : [(row: JsonObject) => filters[name](row, value)]
  })
  return wanted.length === 0 ? undefined : (row) => wanted.every((isWanted) => isWanted(row))
}

/** Without the icon that workspaces show before it. */
function plainName({ name, icon }: JsonObject): string {
  const text = String(name)
  return typeof icon === 'string' && text.startsWith(`${icon} `) ? text.slice(icon.length + 1) : text
}

function unknownFilter(key: string, names: readonly FilterName[]): GatewayError {
  const known = [...names, 'workspace_id', 'page_size', 'current_page']
  const nearest = nearestName(key.slice(0, 80), known)
  const hint = nearest === undefined ? '' : `did you mean '${nearest}'? `
  return new GatewayError(
    'invalid_request',
    `this list has no filter '${key.slice(0, 60)}'; ${hint}it takes ${known.join(', ')}`,
    { param: key },
  )
}

function partsOf(value: string): readonly string[] {
  return value.split(',').map((part) => part.trim())
}

/** All of them: a JSON object of names and values, or names between commas. */
function hasTags(tags: unknown, value: string): boolean {
  const wanted = value.trim().startsWith('{') ? readObject(value) : undefined
  const isObject = typeof tags === 'object' && tags !== null && !Array.isArray(tags)
  if (wanted !== undefined)
    return isObject && Object.entries(wanted).every(([key, each]) => (tags as JsonObject)[key] === each)
  const names = isObject ? Object.keys(tags) : Array.isArray(tags) ? tags : []
  return partsOf(value).every((part) => names.includes(part))
}

function readObject(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject
  } catch {
    throw new GatewayError(
      'invalid_request',
      'tags is not JSON; write it like {"team":"blue"}, or name tags with commas',
      {
        param: 'tags',
      },
    )
  }
}
