/** A JSON Schema in the dialect that a model takes: what it would refuse is moved into descriptions, or said in another way. */
import type { Warning } from '../../inference/index.ts'
import { dialects, type SchemaDialect, type SchemaDialectName } from '../../model-traits/index.ts'
import { isObject } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { writeOutReferences } from './written-out-schema.ts'

const unions = ['anyOf', 'oneOf', 'allOf'] as const
const maps: ReadonlySet<string> = new Set(['properties', '$defs', 'definitions', 'patternProperties'])
const lists: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems'])
const single: ReadonlySet<string> = new Set(['items', 'additionalProperties', 'not'])
/** platform.claude.com/docs/en/build-with-claude/structured-outputs: the formats of strings that are enforced. */
const strictFormats: ReadonlySet<unknown> = new Set([
  'date-time',
  'time',
  'date',
  'duration',
  'email',
  'hostname',
  'uri',
  'ipv4',
  'ipv6',
  'uuid',
])

export function fitSchema(schema: JsonObject, name: SchemaDialectName, field: string, warnings: Warning[]): JsonObject {
  const dialect = dialects[name]
  const inlined =
    dialect.allowsReferences || name === 'generate-content' ? schema : writeOutReferences(schema, field, warnings)
  const flat = dialect.allowsTopUnions ? inlined : joinTopUnion(inlined, field, warnings)
  const moved = new Set<string>()
  const plain = dialect.refused.length > 0 || dialect.needsClosedObjects ? fitOne(flat, dialect, moved) : flat
  if (moved.size > 0) {
    const reason = `this model's schemas have no such keywords; they stand in the description: ${[...moved].join(', ')}`
    warnings.push({ type: 'changed', field, reason })
  }
  return dialect.topKeys === undefined ? plain : pickTop(plain, dialect.topKeys)
}

function pickTop(schema: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => keys.includes(key)))
}

function fitOne(schema: JsonObject, dialect: SchemaDialect, moved: Set<string>): JsonObject {
  const fitted: Record<string, unknown> = {}
  const notes: string[] = []
  for (const [key, value] of Object.entries(schema)) {
    if (isRefused(key, value, schema, dialect)) {
      notes.push(`${key}: ${JSON.stringify(value)}`)
      moved.add(key)
    } else fitted[key === 'oneOf' && dialect.refused.length > 0 ? 'anyOf' : key] = fitMember(key, value, dialect, moved)
  }
  if (notes.length > 0) {
    const said = typeof schema.description === 'string' ? `${schema.description} ` : ''
    fitted.description = `${said}(${notes.join(', ')})`
  }
  if (dialect.needsClosedObjects && dialect.refused.length > 0 && isObjectSchema(schema)) {
    if (fitted.additionalProperties !== undefined && fitted.additionalProperties !== false)
      moved.add('additionalProperties')
    fitted.additionalProperties = false
  }
  return fitted
}

function isRefused(key: string, value: unknown, schema: JsonObject, { refused }: SchemaDialect): boolean {
  if (refused.length === 0) return false
  if (key === 'oneOf') return schema.anyOf !== undefined
  if (key === 'minItems') return typeof value === 'number' && value > 1
  if (key === 'format') return schema.type === 'string' && !strictFormats.has(value)
  return refused.includes(key)
}

function fitMember(key: string, value: unknown, dialect: SchemaDialect, moved: Set<string>): unknown {
  const each = (inner: unknown) => (isObject(inner) ? fitOne(inner, dialect, moved) : inner)
  if (maps.has(key) && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, each(inner)]))
  }
  if (lists.has(key) && Array.isArray(value)) return value.map(each)
  return single.has(key) ? each(value) : value
}

function isObjectSchema({ type, properties }: JsonObject): boolean {
  return type === 'object' || (Array.isArray(type) && type.includes('object')) || isObject(properties)
}

/** The branches' properties in one object; what only some of them require is optional. */
function joinTopUnion(schema: JsonObject, field: string, warnings: Warning[]): JsonObject {
  const present = unions.filter((key) => Array.isArray(schema[key]))
  if (present.length === 0) return schema
  const rest = Object.fromEntries(Object.entries(schema).filter(([key]) => !present.includes(key as 'anyOf')))
  const joined = present.reduce<JsonObject>((before, key) => joinBranches(before, schema, key), rest)
  const reason = `${present.join(' and ')} at the top is refused by this model; its branches were joined into one object`
  warnings.push({ type: 'changed', field, reason })
  return { ...joined, type: 'object' }
}

function joinBranches(before: JsonObject, root: JsonObject, key: (typeof unions)[number]): JsonObject {
  const branches = (root[key] as readonly unknown[]).flatMap((branch) => {
    const found = isObject(branch) && typeof branch.$ref === 'string' ? findLocal(root, branch.$ref) : branch
    return isObject(found) ? [found] : []
  })
  const properties = [before, ...branches].map((each) => (isObject(each.properties) ? each.properties : {}))
  const requires = branches.map(requiredOf)
  const common =
    key === 'allOf'
      ? requires.flat()
      : (requires[0] ?? []).filter((name) => requires.every((names) => names.includes(name)))
  const required = [...new Set([...requiredOf(before), ...common])]
  const { required: _, ...rest } = before
  return {
    ...rest,
    properties: Object.assign({}, ...properties.toReversed()),
    ...(required.length > 0 ? { required } : {}),
  }
}

function requiredOf({ required }: JsonObject): readonly string[] {
  return Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
}

/** `#/$defs/Name` in the schema itself. */
function findLocal(root: JsonObject, reference: string): unknown {
  return reference
    .split('/')
    .slice(1)
    .reduce<unknown>((at, step) => (isObject(at) ? at[step] : undefined), root)
}
