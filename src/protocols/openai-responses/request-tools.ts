/** Reads tools and tool choice. Namespaces are flattened, free-text tools and the client's own search of tools become functions; the way back is kept. */
import { GatewayError } from '../../errors.ts'
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
import { readCache } from '../openai-chat/request-parts.ts'
import { customSchema } from '../openai-chat/request-tools.ts'
import type { JsonObject } from '../protocol.ts'
import { carryOf, wireId } from './wire.ts'

export const toolFields = ['tools', 'tool_choice', 'parallel_tool_calls'] as const

const functionKeys: ReadonlySet<string> = new Set([
  'type',
  'name',
  'description',
  'parameters',
  'strict',
  'cache_control',
])
const customKeys: ReadonlySet<string> = new Set(['type', 'name', 'description', 'format'])
/** Codex finds its MCP tools by a function of its own shape. */
export const toolSearch = 'tool_search'
const searchSchema = { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] }

interface ToolMembers {
  readonly tools?: readonly Tool[] | undefined
  readonly otherTools?: readonly Carry[] | undefined
  readonly toolChoice?: ToolChoice | undefined
  readonly isParallelToolUse?: boolean | undefined
}

/** How a client of this wire knows a tool that other wires call by one name. */
export interface Origin {
  readonly name: string
  readonly namespace?: string
  /** `custom` takes free text instead of JSON; `search` is run by the client and told as an item of its own. */
  readonly kind: 'function' | 'custom' | 'search'
}

interface Found {
  readonly tool: JsonObject
  readonly path: string
  readonly namespace?: string
}

export function callableName(name: string, namespace: unknown): string {
  return typeof namespace === 'string' && namespace !== '' ? `${namespace}__${name}` : name
}

/** The tools whose name or kind the neutral form cannot hold, by their neutral name. Never throws. */
export function toolOrigins(body: JsonObject | undefined): ReadonlyMap<string, Origin> {
  const origins = new Map<string, Origin>()
  for (const { tool, namespace } of body ? findTools(body) : []) {
    if (isClientSearch(tool)) origins.set(toolSearch, { name: toolSearch, kind: 'search' })
    const kind: Origin['kind'] = tool.type === 'custom' ? 'custom' : 'function'
    if (typeof tool.name !== 'string' || (namespace === undefined && kind === 'function')) continue
    origins.set(callableName(tool.name, namespace), present({ name: tool.name, namespace, kind }))
  }
  return origins
}

/** A provider's own search of tools is none of the client's. */
function isClientSearch({ type, execution }: JsonObject): boolean {
  return type === toolSearch && execution === 'client'
}

/** Items of the input that bring further tools. */
const toolItems: ReadonlySet<unknown> = new Set(['additional_tools', 'tool_search_output'])

/** Top-level tools, those inside namespaces, and those that came later as an item of the input. */
function findTools(body: JsonObject): readonly Found[] {
  const listed = listTools(body.tools, 'tools')
  const input = Array.isArray(body.input) ? body.input : []
  const later = input.flatMap((item, at) =>
    isObject(item) && toolItems.has(item.type) ? listTools(item.tools, `input.${at}.tools`) : [],
  )
  return [...listed, ...later].flatMap((found) =>
    found.tool.type === 'namespace' && typeof found.tool.name === 'string'
      ? listTools(found.tool.tools, `${found.path}.tools`).map((inner) => ({
          ...inner,
          namespace: found.tool.name as string,
        }))
      : [found],
  )
}

function listTools(tools: unknown, path: string): readonly Found[] {
  return (Array.isArray(tools) ? tools : []).flatMap((tool, at) =>
    isObject(tool) ? [{ tool, path: `${path}.${at}` }] : [],
  )
}

export function readTools(body: JsonObject): ToolMembers {
  for (const [at, tool] of (optional(body.tools, 'tools', arrayAt) ?? []).entries()) objectAt(tool, `tools.${at}`)
  const allowed = allowedTools(body.tool_choice)
  const tools: Tool[] = []
  const otherTools: Carry[] = []
  for (const { tool, path, namespace } of findTools(body)) {
    const read = readTool(tool, path)
    if (!read) otherTools.push({ wire: wireId, fields: tool })
    else if (!allowed || allowed.names.has(read.name)) tools.push({ ...read, name: callableName(read.name, namespace) })
  }
  return {
    tools: tools.length > 0 ? tools : undefined,
    otherTools: otherTools.length > 0 ? otherTools : undefined,
    toolChoice: allowed ? allowed.mode : optional(body.tool_choice, 'tool_choice', readChoice),
    isParallelToolUse: optional(body.parallel_tool_calls, 'parallel_tool_calls', booleanAt),
  }
}

function readTool(tool: JsonObject, path: string): Tool | undefined {
  if (isClientSearch(tool)) return readSearch(tool, path)
  return tool.type === 'custom' ? readCustom(tool, path) : readFunction(tool, path)
}

function readSearch(tool: JsonObject, path: string): Tool {
  return present({
    name: toolSearch,
    description: optional(tool.description, `${path}.description`, stringAt),
    schema: optional(tool.parameters, `${path}.parameters`, objectAt) ?? searchSchema,
  })
}

/** Anything but `strict: true` is what other wires do by themselves. */
function readFunction(tool: JsonObject, path: string): Tool | undefined {
  if (tool.type !== 'function') return undefined
  return present({
    name: stringAt(tool.name, `${path}.name`),
    description: optional(tool.description, `${path}.description`, stringAt),
    schema: optional(tool.parameters, `${path}.parameters`, objectAt),
    isStrict: optional(tool.strict, `${path}.strict`, booleanAt) ? true : undefined,
    cache: readCache(tool.cache_control),
    ...carryOf(otherFields(tool, functionKeys)),
  })
}

/** A grammar for the free text is carried, so that whoever drops it says so. */
function readCustom(tool: JsonObject, path: string): Tool {
  const hasGrammar = isObject(tool.format) && tool.format.type !== 'text'
  return present({
    name: stringAt(tool.name, `${path}.name`),
    description: optional(tool.description, `${path}.description`, stringAt),
    schema: customSchema,
    ...carryOf({ ...otherFields(tool, customKeys), ...(hasGrammar ? { format: tool.format } : {}) }),
  })
}

function readChoice(choice: unknown, path: string): ToolChoice {
  if (choice === 'auto' || choice === 'none' || choice === 'required') return { type: choice }
  if (isObject(choice) && (choice.type === 'function' || choice.type === 'custom')) {
    const name = stringAt(choice.name, `${path}.name`)
    return { type: 'tool', name: callableName(name, choice.namespace) }
  }
  if (!isObject(choice) || typeof choice.type !== 'string')
    throw wrongField(path, choice, "'auto', 'none', 'required' or an object that names a tool")
  throw new GatewayError(
    'unsupported_parameter',
    `${path} names '${choice.type}', which only its own provider can run; name a function, or choose a model of that provider`,
    { param: path },
  )
}

/** `allowed_tools` shows the model fewer tools than there are. */
function allowedTools(
  choice: unknown,
): { readonly mode: ToolChoice; readonly names: ReadonlySet<unknown> } | undefined {
  if (!isObject(choice) || choice.type !== 'allowed_tools') return undefined
  const named = arrayAt(choice.tools, 'tool_choice.tools').filter(isObject)
  return { mode: readChoice(choice.mode, 'tool_choice.mode'), names: new Set(named.map(({ name }) => name)) }
}
