/** The form of the answer that a client asks for: as the model knows it, or as a tool that it has to call. */
import { GatewayError } from '../../errors.ts'
import type { InferenceRequest, OutputFormat, Tool, Warning } from '../../inference/index.ts'
import type { ModelTraits } from '../../model-traits/index.ts'
import { fitSchema } from './schema.ts'

type SchemaFormat = Extract<OutputFormat, { type: 'json-schema' }>

interface FittedFormat {
  readonly request: InferenceRequest
  /** The tool whose arguments are the answer. */
  readonly formatTool?: string
}

/** Throws `unsupported_parameter` where the schema cannot be said to the model in any way. */
export function fitFormat(request: InferenceRequest, traits: ModelTraits, warnings: Warning[]): FittedFormat {
  const format = request.outputFormat
  if (format?.type !== 'json-schema') return { request }
  if (traits.structuredOutput === 'native') {
    const dialect = format.isStrict === false && traits.maker === 'OpenAI' ? 'any' : traits.formatDialect
    const schema = fitSchema(format.schema, dialect, 'response_format.json_schema.schema', warnings)
    return { request: { ...request, outputFormat: { ...format, schema } } }
  }
  if (traits.structuredOutput === 'tool') return asTool(request, format, traits, warnings)
  throw cannotForce()
}

function asTool(
  { outputFormat: _, ...request }: InferenceRequest,
  format: SchemaFormat,
  { toolChoices }: ModelTraits,
  warnings: Warning[],
): FittedFormat {
  const tools = request.tools ?? []
  const name = nameOf(format.name, tools)
  const hasOthers = tools.length > 0 && request.toolChoice?.type !== 'none'
  const isTold = request.toolChoice?.type === 'tool'
  const choice = hasOthers ? 'required' : 'tool'
  const word = toolChoices.includes(choice) ? choice : 'required'
  if (!toolChoices.includes(word)) throw cannotForce()
  const reason =
    'this model has no such setting; it is made to call a tool with this schema, whose arguments are the answer'
  warnings.push({ type: 'changed', field: 'response_format', reason })
  const tool: Tool = {
    name,
    description: format.description ?? 'Call this tool to give your answer. Its arguments are the answer.',
    schema: format.schema,
  }
  return {
    formatTool: name,
    request: {
      ...request,
      tools: hasOthers ? [...tools, tool] : [tool],
      toolChoice:
        isTold && request.toolChoice
          ? request.toolChoice
          : word === 'tool'
            ? { type: 'tool', name }
            : { type: 'required' },
    },
  }
}

function nameOf(said: string, tools: readonly Tool[]): string {
  const plain = said.replace(/[^a-zA-Z0-9_-]/g, '_').slice(0, 50) || 'answer'
  return tools.some(({ name }) => name === plain) ? `${plain}_answer` : plain
}

function cannotForce(): GatewayError {
  return new GatewayError(
    'unsupported_parameter',
    'response_format names a JSON schema, and this model can neither be held to one nor made to call a tool; ask for JSON in the prompt, or choose a model that has structured outputs',
    { param: 'response_format' },
  )
}
