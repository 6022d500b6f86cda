/** Reads tools, tool choice and their legacy forms. Free-text tools become functions; others that are none are carried whole. */
import type { Carry, Tool, ToolChoice } from '../../inference/index.ts'
import {
  arrayAt,
  booleanAt,
  isObject,
  objectAt,
  optional,
  otherFields,
  parseObject,
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

/** A tool of free text as a function; whoever answers is given the text back as `input`. */
export const customSchema = {
  type: 'object',
  properties: { input: { type: 'string', description: 'The whole input of the tool, as free text' } },
  required: ['input'],
  additionalProperties: false,
}

export function customInput(text: string): string {
  return JSON.stringify({ input: text })
}

/** The reverse; arguments that are not what was asked for are handed on as they are. */
export function freeText(json: string): string {
  const read = parseObject(json)
  return typeof read?.input === 'string' ? read.input : json
}

/** The names of a request's free-text tools. Never throws. */
export function customNames(body: JsonObject | undefined): ReadonlySet<string> {
  const tools = Array.isArray(body?.tools) ? body.tools.filter(isObject) : []
  return new Set(
    tools.flatMap(({ type, custom }) =>
      type === 'custom' && isObject(custom) && typeof custom.name === 'string' ? [custom.name] : [],
    ),
  )
}

interface ToolMembers {
  readonly tools?: readonly Tool[] | undefined
  readonly otherTools?: readonly Carry[] | undefined
  readonly toolChoice?: ToolChoice | undefined
  readonly isParallelToolUse?: boolean | undefined
}

export function readTools(body: JsonObject): ToolMembers {
  const tools: Tool[] = []
  const otherTools: Carry[] = []
  const allowed = readAllowed(body.tool_choice)
  for (const [at, value] of (optional(body.tools, 'tools', arrayAt) ?? []).entries()) {
    const tool = objectAt(value, `tools.${at}`)
    if (tool.type === 'custom' && isObject(tool.custom)) tools.push(readCustom(tool.custom, `tools.${at}.custom`))
    else if (tool.type === undefined || tool.type === 'function') tools.push(readTool(tool, `tools.${at}`))
    else otherTools.push({ wire: wireId, fields: tool })
  }
  for (const [at, value] of (optional(body.functions, 'functions', arrayAt) ?? []).entries()) {
    const path = `functions.${at}`
    tools.push(readFunction(objectAt(value, path), path))
  }
  const shown = allowed === undefined ? tools : tools.filter(({ name }) => allowed.names.has(name))
  return {
    tools: shown.length > 0 ? shown : undefined,
    otherTools: otherTools.length > 0 ? otherTools : undefined,
    toolChoice: allowed?.mode ?? optional(body.tool_choice ?? body.function_call, 'tool_choice', readChoice),
    isParallelToolUse: optional(body.parallel_tool_calls, 'parallel_tool_calls', booleanAt),
  }
}

/** A grammar is carried, so that whoever drops it says so. */
function readCustom(custom: JsonObject, path: string): Tool {
  const { name, description, format, ...rest } = custom
  const hasGrammar = isObject(format) && format.type !== 'text'
  return present({
    name: stringAt(name, `${path}.name`),
    description: optional(description, `${path}.description`, stringAt),
    schema: customSchema,
    ...carryOf({ ...rest, ...(hasGrammar ? { format } : {}) }),
  })
}

/** `allowed_tools` shows the model fewer tools than there are. */
function readAllowed(choice: unknown): { readonly mode: ToolChoice; readonly names: ReadonlySet<unknown> } | undefined {
  if (!isObject(choice) || choice.type !== 'allowed_tools') return undefined
  const allowed = isObject(choice.allowed_tools) ? choice.allowed_tools : choice
  const named = arrayAt(allowed.tools, 'tool_choice.allowed_tools.tools').filter(isObject)
  const nameOf = ({ function: called, custom, name }: JsonObject) =>
    isObject(called) ? called.name : isObject(custom) ? custom.name : name
  return { mode: readChoice(allowed.mode, 'tool_choice.allowed_tools.mode'), names: new Set(named.map(nameOf)) }
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
  const word = isObject(choice) && choice.type !== 'function' && choice.type !== 'custom' ? choice.type : choice
  if (word === 'auto' || word === 'none' || word === 'required') return { type: word }
  if (word === 'any') return { type: 'required' }
  if (!isObject(choice)) throw wrongField(path, choice, "'auto', 'none', 'required' or an object that names a function")
  const named =
    optional(choice.function, `${path}.function`, objectAt) ??
    optional(choice.custom, `${path}.custom`, objectAt) ??
    choice
  if (typeof named.name === 'string') return { type: 'tool', name: named.name }
  throw wrongField(path, choice, '\'auto\', \'none\', \'required\' or {"type": "function", "function": {"name": …}}')
}
