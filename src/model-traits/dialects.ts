/** JSON Schema dialects: which keywords a model's validator refuses, and what shape it wants. */
import type { SchemaDialect, SchemaDialectName } from './traits.ts'

const open = { refused: [], allowsTopUnions: true, allowsReferences: true, needsClosedObjects: false } as const
const claudeUnions = { ...open, allowsTopUnions: false } as const

/** platform.claude.com/docs/en/build-with-claude/structured-outputs#json-schema-limitations */
const refusedByClaude = [
  'minLength',
  'maxLength',
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'maxItems',
  'uniqueItems',
  'contains',
  'minContains',
  'maxContains',
  'minProperties',
  'maxProperties',
  'patternProperties',
  'propertyNames',
  'dependentRequired',
  'dependentSchemas',
  'if',
  'then',
  'else',
  'not',
  'prefixItems',
  'oneOf',
] as const

export const dialects: Readonly<Record<SchemaDialectName, SchemaDialect>> = {
  any: { name: 'any', ...open },
  /** platform.openai.com/docs/guides/function-calling: a tool's parameters are an object at the top. */
  plain: { name: 'plain', ...open, allowsTopUnions: false },
  /** platform.openai.com/docs/guides/structured-outputs#supported-schemas */
  'strict-openai': { name: 'strict-openai', ...open, allowsTopUnions: false, needsClosedObjects: true },
  /** github.com/RooCodeInc/Roo-Code/issues/10726: unions at the top of input_schema are refused. */
  claude: { name: 'claude', ...claudeUnions },
  'strict-claude': { name: 'strict-claude', ...claudeUnions, refused: refusedByClaude, needsClosedObjects: true },
  /** github.com/pydantic/pydantic-ai/issues/1623, github.com/zed-industries/zed/issues/28521 */
  nova: {
    name: 'nova',
    ...open,
    topKeys: ['type', 'properties', 'required'],
    allowsTopUnions: false,
    allowsReferences: false,
  },
  /** ai.google.dev/api/generate-content: its writer knows the keywords that are taken. */
  'generate-content': { name: 'generate-content', ...open, allowsReferences: false },
}
