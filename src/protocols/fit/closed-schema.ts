/** Is a JSON Schema one that OpenAI's strict output accepts? */
import { isObject } from '../fields.ts'

/** Every object in it must forbid unknown properties and require all known ones. */
export function isClosedSchema(schema: unknown): boolean {
  if (Array.isArray(schema)) return schema.every(isClosedSchema)
  if (!isObject(schema)) return true
  const isObjectType = schema.type === 'object' || (Array.isArray(schema.type) && schema.type.includes('object'))
  if (isObjectType || isObject(schema.properties)) {
    const required = Array.isArray(schema.required) ? schema.required : []
    const properties = Object.keys(isObject(schema.properties) ? schema.properties : {})
    if (schema.additionalProperties !== false || !properties.every((name) => required.includes(name))) return false
  }
  return nestedSchemas(schema).every(isClosedSchema)
}

function nestedSchemas(schema: Readonly<Record<string, unknown>>): unknown[] {
  const maps = [schema.properties, schema.$defs, schema.definitions].filter(isObject)
  return [...maps.flatMap(Object.values), schema.items, schema.anyOf]
}
