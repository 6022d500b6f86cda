/** Writes tools and tool choice of a provider's request. */
import type { Carry, InferenceRequest, Tool, Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { isObject, present } from '../fields.ts'
import { ownTools } from '../foreign-fields.ts'
import type { JsonObject } from '../protocol.ts'
import { type ConverseBlock, writeCachePoint } from './request-write-parts.ts'

interface WrittenTools {
  readonly toolConfig: JsonObject | undefined
  /** For additionalModelRequestFields. */
  readonly additional: JsonObject
}

/** The wire of the tools that Claude itself brings. */
const claudeWire = 'anthropic-messages'

export function writeTools(
  request: InferenceRequest,
  messages: readonly { readonly content: readonly ConverseBlock[] }[],
  traits: ModelTraits,
  warnings: Warning[],
): WrittenTools {
  const given = (request.tools ?? []).flatMap((tool) => writeTool(tool, traits, warnings))
  const own = ownTools(request, warnings, (carry) => claudeTool(carry, traits))
  const additional = own.length > 0 ? { tools: own } : {}
  const tools = given.length > 0 ? given : replayedTools(messages, warnings)
  if (tools.length === 0) {
    if (request.toolChoice && request.toolChoice.type !== 'none' && own.length === 0)
      warnings.push({ type: 'dropped', field: 'tool_choice', reason: 'there are no tools to choose from' })
    return { toolConfig: undefined, additional }
  }
  const toolChoice = given.length > 0 ? writeChoice(request, warnings) : undefined
  return { toolConfig: present({ tools, toolChoice }), additional }
}

/** An absent schema is a tool without arguments; the wire wants an object type in any case. */
function writeTool(tool: Tool, traits: ModelTraits, warnings: Warning[]): readonly JsonObject[] {
  for (const key of Object.keys(tool.carry?.fields ?? {}))
    warnings.push({ type: 'dropped', field: `tools.${key}`, reason: 'this provider has no such field' })
  const toolSpec = present({
    name: tool.name,
    description: tool.description === '' ? undefined : tool.description,
    inputSchema: { json: tool.schema ? { type: 'object', ...tool.schema } : { type: 'object', properties: {} } },
    strict: tool.isStrict === true ? true : undefined,
  })
  if (tool.cache === undefined) return [{ toolSpec }]
  if (traits.cacheMarks === 'content-and-tools') return [{ toolSpec }, writeCachePoint(tool.cache)]
  warnings.push({ type: 'dropped', field: 'cache_control', reason: 'this model has no cache marks on tools' })
  return [{ toolSpec }]
}

/** Computer use and the like travel beside the tools; another maker's model cannot use them. */
function claudeTool(carry: Carry, { maker }: ModelTraits): JsonObject | undefined {
  return carry.wire === claudeWire && (maker === 'Anthropic' || maker === 'unknown') ? carry.fields : undefined
}

/** The provider refuses earlier tool calls without a list of tools, so those that were called stand for it. */
function replayedTools(
  messages: readonly { readonly content: readonly ConverseBlock[] }[],
  warnings: Warning[],
): readonly JsonObject[] {
  const blocks = messages.flatMap(({ content }) => content)
  if (!blocks.some((block) => 'toolUse' in block || 'toolResult' in block)) return []
  const called = blocks.flatMap(({ toolUse }) => (isObject(toolUse) ? [String(toolUse.name)] : []))
  const names = new Set(called.length > 0 ? called : ['earlier_tool'])
  const reason = 'this provider wants a list of tools beside earlier tool calls; their names were listed'
  warnings.push({ type: 'changed', field: 'tools', reason })
  return [...names].map((name) => ({
    toolSpec: { name, description: 'Called earlier.', inputSchema: { json: { type: 'object', properties: {} } } },
  }))
}

function writeChoice({ toolChoice, isParallelToolUse }: InferenceRequest, warnings: Warning[]) {
  if (isParallelToolUse === false) {
    const reason = 'this provider lets the model call several tools at once'
    warnings.push({ type: 'dropped', field: 'parallel_tool_calls', reason })
  }
  switch (toolChoice?.type) {
    case undefined:
      return undefined
    case 'auto':
      return { auto: {} }
    case 'required':
      return { any: {} }
    case 'tool':
      return { tool: { name: toolChoice.name } }
    case 'none':
      return undefined
  }
}
