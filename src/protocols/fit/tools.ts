/** Tools as a model takes them: names within its limits, schemas in its dialect, a choice that it knows. */
import { GatewayError } from '../../errors.ts'
import type { InferenceRequest, Message, Part, Tool, ToolChoice, Warning } from '../../inference/index.ts'
import { dialects, type ModelTraits } from '../../model-traits/index.ts'
import { isClosedSchema } from './closed-schema.ts'
import { fits, shorten } from './limits.ts'
import { fitSchema } from './schema.ts'

/** Short name → the client's own. */
export type RenamedTools = Map<string, string>

export interface ToolFit {
  readonly traits: ModelTraits
  readonly warnings: Warning[]
  readonly renamed: RenamedTools
}

export function fitTools(request: InferenceRequest, fit: ToolFit): Partial<InferenceRequest> {
  const tools = request.tools?.map((tool) => fitTool(tool, fit))
  const messages = request.messages.map((message) => fitCalls(message, fit))
  return {
    messages,
    ...(tools === undefined ? {} : { tools }),
    ...(request.toolChoice?.type === 'tool'
      ? { toolChoice: { type: 'tool', name: fitName(request.toolChoice.name, fit) } }
      : {}),
  }
}

function fitTool(tool: Tool, fit: ToolFit): Tool {
  const { traits, warnings } = fit
  const name = fitName(tool.name, fit)
  const strictDialect = dialects[traits.strictToolDialect]
  const isLoose = tool.isStrict === true && strictDialect.needsClosedObjects && !isClosable(tool, fit)
  if (isLoose) {
    const reason = 'strict needs every object to list all its properties as required and to forbid others; sent without'
    warnings.push({ type: 'changed', field: 'tools.strict', reason })
  }
  const isStrict = tool.isStrict === true && !isLoose
  const dialect = isStrict ? traits.strictToolDialect : traits.toolDialect
  const schema = tool.schema && fitSchema(tool.schema, dialect, 'tools.parameters', warnings)
  const { isStrict: _, ...rest } = tool
  return {
    ...rest,
    name,
    ...(schema === undefined ? {} : { schema }),
    ...(tool.isStrict === undefined ? {} : { isStrict }),
  }
}

/** Where keywords are moved, objects are closed on the way; elsewhere the schema has to be closed by itself. */
function isClosable({ schema }: Tool, { traits }: ToolFit): boolean {
  return dialects[traits.strictToolDialect].refused.length > 0 || schema === undefined || isClosedSchema(schema)
}

function fitName(name: string, { traits, warnings, renamed }: ToolFit): string {
  if (name === '') throw new GatewayError('invalid_request', 'a tool has an empty name; name it', { param: 'tools' })
  if (fits(name, traits.toolName)) return name
  const short = shorten(name, traits.toolName)
  if (!renamed.has(short)) {
    const reason = `'${name.slice(0, 80)}' is longer than ${traits.toolName.maxLength} characters or has others than this provider takes; sent as '${short}', and given back under its own name`
    warnings.push({ type: 'changed', field: 'tools.name', reason })
  }
  renamed.set(short, name)
  return short
}

function fitCalls(message: Message, fit: ToolFit): Message {
  if (!message.content.some((part) => part.type === 'tool-call' || part.type === 'tool-result')) return message
  return { ...message, content: message.content.map((part) => fitCall(part, fit)) }
}

function fitCall(part: Part, fit: ToolFit): Part {
  if (part.type === 'tool-call') return { ...part, name: fitName(part.name, fit), id: fitId(part.id, fit) }
  return part.type === 'tool-result' ? { ...part, callId: fitId(part.callId, fit) } : part
}

/** Calls and their results go through the same spelling. */
function fitId(id: string, { traits, warnings }: ToolFit): string {
  const { callId: rule } = traits
  if (id.length <= rule.maxLength && (rule.isExact !== true || fits(id, rule))) return id
  const reason = 'a length or characters that this provider refuses were spelled otherwise'
  warnings.push({ type: 'changed', field: 'tool_calls.id', reason })
  return shorten(id, rule)
}

/** The tools that the model may see, and how it may choose. Throws `unsupported_parameter` where a call cannot be forced. */
export function fitToolChoice(
  request: InferenceRequest,
  traits: ModelTraits,
  warnings: Warning[],
): { readonly toolChoice?: ToolChoice | undefined; readonly tools?: readonly Tool[] | undefined } {
  const { toolChoice, tools } = request
  if (toolChoice === undefined || traits.toolChoices.includes(toolChoice.type)) return { toolChoice, tools }
  if ((tools?.length ?? 0) === 0 && (request.otherTools?.length ?? 0) === 0) return { toolChoice, tools }
  if (toolChoice.type === 'auto') return { toolChoice: undefined, tools }
  if (toolChoice.type === 'none') return withoutTools(request, warnings)
  const named = toolChoice.type === 'tool' ? tools?.filter(({ name }) => name === toolChoice.name) : undefined
  if (named !== undefined && named.length > 0 && traits.toolChoices.includes('required')) {
    const reason = 'this model can be made to call a tool but not which; it was given that tool alone'
    warnings.push({ type: 'changed', field: 'tool_choice', reason })
    return { toolChoice: { type: 'required' }, tools: named }
  }
  throw new GatewayError(
    'unsupported_parameter',
    `tool_choice is '${toolChoice.type}', and this model cannot be made to call a tool; set tool_choice to 'auto' and ask for the call in the prompt, or choose another model`,
    { param: 'tool_choice' },
  )
}

/** A provider without a word for it is given no tools; beside earlier calls it wants a list, which then stays. */
function withoutTools(request: InferenceRequest, warnings: Warning[]) {
  const isUsed = request.messages.some(({ content }) =>
    content.some(({ type }) => type === 'tool-call' || type === 'tool-result'),
  )
  const reason = isUsed
    ? 'this model has no choice of none; the tools of earlier calls were listed and the model may call them'
    : 'this model has no choice of none; the tools were left out'
  warnings.push({ type: 'changed', field: 'tool_choice', reason })
  return { toolChoice: undefined, tools: undefined }
}
