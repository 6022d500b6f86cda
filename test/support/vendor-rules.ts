/** What single models refuse of requests that their wire allows, said once more and apart from the table of models: the fakes of the generated suite refuse by it. */
import type { ProtocolId } from '../../src/protocols/protocol.ts'

// biome-ignore lint/suspicious/noExplicitAny: bodies of five wires are looked into by path
type Body = any

interface VendorRule {
  readonly wires: readonly ProtocolId[]
  readonly models: RegExp
  readonly refuses: (body: Body) => boolean
  readonly says: string
}

const openai: readonly ProtocolId[] = ['openai-chat', 'openai-responses']
const effortOf = (body: Body): string | undefined => body.reasoning_effort ?? body.reasoning?.effort
const claudeField = (body: Body, key: string) => body[key] ?? body.additionalModelRequestFields?.[key]
const temperatureOf = (body: Body) => body.temperature ?? body.inferenceConfig?.temperature
const topPOf = (body: Body) => body.top_p ?? body.inferenceConfig?.topP
const capOf = (body: Body): number =>
  body.max_tokens ??
  body.max_completion_tokens ??
  body.max_output_tokens ??
  body.inferenceConfig?.maxTokens ??
  body.generationConfig?.maxOutputTokens ??
  0
const isForced = (body: Body) =>
  ['any', 'tool'].includes(body.tool_choice?.type) ||
  body.toolConfig?.toolChoice?.any !== undefined ||
  body.toolConfig?.toolChoice?.tool !== undefined
const claude: readonly ProtocolId[] = ['anthropic-messages', 'bedrock-converse']
const converse: readonly ProtocolId[] = ['bedrock-converse']
const gemini: readonly ProtocolId[] = ['google-gemini']

const rules: readonly VendorRule[] = [
  {
    wires: openai,
    models: /^(?:o\d|gpt-5(?!\.[1-4]|-chat)|gpt-6)/,
    says: 'temperature',
    refuses: (body) => body.temperature !== undefined && body.temperature !== 1,
  },
  {
    wires: openai,
    models: /^(?:o\d|gpt-5(?!\.[1-4]|-chat)|gpt-6)/,
    says: 'top_p',
    refuses: (body) => body.top_p !== undefined,
  },
  {
    wires: openai,
    models: /^gpt-5\.[1-4]/,
    says: 'sampling with an effort',
    refuses: (body) =>
      !['none', undefined].includes(effortOf(body)) && (body.temperature !== undefined || body.top_p !== undefined),
  },
  {
    wires: ['openai-chat'],
    models: /^(?:o\d|gpt-5(?!-chat)|gpt-6)/,
    says: 'stop',
    refuses: (body) => body.stop !== undefined,
  },
  {
    wires: ['openai-chat'],
    models: /^(?:o\d|gpt-5(?!-chat)|gpt-6)/,
    says: 'max_tokens',
    refuses: (body) => body.max_tokens !== undefined,
  },
  { wires: openai, models: /^gpt-(?:3|4)/, says: 'effort', refuses: (body) => effortOf(body) !== undefined },
  {
    wires: openai,
    models: /^o\d/,
    says: 'effort word',
    refuses: (body) => !['low', 'medium', 'high', undefined].includes(effortOf(body)),
  },
  {
    wires: openai,
    models: /^gpt-5(?![.\d])(?!-chat)/,
    says: 'effort word',
    refuses: (body) => !['minimal', 'low', 'medium', 'high', undefined].includes(effortOf(body)),
  },
  {
    wires: openai,
    models: /^gpt-(?:5\.[2-9]|6)/,
    says: 'effort word',
    refuses: (body) => !['none', 'low', 'medium', 'high', 'xhigh', undefined].includes(effortOf(body)),
  },
  {
    wires: ['openai-chat'],
    models: /^gpt-5\.[2-5]/,
    says: 'tools beside an effort',
    refuses: (body) => body.tools !== undefined && !['none', undefined].includes(effortOf(body)),
  },
  {
    wires: ['openai-chat'],
    models: /^gpt-(?:5\.6|6)/,
    says: 'tools without effort none',
    refuses: (body) => body.tools !== undefined && effortOf(body) !== 'none',
  },
  { wires: openai, models: /^gpt-4o/, says: 'cap', refuses: (body) => capOf(body) > 16_384 },
  {
    wires: openai,
    models: /^gpt-3/,
    says: 'schema',
    refuses: (body) => body.response_format?.type === 'json_schema' || body.text?.format?.type === 'json_schema',
  },
  {
    wires: claude,
    models: /claude-(?:opus-4-[78]|sonnet-5|fable|opus-5)/,
    says: 'sampling',
    refuses: (body) =>
      temperatureOf(body) !== undefined || topPOf(body) !== undefined || claudeField(body, 'top_k') !== undefined,
  },
  {
    wires: claude,
    models: /claude-(?:opus-4-[156]|(?:sonnet|haiku)-4-[56])/,
    says: 'temperature and top_p',
    refuses: (body) => temperatureOf(body) !== undefined && topPOf(body) !== undefined,
  },
  {
    wires: claude,
    models: /claude-(?:3|haiku-4-5|sonnet-4(?!-6)|opus-4(?!-[678]))/,
    says: 'adaptive',
    refuses: (body) => claudeField(body, 'thinking')?.type === 'adaptive',
  },
  {
    wires: claude,
    models: /claude-(?:opus-4-[78]|sonnet-5|fable|opus-5)/,
    says: 'budget',
    refuses: (body) => claudeField(body, 'thinking')?.type === 'enabled',
  },
  {
    wires: claude,
    models: /claude-(?:3-haiku|3-5)/,
    says: 'thinking',
    refuses: (body) => claudeField(body, 'thinking') !== undefined,
  },
  {
    wires: claude,
    models: /claude-fable/,
    says: 'thinking off',
    refuses: (body) => claudeField(body, 'thinking')?.type === 'disabled',
  },
  { wires: claude, models: /claude-fable-5-1/, says: 'forced tool', refuses: isForced },
  {
    wires: claude,
    models: /claude-(?!fable)/,
    says: 'forced tool while thinking',
    refuses: (body) => isForced(body) && ['enabled', 'adaptive'].includes(claudeField(body, 'thinking')?.type),
  },
  {
    wires: claude,
    models: /claude/,
    says: 'budget above the cap',
    refuses: (body) => (claudeField(body, 'thinking')?.budget_tokens ?? 0) >= (capOf(body) || Number.POSITIVE_INFINITY),
  },
  {
    wires: claude,
    models: /claude-(?:haiku-4-5|sonnet-4(?!-6)|3)/,
    says: 'effort',
    refuses: (body) => claudeField(body, 'output_config')?.effort !== undefined,
  },
  {
    wires: claude,
    models: /claude-(?:opus|sonnet)-4-6/,
    says: 'effort word',
    refuses: (body) => claudeField(body, 'output_config')?.effort === 'xhigh',
  },
  {
    wires: ['anthropic-messages'],
    models: /claude-(?:3|sonnet-4-2|opus-4-2)/,
    says: 'format',
    refuses: (body) => body.output_config?.format !== undefined,
  },
  {
    wires: ['anthropic-messages'],
    models: /claude/,
    says: 'keywords of a format',
    refuses: (body) =>
      /"(?:minLength|maxLength|minimum|maximum|maxItems)":/.test(JSON.stringify(body.output_config ?? {})),
  },
  { wires: ['anthropic-messages'], models: /claude-3-haiku/, says: 'cap', refuses: (body) => capOf(body) > 4_096 },
  {
    wires: converse,
    models: /claude-(?:opus-4-[78]|sonnet-5)|nova|llama/,
    says: 'outputConfig',
    refuses: (body) => body.outputConfig !== undefined,
  },
  {
    wires: converse,
    models: /llama|gpt-oss/,
    says: 'toolChoice',
    refuses: (body) => body.toolConfig?.toolChoice !== undefined && body.toolConfig.toolChoice.auto === undefined,
  },
  {
    wires: converse,
    models: /mistral-large/,
    says: 'toolChoice tool',
    refuses: (body) => body.toolConfig?.toolChoice?.tool !== undefined,
  },
  {
    wires: converse,
    models: /nova/,
    says: 'keys of a schema',
    refuses: (body) =>
      (body.toolConfig?.tools ?? []).some((tool: Body) =>
        Object.keys(tool.toolSpec?.inputSchema.json ?? {}).some(
          (key) => !['type', 'properties', 'required'].includes(key),
        ),
      ),
  },
  { wires: converse, models: /./, says: 'who speaks first', refuses: (body) => body.messages[0].role !== 'user' },
  {
    wires: converse,
    models: /gpt-5\.6/,
    says: 'sampling',
    refuses: (body) => temperatureOf(body) !== undefined || topPOf(body) !== undefined,
  },
  {
    wires: gemini,
    models: /gemini-2\.0/,
    says: 'thinking',
    refuses: (body) => body.generationConfig?.thinkingConfig !== undefined,
  },
  {
    wires: gemini,
    models: /gemini-2/,
    says: 'level',
    refuses: (body) => body.generationConfig?.thinkingConfig?.thinkingLevel !== undefined,
  },
  {
    wires: gemini,
    models: /gemini-2/,
    says: 'format beside tools',
    refuses: (body) => body.tools !== undefined && body.generationConfig?.responseMimeType !== undefined,
  },
  {
    wires: gemini,
    models: /gemini-3/,
    says: 'budget',
    refuses: (body) => body.generationConfig?.thinkingConfig?.thinkingBudget !== undefined,
  },
  {
    wires: gemini,
    models: /gemini-3(?:\.1)?-pro|gemini-3\.7-flash/,
    says: 'minimal',
    refuses: (body) => body.generationConfig?.thinkingConfig?.thinkingLevel === 'minimal',
  },
  {
    wires: gemini,
    models: /gemini-3-pro/,
    says: 'medium',
    refuses: (body) => body.generationConfig?.thinkingConfig?.thinkingLevel === 'medium',
  },
]

/** undefined = the model takes it. */
export function vendorRefusal(wire: ProtocolId, model: string, body: unknown): string | undefined {
  const name = model.replace(/^(?:us|eu|global)\./, '').replace(/^(?:anthropic|amazon|meta|mistral|openai)\./, '')
  return rules.find((rule) => rule.wires.includes(wire) && rule.models.test(name) && rule.refuses(body))?.says
}
