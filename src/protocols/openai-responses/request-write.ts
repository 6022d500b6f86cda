/** Writes a provider's request from the neutral form; whatever it changes or leaves out becomes a warning. */
import type { InferenceRequest, OutputFormat, Tool, ToolChoice, Warning } from '../../inference/index.ts'
import { findTraits, type ModelTraits } from '../../model-traits/index.ts'
import { isObject, present } from '../fields.ts'
import { fitRequest } from '../fit/fit-request.ts'
import { dropForeignFields, ownTools } from '../foreign-fields.ts'
import { writeEffort, writeFormat, writeUser } from '../openai-chat/request-write.ts'
import { fitParallel } from '../openai-chat/request-write-tools.ts'
import type { JsonObject, WriteRequestOptions, WrittenRequest } from '../protocol.ts'
import { ItemWriter } from './request-write-items.ts'
import { ownFields, wireId } from './wire.ts'

/** Nothing is kept at the provider, so its reasoning has to travel, encrypted, through the client. */
export function writeRequest(
  { stop, seed, topK, ...asked }: InferenceRequest,
  { traits = findTraits(asked.model) }: WriteRequestOptions = {},
): WrittenRequest {
  const warnings: Warning[] = []
  const own = ownFields(asked.carry)
  if (!own) dropForeignFields(asked.carry?.fields ?? {}, warnings)
  if (stop && stop.length > 0) drop(warnings, 'stop')
  if (seed !== undefined) drop(warnings, 'seed')
  if (topK !== undefined) drop(warnings, 'top_k')
  const { restoration, ...fitted } = fitRequest(asked, { traits, wire: wireId }, warnings)
  const { request } = fitted
  const effort = request.reasoning && writeEffort(request.reasoning, traits, warnings)
  const format = request.outputFormat && writeFlatFormat(request.outputFormat, warnings)
  const ownText = isObject(own?.text) ? own.text : undefined
  const body = present({
    ...own,
    model: request.model,
    input: new ItemWriter(warnings).write(request.messages),
    ...writeTools(request, traits, warnings),
    max_output_tokens: request.maxOutputTokens,
    temperature: request.temperature,
    top_p: request.topP,
    text: format || ownText ? { ...ownText, ...(format ? { format } : {}) } : undefined,
    reasoning: effort === undefined ? own?.reasoning : { ...(own?.reasoning as JsonObject | undefined), effort },
    include: effort === undefined || effort === 'none' ? own?.include : ['reasoning.encrypted_content'],
    store: own?.store ?? false,
    ...writeUser(fitted, traits),
    stream: request.isStream ? true : undefined,
  })
  return { body, warnings, ...(restoration === undefined ? {} : { restoration }) }
}

function drop(warnings: Warning[], field: string): void {
  warnings.push({ type: 'dropped', field, reason: 'this API has no such setting' })
}

/** The members of chat's `json_schema` stand beside the type here. */
function writeFlatFormat(format: OutputFormat, warnings: Warning[]): JsonObject {
  const { type, json_schema: described } = writeFormat(format, warnings)
  return { type, ...(described as JsonObject | undefined) }
}

function writeTools(request: InferenceRequest, traits: ModelTraits, warnings: Warning[]): JsonObject {
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
