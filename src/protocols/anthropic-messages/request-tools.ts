/** Reads tools and tool choice of a client's request. The wire's own server tools are carried whole. */
import type { Carry, Tool, ToolChoice } from '../../inference/index.ts'
import { arrayAt, booleanAt, objectAt, optional, otherFields, present, stringAt, wrongField } from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { readCache } from './request-parts.ts'
import { wireId } from './wire.ts'

const toolKeys: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'input_schema',
  'strict',
  'cache_control',
])

interface ToolFields {
  readonly tools?: readonly Tool[] | undefined
  readonly otherTools?: readonly Carry[] | undefined
  readonly toolChoice?: ToolChoice | undefined
  readonly isParallelToolUse?: boolean | undefined
}

export function readTools(body: JsonObject): ToolFields {
  const tools: Tool[] = []
  const otherTools: Carry[] = []
  for (const [at, value] of (optional(body.tools, 'tools', arrayAt) ?? []).entries()) {
    const path = `tools.${at}`
    const tool = objectAt(value, path)
    const isOwn = tool.type === undefined || tool.type === null || tool.type === 'custom'
    if (isOwn) tools.push(readTool(tool, path))
    else otherTools.push({ wire: wireId, fields: tool })
  }
  return {
    tools: tools.length > 0 ? tools : undefined,
    otherTools: otherTools.length > 0 ? otherTools : undefined,
    ...readChoice(optional(body.tool_choice, 'tool_choice', objectAt)),
  }
}

function readTool(tool: JsonObject, path: string): Tool {
  const rest = otherFields(tool, toolKeys)
  return present({
    name: stringAt(tool.name, `${path}.name`),
    description: optional(tool.description, `${path}.description`, stringAt),
    schema: optional(tool.input_schema, `${path}.input_schema`, objectAt),
    isStrict: optional(tool.strict, `${path}.strict`, booleanAt),
    cache: readCache(tool.cache_control, `${path}.cache_control`),
    carry: rest && { wire: wireId, fields: rest },
  })
}

function readChoice(choice: JsonObject | undefined): Pick<ToolFields, 'toolChoice' | 'isParallelToolUse'> {
  if (!choice) return {}
  const isSerial = optional(choice.disable_parallel_tool_use, 'tool_choice.disable_parallel_tool_use', booleanAt)
  return { toolChoice: readChoiceType(choice), isParallelToolUse: isSerial === undefined ? undefined : !isSerial }
}

function readChoiceType(choice: JsonObject): ToolChoice {
  switch (choice.type) {
    case 'auto':
    case 'none':
      return { type: choice.type }
    case 'any':
      return { type: 'required' }
    case 'tool':
      return { type: 'tool', name: stringAt(choice.name, 'tool_choice.name') }
    default:
      throw wrongField('tool_choice.type', choice.type, "'auto', 'any', 'tool' or 'none'")
  }
}
