/** The expressions of one request: parsed once per text, their placeholders checked against what the request brought. */
import { parseCondition, parseProjection } from './condition-parser.ts'
import { invalid } from './errors.ts'
import type { Parsed, Path } from './expression-tree.ts'
import type { Value } from './item.ts'
import { checkPaths } from './path-overlap.ts'
import { parseUpdate } from './update-parser.ts'
import { readValue } from './values.ts'

/** What placeholders stand for in a request. */
export interface Placeholders {
  readonly names: Readonly<Record<string, string>>
  readonly values: Readonly<Record<string, Value>>
}

/** Programs have few texts and many requests; a text with values written into it would fill a memory without an end. */
const mostKept = 500
const longestExpression = 4096

const kept = new Map<string, Parsed<unknown>>()

function parsed<T>(kind: string, text: string, parse: (kind: string, text: string) => Parsed<T>): Parsed<T> {
  const key = `${kind} ${text}`
  const known = kept.get(key)
  if (known !== undefined) return known as Parsed<T>
  if (Buffer.byteLength(text) > longestExpression)
    throw invalid(
      `Invalid ${kind}: Expression size has exceeded the maximum allowed size; expression size: ${text.length}`,
    )
  const fresh = parse(kind, text)
  if (kept.size >= mostKept) kept.clear()
  kept.set(key, fresh)
  return fresh
}

type Texts = {
  readonly condition?: string | undefined
  readonly filter?: string | undefined
  readonly keyCondition?: string | undefined
  readonly update?: string | undefined
  readonly projection?: string | undefined
  readonly names?: Readonly<Record<string, string>> | undefined
  readonly values?: Readonly<Record<string, unknown>> | undefined
}

/** Throws `ValidationException` for a text that cannot be parsed, and for a placeholder that is not given, or given and not used. */
export function readExpressions(texts: Texts) {
  const { condition, filter, keyCondition, update, projection } = texts
  const each = {
    ...(keyCondition !== undefined && { keyCondition: parsed('KeyConditionExpression', keyCondition, parseCondition) }),
    ...(condition !== undefined && { condition: parsed('ConditionExpression', condition, parseCondition) }),
    ...(filter !== undefined && { filter: parsed('FilterExpression', filter, parseCondition) }),
    ...(update !== undefined && { update: parsed('UpdateExpression', update, (_, text) => parseUpdate(text)) }),
    ...(projection !== undefined && {
      projection: parsed('ProjectionExpression', projection, (_, text) => parseProjection(text)),
    }),
  }
  return { ...each, placeholders: readPlaceholders(texts, Object.values(each)) }
}

function readPlaceholders(texts: Texts, all: readonly Parsed<unknown>[]): Placeholders {
  const names = given(texts.names)
  const inputs = given(texts.values)
  if (all.length === 0) {
    if (texts.names !== undefined)
      throw invalid('ExpressionAttributeNames can only be specified when using expressions')
    if (texts.values !== undefined)
      throw invalid('ExpressionAttributeValues can only be specified when using expressions: no expression is given')
  }
  const values: Record<string, Value> = {}
  for (const name in inputs) values[name] = readValue(inputs[name])
  for (const { kind, aliases, values: used } of all) {
    for (const alias of aliases)
      if (names[alias] === undefined)
        throw invalid(
          `Invalid ${kind}: An expression attribute name used in the document path is not defined; attribute name: ${alias}`,
        )
    for (const name of used)
      if (values[name] === undefined)
        throw invalid(
          `Invalid ${kind}: An expression attribute value used in expression is not defined; attribute value: ${name}`,
        )
  }
  refuseUnused('Names', names, all, (one) => one.aliases)
  refuseUnused('Values', values, all, (one) => one.values)
  return { names, values }
}

function given<T>(input: Readonly<Record<string, T>> | undefined): Readonly<Record<string, T>> {
  return input ?? {}
}

function refuseUnused(
  what: 'Names' | 'Values',
  placeholders: Readonly<Record<string, unknown>>,
  all: readonly Parsed<unknown>[],
  usedBy: (one: Parsed<unknown>) => readonly string[],
): void {
  const unused: string[] = []
  for (const name in placeholders) if (!all.some((one) => usedBy(one).includes(name))) unused.push(name)
  if (unused.length > 0)
    throw invalid(`Value provided in ExpressionAttribute${what} unused in expressions: keys: {${unused.join(', ')}}`)
}

/** A path with its aliases replaced. */
export function resolvePath(path: Path, { names }: Placeholders): Path {
  return path.map((part) => (typeof part === 'string' && part.startsWith('#') ? (names[part] as string) : part))
}

/** The paths that an answer is cut to. Throws `ValidationException` for two that overlap. */
export function resolveProjection(
  { kind, tree }: Parsed<readonly Path[]>,
  placeholders: Placeholders,
): readonly Path[] {
  const paths = tree.map((path) => resolvePath(path, placeholders))
  checkPaths(kind, paths)
  return paths
}
