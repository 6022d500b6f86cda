/** Reads tools, tool choice and their legacy forms. Tools that are no functions are carried whole. */
import type { Carry, Tool, ToolChoice } from '../../inference/index.ts'
import {
  arrayAt,
  booleanAt,
  isObject,
  objectAt,
  optional,
  otherFields,
  present,
  stringAt,
  wrongField,
} from '../fields.ts'
import type { JsonObject } from '../protocol.ts'
import { readCache } from './request-parts.ts'
import { carryOf, wireId } from './wire.ts'

export const toolFields = ['tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call'] as const

const toolKeys: ReadonlySet<string> = new Set(['type', 'function', 'cache_control'])
const functionKeys: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'strict'])

interface ToolMembers {
  readonly tools?: readonly Tool[] | undefined
  readonly otherTools?: readonly Carry[] | undefined
  readonly toolChoice?: ToolChoice | undefined
  readonly isParallelToolUse?: boolean | undefined
}

export function readTools(body: JsonObject): ToolMembers {
  const tools: Tool[] = []
  const otherTools: Carry[] = []
  for (const [at, value] of (optional(body.tools, 'tools', arrayAt) ?? []).entries()) {
    const tool = objectAt(value, `tools.${at}`)
    if (tool.type === undefined || tool.type === 'function') tools.push(readTool(tool, `tools.${at}`))
    else otherTools.push({ wire: wireId, fields: tool })
  }
  for (const [at, value] of (optional(body.functions, 'functions', arrayAt) ?? []).entries()) {
    const path = `functions.${at}`
    tools.push(readFunction(objectAt(value, path), path))
  }
  return {
    tools: tools.length > 0 ? tools : undefined,
    otherTools: otherTools.length > 0 ? otherTools : undefined,
    toolChoice: optional(body.tool_choice ?? body.function_call, 'tool_choice', readChoice),
    isParallelToolUse: optional(body.parallel_tool_calls, 'parallel_tool_calls', booleanAt),
  }
}

function readTool(tool: JsonObject, path: string): Tool {
  const read = readFunction(objectAt(tool.function, `${path}.function`), `${path}.function`)
  const rest = { ...read.carry?.fields, ...otherFields(tool, toolKeys) }
  const cache = readCache(tool.cache_control)
  return { ...read, ...(cache ? { cache } : {}), ...carryOf(rest) }
}

function readFunction(fields: JsonObject, path: string): Tool {
  const rest = otherFields(fields, functionKeys)
  return present({
    name: stringAt(fields.name, `${path}.name`),
    description: optional(fields.description, `${path}.description`, stringAt),
    schema: optional(fields.parameters, `${path}.parameters`, objectAt),
    isStrict: optional(fields.strict, `${path}.strict`, booleanAt),
    ...carryOf(rest && { function: rest }),
  })
}

function readChoice(choice: unknown, path: string): ToolChoice {
  const word = isObject(choice) && choice.type !== 'function' ? choice.type : choice
  if (word === 'auto' || word === 'none' || word === 'required') return { type: word }
  if (word === 'any') return { type: 'required' }
  if (!isObject(choice)) throw wrongField(path, choice, "'auto', 'none', 'required' or an object that names a function")
  const named = optional(choice.function, `${path}.function`, objectAt) ?? choice
  if (typeof named.name === 'string') return { type: 'tool', name: named.name }
  throw wrongField(path, choice, '\'auto\', \'none\', \'required\' or {"type": "function", "function": {"name": …}}')
}
