/** A JSON Schema with its references written out; for Gemini with the keywords that it knows and no others, each loss told once. */

import { GatewayError } from '../../errors.ts'
import type { Warning } from '../../inference/index.ts'
import { isObject } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'

/** https://ai.google.dev/api/generate-content, for Gemini: the keywords of responseJsonSchema; parametersJsonSchema takes the same. */
const plainKeywords: ReadonlySet<string> = new Set([
  'type',
  'format',
  'title',
  'description',
  'enum',
  'minItems',
  'maxItems',
  'minimum',
  'maximum',
  'required',
  'propertyOrdering',
  'nullable',
])
const listKeywords: ReadonlySet<string> = new Set(['anyOf', 'oneOf', 'prefixItems'])
const schemaKeywords: ReadonlySet<string> = new Set(['items', 'additionalProperties'])
/** These say nothing about a value: losing them changes nothing. */
const silentKeywords: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$anchor',
  '$comment',
  '$defs',
  'definitions',
  'examples',
  'example',
  'deprecated',
  'readOnly',
  'writeOnly',
  'strict',
])
/** Written out, references that hold references grow without end; a schema that long is of no use to a model. */
const maxSchemas = 5_000
const maxDepth = 100

/** References written out, and only the keywords that Gemini knows. */
export function cleanSchema(schema: JsonObject, field: string, warnings: Warning[]): JsonObject {
  return new SchemaCleaner(schema, field, warnings, false).clean(schema, [])
}

/** References written out; every keyword that says something about a value is kept. */
export function writeOutReferences(schema: JsonObject, field: string, warnings: Warning[]): JsonObject {
  return new SchemaCleaner(schema, field, warnings, true).clean(schema, [])
}

class SchemaCleaner {
  private readonly root: JsonObject
  private readonly field: string
  private readonly warnings: Warning[]
  private readonly keepsKeywords: boolean
  private schemas = 0
  private depth = 0

  constructor(root: JsonObject, field: string, warnings: Warning[], keepsKeywords: boolean) {
    this.root = root
    this.field = field
    this.warnings = warnings
    this.keepsKeywords = keepsKeywords
  }

  /** `references` are those being followed, so that a schema that contains itself comes to an end. */
  clean(schema: JsonObject, references: readonly string[]): JsonObject {
    this.schemas++
    this.depth++
    if (this.schemas > maxSchemas || this.depth > maxDepth) throw tooLarge(this.field)
    const cleaned = this.cleanOne(schema, references)
    this.depth--
    return cleaned
  }

  private cleanOne(schema: JsonObject, references: readonly string[]): JsonObject {
    const { $ref: reference, ...siblings } = schema
    if (typeof reference === 'string') return this.follow(reference, siblings, references)
    const cleaned: Record<string, unknown> = {}
    for (const [keyword, value] of Object.entries(this.joinAllOf(schema, []))) {
      if (plainKeywords.has(keyword)) cleaned[keyword] = value
      else if (keyword === 'const' && !this.keepsKeywords) cleaned.enum ??= [value]
      else if (keyword === 'properties' && isObject(value)) cleaned.properties = this.cleanEach(value, references)
      else if (listKeywords.has(keyword) && Array.isArray(value)) {
        cleaned[keyword] = value.map((each) => this.cleanAny(each, references))
      } else if (schemaKeywords.has(keyword)) cleaned[keyword] = this.cleanAny(value, references)
      else if (this.keepsKeywords && !silentKeywords.has(keyword)) cleaned[keyword] = value
      else if (!silentKeywords.has(keyword)) this.drop(keyword)
    }
    return cleaned
  }

  /** `true` and `false` are schemas too. */
  private cleanAny(value: unknown, references: readonly string[]): unknown {
    return isObject(value) ? this.clean(value, references) : value
  }

  private cleanEach(properties: JsonObject, references: readonly string[]): JsonObject {
    return Object.fromEntries(
      Object.entries(properties).map(([name, value]) => [name, this.cleanAny(value, references)]),
    )
  }

  private follow(reference: string, siblings: JsonObject, references: readonly string[]): JsonObject {
    const target = this.find(reference)
    if (target === undefined || references.includes(reference)) {
      const reason =
        target === undefined
          ? `the reference '${reference.slice(0, 80)}' leads nowhere; anything is allowed there`
          : 'a schema that contains itself is open from its second round on'
      this.warnings.push({ type: 'changed', field: `${this.field}.$ref`, reason })
      return { ...this.clean(siblings, references), ...(target === undefined ? {} : { type: target.type ?? 'object' }) }
    }
    return { ...this.clean(target, [...references, reference]), ...this.clean(siblings, references) }
  }

  /** JSON pointers into the schema itself, e.g. `#/$defs/Node`. */
  private find(reference: string): JsonObject | undefined {
    if (reference !== '#' && !reference.startsWith('#/')) return undefined
    let found: unknown = this.root
    for (const step of reference.split('/').slice(1)) {
      const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
      if (Array.isArray(found)) found = found[Number(key)]
      else found = isObject(found) && Object.hasOwn(found, key) ? found[key] : undefined
    }
    return isObject(found) ? found : undefined
  }

  /** The wire has no allOf: its members become part of the schema they stand in. */
  private joinAllOf(schema: JsonObject, around: readonly JsonObject[]): JsonObject {
    if (!Array.isArray(schema.allOf)) return schema
    if (around.includes(schema)) return {}
    this.schemas += schema.allOf.length
    if (this.schemas > maxSchemas || around.length > maxDepth) throw tooLarge(this.field)
    const { allOf, ...rest } = schema
    return allOf.filter(isObject).reduce<JsonObject>((joined, member) => {
      const target = typeof member.$ref === 'string' ? (this.find(member.$ref) ?? {}) : member
      return join(joined, this.joinAllOf(target, [...around, schema]))
    }, rest)
  }

  private drop(keyword: string): void {
    this.warnings.push({
      type: 'dropped',
      field: `${this.field}.${keyword}`,
      reason: 'this provider does not know the keyword',
    })
  }
}

function tooLarge(field: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `${field} is more than ${maxSchemas} schemas long or ${maxDepth} deep with its references written out; simplify it`,
    { param: field },
  )
}

function join(left: JsonObject, right: JsonObject): JsonObject {
  const properties = { ...asObject(left.properties), ...asObject(right.properties) }
  const required = [...new Set([...asArray(left.required), ...asArray(right.required)])]
  return {
    ...right,
    ...left,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  }
}

function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

function asArray(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
