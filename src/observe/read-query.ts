/** Reads what is asked of logs and analytics: a range of time, filters by the names of the API family and ours, paging. One reader for query strings and JSON bodies. */
import { GatewayError } from '../errors.ts'
import { nearestNames } from '../nearest.ts'
import { type BucketUnit, isTimeZone, type TimeRange } from './buckets.ts'
import {
  type Condition,
  type Filter,
  type NumberColumn,
  numberColumnNames,
  type TextColumn,
  textColumnNames,
} from './filter.ts'

type Fields = Readonly<Record<string, unknown>>

/** Names of the API family for columns of ours. Values are lists: in query strings with commas between. */
const textNames: Readonly<Record<string, TextColumn>> = {
  ...Object.fromEntries(textColumnNames.map((name) => [name, name])),
  virtual_keys: 'provider',
  providers: 'provider',
  configs: 'config',
  api_key_ids: 'api_key',
  prompt_slug: 'prompt',
  ai_model: 'model',
  models: 'model',
  ai_org: 'ai_service',
  users: 'user',
}

/** Ranges: `<name>_min` and `<name>_max`. The factor turns what is written into what the column holds. */
const rangeNames: Readonly<Record<string, readonly [column: NumberColumn, factor: number]>> = {
  ...Object.fromEntries(numberColumnNames.map((name) => [name, [name, 1] as const])),
  total_units: ['total_tokens', 1],
  prompt_token: ['input_tokens', 1],
  completion_token: ['output_tokens', 1],
  // in cents
  cost: ['cost_nanos', 1e7],
  weighted_feedback: ['feedback', 1],
  latency: ['latency_ms', 1],
}

const rangeKeys = new Set(Object.keys(rangeNames).flatMap((name) => [`${name}_min`, `${name}_max`]))

/** Read elsewhere, or without a meaning here. */
const otherKeys = new Set(
  (
    'time_of_generation_min time_of_generation_max time_zone bucket workspace_slug workspace_id page_size current_page ' +
    'pageSize currentPage order_by order_by_type columns include_total metadata search limit cursor fields filters'
  ).split(' '),
)

/** Throws GatewayError `invalid_request` for a filter that is not known, so that a typo never widens an answer. `keys` are read by the caller. */
export function readFilter(fields: Fields, keys: readonly string[] = []): Filter {
  const tests: Condition[] = []
  for (const [written, value] of Object.entries(fields)) {
    if (value === undefined || value === null || value === '') continue
    if (keys.includes(written)) continue
    const isNot = written.startsWith('not.')
    const name = isNot ? written.slice('not.'.length) : written
    const column = Object.hasOwn(textNames, name) ? textNames[name] : undefined
    // both are filters in one place and selectors of the caller's reach in another
    if (column !== undefined) tests.push({ type: 'in', column, values: readList(value, written), ...negated(isNot) })
    else if (name === 'metadata') tests.push(...metadataTests(value, isNot))
    else if (name.startsWith('metadata.'))
      tests.push({
        type: 'metadata',
        key: name.slice('metadata.'.length),
        values: readList(value, written),
        ...negated(isNot),
      })
    else if (name === 'search') tests.push({ type: 'text', text: textOf(value, written) })
    else if (!rangeKeys.has(name) && !otherKeys.has(name)) throw unknownFilter(written)
  }
  return [...tests, ...rangeTests(fields)]
}

function negated(isNot: boolean): { readonly not?: true } {
  return isNot ? { not: true } : {}
}

function unknownFilter(name: string): GatewayError {
  const known = [...Object.keys(textNames), ...rangeKeys, 'metadata', 'search', ...otherKeys]
  const [near] = nearestNames(name, known, 1)
  const hint = near === undefined ? `; there are ${known.join(', ')}` : `; did you mean '${near}'?`
  return invalid(name, `there is no filter '${name.slice(0, 60)}'${hint}`)
}

function rangeTests(fields: Fields): readonly Condition[] {
  return Object.entries(rangeNames).flatMap(([name, [column, factor]]): readonly Condition[] => {
    const min = numberAt(fields, `${name}_min`)
    const max = numberAt(fields, `${name}_max`)
    if (min === undefined && max === undefined) return []
    return [
      {
        type: 'range',
        column,
        ...(min === undefined ? {} : { min: min * factor }),
        ...(max === undefined ? {} : { max: max * factor }),
      },
    ]
  })
}

/** An object, or the same as JSON text; each value is a text or a list of texts. */
function metadataTests(value: unknown, isNot: boolean): readonly Condition[] {
  const pairs = typeof value === 'string' ? parse(value) : value
  if (!isObject(pairs)) throw invalid('metadata', 'metadata must be a JSON object, e.g. {"team":"search"}')
  return Object.entries(pairs).map(([key, wanted]) => ({
    type: 'metadata',
    key,
    values: (Array.isArray(wanted) ? wanted : [wanted]).map(String),
    ...negated(isNot),
  }))
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Throws GatewayError `invalid_request` when an end is missing, unreadable or before the beginning. */
export function readRange(fields: Fields): TimeRange {
  const fromMs = instantAt(fields, 'time_of_generation_min')
  const toMs = instantAt(fields, 'time_of_generation_max')
  if (toMs <= fromMs)
    throw invalid('time_of_generation_max', 'time_of_generation_max must be later than time_of_generation_min')
  return { fromMs, toMs }
}

function instantAt(fields: Fields, key: string): number {
  const value = fields[key]
  const atMs = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isFinite(atMs)) return atMs
  const got = value === undefined ? 'is missing' : `is '${String(value).slice(0, 40)}'`
  throw invalid(key, `${key} ${got}; give an instant in ISO 8601, e.g. 2026-11-29T00:00:00Z`)
}

/** The zone whose days and months are counted; UTC when absent. */
export function readTimeZone(fields: Fields, usual = 'UTC'): string {
  const zone = fields.time_zone ?? usual
  if (typeof zone === 'string' && isTimeZone(zone)) return zone
  throw invalid('time_zone', `time_zone is '${String(zone).slice(0, 40)}'; give an IANA name, e.g. Europe/Zurich`)
}

const units: readonly BucketUnit[] = ['minute', '5-minutes', 'hour', 'day', 'month']

/** undefined = the range decides. */
export function readUnit({ bucket }: Fields): BucketUnit | undefined {
  if (bucket === undefined) return undefined
  const unit = units.find((each) => each === bucket)
  if (unit !== undefined) return unit
  throw invalid('bucket', `bucket is '${String(bucket).slice(0, 40)}'; allowed are ${units.join(', ')}`)
}

export function readWholeNumber(
  fields: Fields,
  keys: readonly string[],
  bounds: { usual: number; most: number },
): number {
  for (const key of keys) {
    const value = numberAt(fields, key)
    if (value === undefined) continue
    if (Number.isInteger(value) && value >= 0 && value <= bounds.most) return value
    throw invalid(key, `${key} is ${value}; give a whole number from 0 to ${bounds.most}`)
  }
  return bounds.usual
}

/** A list, or a text with commas between. */
export function readList(value: unknown, key: string): readonly string[] {
  if (Array.isArray(value)) return value.map(String)
  const list = textOf(value, key)
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
  if (list.length > 0) return list
  throw invalid(key, `${key} is empty; leave it out, or give a value`)
}

function textOf(value: unknown, key: string): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value)
  throw invalid(key, `${key} must be a text`)
}

function numberAt(fields: Fields, key: string): number | undefined {
  const value = fields[key]
  if (value === undefined || value === null || value === '') return undefined
  const number = Number(value)
  if (Number.isFinite(number)) return number
  throw invalid(key, `${key} is '${String(value).slice(0, 40)}'; give a number`)
}

export function invalid(param: string, message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param })
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
