/** Writes a provider's request from the neutral form; whatever it changes or leaves out becomes a warning. */
import type { InferenceRequest, OutputFormat, Tool, ToolChoice, Warning } from '../../inference/index.ts'
import { isObject, present } from '../fields.ts'
import { dropForeignFields, ownTools } from '../foreign-fields.ts'
import { writeEffort, writeFormat } from '../openai-chat/request-write.ts'
import type { JsonObject, WrittenRequest } from '../protocol.ts'
import { ItemWriter } from './request-write-items.ts'
import { ownFields } from './wire.ts'

/** Nothing is kept at the provider, so its reasoning has to travel, encrypted, through the client. */
export function writeRequest(request: InferenceRequest): WrittenRequest {
  const warnings: Warning[] = []
  const own = ownFields(request.carry)
  if (!own) dropForeignFields(request.carry?.fields ?? {}, warnings)
  if (request.stop && request.stop.length > 0) drop(warnings, 'stop')
  if (request.seed !== undefined) drop(warnings, 'seed')
  if (request.topK !== undefined) drop(warnings, 'top_k')
  const effort = request.reasoning && writeEffort(request.reasoning, warnings)
  const format = request.outputFormat && writeFlatFormat(request.outputFormat, warnings)
  const ownText = isObject(own?.text) ? own.text : undefined
  const body = present({
    ...own,
    model: request.model,
    input: new ItemWriter(warnings).write(request.messages),
    ...writeTools(request, warnings),
    max_output_tokens: request.maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    text: format || ownText ? { ...ownText, ...(format ? { format } : {}) } : undefined,
    reasoning: effort === undefined ? own?.reasoning : { ...(own?.reasoning as JsonObject | undefined), effort },
    include: effort === undefined || effort === 'none' ? own?.include : ['reasoning.encrypted_content'],
    store: own?.store ?? false,
    user: request.user,
    stream: request.isStream ? true : undefined,
  })
  return { body, warnings }
}

function drop(warnings: Warning[], field: string): void {
  warnings.push({ type: 'dropped', field, reason: 'this API has no such setting' })
}

/** The members of chat's `json_schema` stand beside the type here. */
function writeFlatFormat(format: OutputFormat, warnings: Warning[]): JsonObject {
  const { type, json_schema: described } = writeFormat(format, warnings)
  return { type, ...(described as JsonObject | undefined) }
}

function writeTools(request: InferenceRequest, warnings: Warning[]): JsonObject {
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
    parallel_tool_calls: request.isParallelToolUse,
  })
}

/** Left out, `strict` would mean true in this wire and rewrite the schema; elsewhere it means false. */
function writeTool(tool: Tool, warnings: Warning[]): JsonObject {
  const own = ownFields(tool.carry)
  for (const key of own ? [] : Object.keys(tool.carry?.fields ?? {})) {
    warnings.push({ type: 'dropped', field: `tools.${key}`, reason: 'tools have no such field in this API' })
  }
  const schema = tool.schema ?? { type: 'object' }
  const isBare = schema.type === 'object' && schema.properties === undefined
  return present({
    ...own,
    type: 'function',
    name: tool.name,
    description: tool.description,
    parameters: isBare ? { ...schema, properties: {} } : schema,
    strict: tool.isStrict ?? false,
  })
}

function writeChoice(choice: ToolChoice): unknown {
  return choice.type === 'tool' ? { type: 'function', name: choice.name } : choice.type
}
