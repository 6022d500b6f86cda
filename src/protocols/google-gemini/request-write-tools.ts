/** Writes tools and tool choice of a provider's request. */
import type { InferenceRequest, Tool, ToolChoice, Warning } from '../../inference/index.ts'
import { isObject, present } from '../fields.ts'
import { cleanSchema } from '../fit/written-out-schema.ts'
import { ownTools } from '../foreign-fields.ts'
import type { JsonObject } from '../protocol.ts'
import { ownFields } from './wire.ts'

interface WireTools {
  readonly tools?: readonly JsonObject[]
  readonly toolConfig?: JsonObject
}

/** Functions of these names that declare no arguments of their own stand for the provider's tools, as the field's clients ask for them. */
const nativeTools: Readonly<Record<string, string>> = {
  google_search: 'googleSearch',
  googleSearch: 'googleSearch',
  google_search_retrieval: 'googleSearchRetrieval',
  googleSearchRetrieval: 'googleSearchRetrieval',
  google_maps: 'googleMaps',
  googleMaps: 'googleMaps',
  computer_use: 'computerUse',
  computerUse: 'computerUse',
  url_context: 'urlContext',
  urlContext: 'urlContext',
  code_execution: 'codeExecution',
  codeExecution: 'codeExecution',
}

export function writeTools(request: InferenceRequest, warnings: Warning[]): WireTools {
  const functions: JsonObject[] = []
  const natives: JsonObject[] = []
  for (const tool of request.tools ?? []) {
    const native = nativeName(tool)
    if (native === undefined) functions.push(writeFunction(tool, warnings))
    else natives.push({ [native]: tool.schema?.type === 'object' ? {} : (tool.schema ?? {}) })
  }
  natives.push(...ownTools(request, warnings, ownFields))
  const tools = functions.length > 0 ? [{ functionDeclarations: functions }, ...natives] : natives
  if (request.isParallelToolUse === false && tools.length > 0) {
    const reason = 'this provider decides itself how many tools are called at once'
    warnings.push({ type: 'dropped', field: 'parallel_tool_calls', reason })
  }
  if (tools.length > 0) return present({ tools, toolConfig: request.toolChoice && writeChoice(request.toolChoice) })
  if (request.toolChoice && request.toolChoice.type !== 'none') {
    warnings.push({ type: 'dropped', field: 'tool_choice', reason: 'there are no tools to choose from' })
  }
  return {}
}

function nativeName(tool: Tool): string | undefined {
  const native = Object.hasOwn(nativeTools, tool.name) ? nativeTools[tool.name] : undefined
  const properties = tool.schema?.properties
  const hasArguments = isObject(properties) && Object.keys(properties).length > 0
  return hasArguments ? undefined : native
}

function writeFunction(tool: Tool, warnings: Warning[]): JsonObject {
  const { name, description, schema } = tool
  const own = ownFields(tool.carry)
  const drop = (field: string, reason: string) => warnings.push({ type: 'dropped', field, reason })
  if (tool.carry && !own) for (const key of Object.keys(tool.carry.fields)) drop(`tools.${key}`, noField)
  if (tool.cache) drop('cache_control', 'caching needs no marks in this API')
  if (tool.isStrict === true) drop('tools.strict', 'this provider does not enforce the schema of arguments')
  const isEmpty = schema === undefined || (isObject(schema.properties) && Object.keys(schema.properties).length === 0)
  return present({
    ...own,
    name,
    description,
    parametersJsonSchema: isEmpty
      ? undefined
      : cleanSchema({ type: 'object', ...schema }, 'tools.parameters', warnings),
  })
}

const noField = 'this provider has no such field'

const modeOfChoice = { auto: 'AUTO', none: 'NONE', required: 'ANY', tool: 'ANY' } as const

function writeChoice(choice: ToolChoice): JsonObject {
  const allowed = choice.type === 'tool' ? { allowedFunctionNames: [choice.name] } : {}
  return { functionCallingConfig: { mode: modeOfChoice[choice.type], ...allowed } }
}
