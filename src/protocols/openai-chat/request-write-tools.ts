/** Writes tools and tool choice of a provider's request. */
import type { InferenceRequest, Tool, ToolChoice, Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { isObject, present } from '../fields.ts'
import { ownTools } from '../foreign-fields.ts'
import type { JsonObject } from '../protocol.ts'
import { ownFields } from './wire.ts'

export function writeTools(request: InferenceRequest, traits: ModelTraits, warnings: Warning[]): JsonObject {
  const tools = [
    ...(request.tools ?? []).map((tool) => writeTool(tool, warnings)),
    ...ownTools(request, warnings, ownFields),
  ]
  if (tools.length === 0) return {}
  if (request.tools?.some((tool) => tool.cache !== undefined)) {
    warnings.push({ type: 'dropped', field: 'tools.cache_control', reason: 'caching needs no marks in this API' })
  }
  return present({
    tools,
    tool_choice: request.toolChoice && writeChoice(request.toolChoice),
    parallel_tool_calls: fitParallel(request, traits, warnings),
  })
}

/** The switch is refused by models that call one tool at a time anyway, or as many as they like. */
export function fitParallel(
  { isParallelToolUse }: InferenceRequest,
  { hasParallelSwitch }: ModelTraits,
  warnings: Warning[],
): boolean | undefined {
  if (hasParallelSwitch || isParallelToolUse === undefined) return isParallelToolUse
  warnings.push({ type: 'dropped', field: 'parallel_tool_calls', reason: 'this model has no such setting' })
  return undefined
}

function writeTool(tool: Tool, warnings: Warning[]): JsonObject {
  const own = ownFields(tool.carry)
  if (tool.carry && !own) {
    for (const key of Object.keys(tool.carry.fields)) {
      warnings.push({ type: 'dropped', field: `tools.${key}`, reason: 'tools have no such field in this API' })
    }
  }
  const written = present({
    name: tool.name,
    description: tool.description,
    parameters: writeSchema(tool.schema),
    strict: tool.isStrict,
  })
  const extras = own && isObject(own.function) ? own.function : {}
  return { ...own, type: 'function', function: { ...extras, ...written } }
}

/** An object schema without `properties` is refused by this wire. */
function writeSchema(schema: Tool['schema']): JsonObject {
  if (!schema) return { type: 'object', properties: {} }
  return schema.type === 'object' && schema.properties === undefined ? { ...schema, properties: {} } : schema
}

function writeChoice(choice: ToolChoice): unknown {
  return choice.type === 'tool' ? { type: 'function', function: { name: choice.name } } : choice.type
}
