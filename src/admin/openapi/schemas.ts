/** Schemas of the program → JSON Schema of the published description (OpenAPI 3.1 takes draft 2020-12 as it is). */
import * as z from 'zod/mini'
import { schemaNames, usageLimitAnswer } from '../answers.ts'
import type { JsonObject } from '../request.ts'
import { credential, instant, rateLimits, usageLimit, usageLimitArray } from '../schemas.ts'

const usageSetting = z.omit(usageLimitAnswer, { current_usage: true })

/** Fields that are read by hand, whose schemas say nothing of what they take. */
const readByHand: readonly (readonly [z.ZodMiniType, JsonObject])[] = [
  [usageLimit, { anyOf: [limitSetting(), { type: 'null' }] }],
  [
    usageLimitArray,
    { anyOf: [{ type: 'array', items: limitSetting(), maxItems: 1 }, limitSetting(), { type: 'null' }] },
  ],
  [rateLimits, { anyOf: [{ type: 'array', items: rateSetting() }, rateSetting(), { type: 'null' }] }],
  [instant, { type: ['string', 'null'], format: 'date-time' }],
  [credential, { type: ['string', 'null'], writeOnly: true }],
]
for (const [schema, meaning] of readByHand) schemaNames.add(schema, { ...meaning })

function limitSetting(): JsonObject {
  const { $schema: _, ...setting } = z.toJSONSchema(usageSetting, { io: 'input' })
  return setting
}

function rateSetting(): JsonObject {
  return { $ref: '#/components/schemas/RateLimit' }
}

/** `components` collects what has a name. */
export function bodySchema(schema: z.ZodMiniType, components: Map<string, JsonObject>): JsonObject {
  return convert(schema, 'input', components)
}

export function answerSchema(schema: z.ZodMiniType, components: Map<string, JsonObject>): JsonObject {
  return convert(schema, 'output', components)
}

function convert(schema: z.ZodMiniType, io: 'input' | 'output', components: Map<string, JsonObject>): JsonObject {
  const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', metadata: schemaNames })
  const {
    $schema: _,
    $defs: definitions = {},
    ...rest
  } = withReferences(made) as { $defs?: Record<string, JsonObject> } & JsonObject
  for (const [name, definition] of Object.entries(definitions)) components.set(name, definition)
  return rest
}

function withReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withReferences)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, each]) =>
    key === '$ref' && typeof each === 'string'
      ? [key, each.replace('#/$defs/', '#/components/schemas/')]
      : [key, withReferences(each)],
  )
  return Object.fromEntries(entries)
}
