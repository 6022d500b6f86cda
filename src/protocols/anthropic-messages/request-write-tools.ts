/** Writes tools and tool choice of a provider's request. */
import type { InferenceRequest, Tool, Warning } from '../../inference/index.ts'
import { ownTools } from '../foreign-fields.ts'
import type { JsonObject } from '../protocol.ts'
import { checkToolName, writeCache } from './request-write-parts.ts'
import { ownFields } from './wire.ts'

interface WireTools {
  readonly tools?: readonly JsonObject[]
  readonly tool_choice?: JsonObject
}

export function writeTools(request: InferenceRequest, warnings: Warning[]): WireTools {
  const given = (request.tools ?? []).map((tool, at) => writeTool(tool, at, warnings))
  const tools = [...given, ...ownTools(request, warnings, ownFields)]
  const choice = writeChoice(request)
  if (tools.length > 0) return { tools, ...(choice ? { tool_choice: choice } : {}) }
  if (request.toolChoice && request.toolChoice.type !== 'none') {
    warnings.push({ type: 'dropped', field: 'tool_choice', reason: 'there are no tools to choose from' })
  }
  return {}
}

/** An absent schema is a tool without arguments; the wire wants an object type in any case. */
function writeTool(tool: Tool, at: number, warnings: Warning[]): JsonObject {
  checkToolName(tool.name, `tools.${at}.name`)
  const own = ownFields(tool.carry)
  if (tool.carry && !own) {
    for (const key of Object.keys(tool.carry.fields)) {
      warnings.push({ type: 'dropped', field: `tools.${key}`, reason: 'this provider has no such field' })
    }
  }
  return {
    ...own,
    name: tool.name,
    ...(tool.description === undefined ? {} : { description: tool.description }),
    input_schema: tool.schema ? { type: 'object', ...tool.schema } : { type: 'object', properties: {} },
    ...(tool.isStrict === undefined ? {} : { strict: tool.isStrict }),
    ...writeCache(tool.cache),
  }
}

function writeChoice(request: InferenceRequest): JsonObject | undefined {
  const { toolChoice, isParallelToolUse } = request
  if (toolChoice?.type === 'none') return { type: 'none' }
  if (!toolChoice && isParallelToolUse !== false) return undefined
  const serial = isParallelToolUse === undefined ? {} : { disable_parallel_tool_use: !isParallelToolUse }
  if (toolChoice?.type === 'required') return { type: 'any', ...serial }
  if (toolChoice?.type === 'tool') return { type: 'tool', name: toolChoice.name, ...serial }
  return { type: 'auto', ...serial }
}
