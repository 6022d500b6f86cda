/** Where a provider's server differs from what its models take elsewhere. Data of the rows that name it, with a source each. */
import type { ProviderTraits } from './provider.ts'

export const openaiServerTraits: readonly ProviderTraits[] = [
  {
    traits: { user: { hashField: 'safety_identifier' } },
    sources: ['https://platform.openai.com/docs/api-reference/chat/create#chat-create-safety_identifier'],
  },
]

export const openrouterTraits: readonly ProviderTraits[] = [
  {
    traits: {
      chat: 'all',
      takesReasoningDetails: true,
      efforts: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh'],
    },
    sources: ['https://openrouter.ai/docs/guides/best-practices/reasoning-tokens'],
  },
]

export const mistralTraits: readonly ProviderTraits[] = [
  {
    traits: { callId: { maxLength: 9, character: /[a-zA-Z0-9]/, isExact: true } },
    sources: [
      'https://github.com/mistralai/client-python/issues/110',
      'https://docs.mistral.ai/capabilities/function_calling',
    ],
  },
]

const toolChoice = 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html'
const structuredOutput = 'https://docs.aws.amazon.com/bedrock/latest/userguide/structured-output.html'

export const bedrockTraits: readonly ProviderTraits[] = [
  {
    traits: { toolChoices: ['auto'], hasParallelSwitch: true },
    sources: [toolChoice, 'https://github.com/strands-agents/harness-sdk/issues/1241'],
  },
  { models: /^(?:nova|gpt-[5-9])/, traits: { toolChoices: ['auto', 'required', 'tool'] }, sources: [toolChoice] },
  {
    models: /^claude/,
    traits: { toolChoices: ['auto', 'required', 'tool'], betas: bedrockBetas() },
    sources: [
      toolChoice,
      'https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-anthropic-claude-messages-request-response.html',
      'https://github.com/BerriAI/litellm/issues/13552',
    ],
  },
  {
    models: /^claude-(?:fable|mythos)-(?:5-[1-9]|[6-9])/,
    traits: { toolChoices: ['auto'] },
    sources: ['https://platform.claude.com/docs/en/models/fable-5-1/migration-guide'],
  },
  { models: /^mistral-large/, traits: { toolChoices: ['auto', 'required'] }, sources: [toolChoice] },
  {
    models: /^claude-(?:opus-4-[78]|sonnet-5)/,
    traits: { structuredOutput: 'tool' },
    sources: [
      'https://github.com/anomalyco/models.dev/issues/1765',
      'https://github.com/anthropics/anthropic-sdk-python/issues/1759',
    ],
  },
  { models: /^(?:llama|titan|jamba|command)/, traits: { structuredOutput: 'none' }, sources: [structuredOutput] },
  /** An ARN that does not name its model may be of any. */
  { models: /^arn:/, traits: { toolChoices: ['auto', 'required', 'tool'] }, sources: [toolChoice] },
]

function bedrockBetas(): readonly string[] {
  return [
    'computer-use-2024-10-22',
    'computer-use-2025-01-24',
    'computer-use-2025-11-24',
    'context-1m-2025-08-07',
    'context-management-2025-06-27',
    'dev-full-thinking-2025-05-14',
    'effort-2025-11-24',
    'fine-grained-tool-streaming-2025-05-14',
    'interleaved-thinking-2025-05-14',
    'output-128k-2025-02-19',
    'token-efficient-tools-2025-02-19',
    'tool-examples-2025-10-29',
    'tool-search-tool-2025-10-19',
  ]
}

export const vertexTraits: readonly ProviderTraits[] = [
  {
    models: /^claude/,
    traits: {
      betas: [
        'computer-use-2025-01-24',
        'computer-use-2025-11-24',
        'context-1m-2025-08-07',
        'context-management-2025-06-27',
        'fine-grained-tool-streaming-2025-05-14',
        'interleaved-thinking-2025-05-14',
        'output-128k-2025-02-19',
        'token-efficient-tools-2025-02-19',
        'tool-search-tool-2025-10-19',
        'web-search-2025-03-05',
      ],
    },
    sources: [
      'https://github.com/BerriAI/litellm/issues/19984',
      'https://github.com/anthropics/claude-code/issues/34802',
      'https://docs.cloud.google.com/vertex-ai/generative-ai/docs/partner-models/claude/use-claude',
    ],
  },
]
