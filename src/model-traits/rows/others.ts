/** Open models and those of other makers. */
import type { Family } from '../traits.ts'

const toolChoice = 'https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ToolChoice.html'

export const otherFamilies: readonly Family[] = [
  {
    name: 'a profile of your own on Amazon Bedrock',
    pattern: /^arn:/,
    traits: { cacheMarks: 'content-and-tools', takesReasoning: true },
    sources: ['https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-create.html'],
    rows: [],
  },
  {
    name: 'DeepSeek',
    pattern: /^deepseek/,
    traits: {
      maker: 'DeepSeek',
      user: { maxLength: 256, character: /[a-zA-Z0-9_-]/, refusesPersonal: false },
      structuredOutput: 'native',
    },
    sources: [
      'https://api-docs.deepseek.com/api/create-chat-completion',
      'https://github.com/aattaran/deepclaude/issues/17',
    ],
    rows: [
      {
        models: 'DeepSeek R1',
        pattern: /^(?:deepseek-)?r1/,
        traits: { sampling: { logprobs: false } },
        sources: ['https://api-docs.deepseek.com/guides/reasoning_model'],
      },
    ],
  },
  {
    name: 'xAI Grok',
    pattern: /^grok/,
    traits: { maker: 'xAI', sampling: { logitBias: false } },
    sources: ['https://docs.x.ai/docs/guides/reasoning'],
    rows: [
      {
        models: 'Grok 3 mini',
        pattern: /^grok-3-mini/,
        traits: { efforts: ['low', 'high'], maxStops: 0, sampling: { penalties: false } },
        sources: ['https://docs.x.ai/docs/guides/reasoning'],
      },
      {
        models: 'Grok 3',
        pattern: /^grok-3(?!-mini)/,
        traits: { efforts: [] },
        sources: ['https://docs.x.ai/docs/guides/reasoning'],
      },
      {
        models: 'Grok 4',
        pattern: /^grok-4(?!-fast-non|[.-]1-fast-non|\.[2-9]|-20)/,
        traits: { efforts: [], maxStops: 0, sampling: { penalties: false } },
        sources: ['https://docs.x.ai/docs/models/grok-4'],
      },
    ],
  },
  {
    name: 'Mistral',
    pattern: /^(?:mistral|ministral|magistral|codestral|devstral|pixtral|open-mi[sx]tral|mixtral|voxtral)/,
    traits: { maker: 'Mistral AI' },
    sources: ['https://docs.mistral.ai/api/endpoint/chat'],
    rows: [],
  },
  {
    name: 'Meta Llama',
    pattern: /^(?:meta-)?llama/,
    traits: { maker: 'Meta', thinking: 'none', efforts: [] },
    sources: ['https://github.com/strands-agents/harness-sdk/issues/1241', toolChoice],
    rows: [],
  },
  {
    name: 'Cohere Command',
    pattern: /^command/,
    traits: { maker: 'Cohere' },
    sources: ['https://docs.cohere.com/reference/chat'],
    rows: [],
  },
  {
    name: 'Moonshot Kimi',
    pattern: /^(?:kimi|moonshot)/,
    traits: { maker: 'Moonshot AI', sampling: { maxTemperature: 1 } },
    sources: ['https://platform.moonshot.ai/docs/api/chat'],
    rows: [],
  },
  {
    name: 'Qwen',
    pattern: /^(?:qwen|qwq)/,
    traits: { maker: 'Alibaba' },
    sources: ['https://www.alibabacloud.com/help/en/model-studio/qwen-api-reference'],
    rows: [],
  },
  {
    name: 'Perplexity Sonar',
    pattern: /^sonar/,
    traits: { maker: 'Perplexity', sampling: { logitBias: false } },
    sources: ['https://docs.perplexity.ai/api-reference/chat-completions-post'],
    rows: [],
  },
]
