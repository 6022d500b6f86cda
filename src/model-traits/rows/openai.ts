/** OpenAI's models: chat, reasoning and pictures. */
import type { Family, TraitChanges } from '../traits.ts'

const reference = 'https://developers.openai.com/api/docs/guides/reasoning'
const schemas = 'https://platform.openai.com/docs/guides/structured-outputs#supported-schemas'

/** https://github.com/vercel/ai/issues/10932 lists what reasoning models refuse. */
const noSampling = {
  temperature: 'default',
  topP: false,
  penalties: false,
  logprobs: false,
  logitBias: false,
} as const

const reasoning = {
  sampling: noSampling,
  maxStops: 0,
  outputCap: 'max_completion_tokens',
  thinking: 'effort',
} as const satisfies TraitChanges

/** Take sampling while they do not reason, which is what they do unless told. */
const switchable = {
  ...reasoning,
  sampling: { onlyWithoutEffort: 'default' },
} as const satisfies TraitChanges

export const openaiFamily: Family = {
  name: 'OpenAI GPT and o-series',
  pattern: /^(?:ft:)?(?:gpt-(?!image|oss)|chatgpt|o\d|codex|computer-use|davinci|babbage)/,
  traits: {
    maker: 'OpenAI',
    sampling: { topK: false },
    maxStops: 4,
    efforts: [],
    thinking: 'none',
    structuredOutput: 'native',
    formatDialect: 'strict-openai',
    toolDialect: 'plain',
    strictToolDialect: 'strict-openai',
    callId: { maxLength: 64 },
    user: { maxLength: 64, refusesPersonal: false },
  },
  sources: [
    'https://platform.openai.com/docs/api-reference/chat/create',
    schemas,
    'https://github.com/openai/codex/issues/14355',
    'https://github.com/aattaran/deepclaude/issues/17',
  ],
  rows: [
    {
      models: 'gpt-3.5, gpt-4 and gpt-4-turbo',
      pattern: /^(?:ft:)?gpt-(?:3\.5|4(?!\.1|\.5|o))/,
      traits: { structuredOutput: 'tool', maxOutputTokens: 4096 },
      sources: [schemas],
    },
    {
      models: 'gpt-4o and gpt-4o-mini',
      pattern: /^(?:ft:)?gpt-4o/,
      traits: { maxOutputTokens: 16_384 },
      sources: ['https://platform.openai.com/docs/models/gpt-4o'],
    },
    {
      models: 'gpt-4.1',
      pattern: /^(?:ft:)?gpt-4\.1/,
      traits: { maxOutputTokens: 32_768 },
      sources: [
        'https://platform.openai.com/docs/models/gpt-4.1',
        'https://github.com/anthropics/claude-code/issues/55211',
      ],
    },
    {
      models: 'gpt-4o-search-preview',
      pattern: /^gpt-4o(?:-mini)?-search/,
      traits: { sampling: noSampling, multipleAnswers: false, hasParallelSwitch: false },
      sources: ['https://community.openai.com/t/1150291'],
    },
    {
      models: 'o1, o3 and o4',
      pattern: /^o\d/,
      traits: {
        ...reasoning,
        efforts: ['low', 'medium', 'high'],
        hasParallelSwitch: false,
        maxOutputTokens: 100_000,
      },
      sources: [reference, 'https://github.com/BerriAI/litellm/issues/33075'],
    },
    {
      models: 'o1-mini and o1-preview',
      pattern: /^o1-(?:mini|preview)/,
      traits: { efforts: [], hasDeveloperRole: false, toolChoices: ['auto'], structuredOutput: 'none' },
      sources: [reference],
    },
    {
      models: 'models of the Responses endpoint alone',
      pattern: /^(?:o\d-pro|o\d(?:-mini)?-deep-research|codex|computer-use|gpt-5(?:\.\d+)?-(?:codex|pro))/,
      traits: { chat: 'none' },
      sources: [
        'https://platform.openai.com/docs/models/compare',
        'https://platform.openai.com/docs/models/gpt-5-codex',
      ],
    },
    {
      models: 'gpt-5',
      pattern: /^gpt-5(?![.\d])/,
      traits: { ...reasoning, efforts: ['minimal', 'low', 'medium', 'high'], maxOutputTokens: 128_000 },
      sources: [
        reference,
        'https://github.com/OpenHands/software-agent-sdk/issues/1837',
        'https://github.com/BerriAI/litellm/issues/33075',
      ],
    },
    {
      models: 'gpt-5-codex and gpt-5-pro',
      pattern: /^gpt-5-(?:codex|pro)/,
      traits: { efforts: ['low', 'medium', 'high'] },
      sources: [reference],
    },
    {
      models: 'gpt-5-pro',
      pattern: /^gpt-5-pro/,
      traits: { efforts: ['high'], maxOutputTokens: 272_000 },
      sources: ['https://learn.microsoft.com/en-us/javascript/api/@azure/ai-projects/reasoningeffort'],
    },
    {
      models: 'gpt-5.1',
      pattern: /^gpt-5\.1/,
      traits: { ...switchable, efforts: ['none', 'low', 'medium', 'high'], maxOutputTokens: 128_000 },
      sources: [
        'https://github.com/openai/openai-agents-python/issues/2089',
        'https://github.com/vercel/ai/issues/10932',
      ],
    },
    {
      models: 'gpt-5.2 to gpt-5.4',
      pattern: /^gpt-5\.[234]/,
      traits: {
        ...switchable,
        chat: 'tools-without-effort',
        efforts: ['none', 'low', 'medium', 'high', 'xhigh'],
        maxOutputTokens: 128_000,
      },
      sources: [
        'https://github.com/openai/openai-openapi/issues/541',
        'https://github.com/livekit/agents/pull/5088',
        'https://docs.rs/crate/meerkat-core/0.6.25/source/src/model_profile/capabilities/openai.rs',
      ],
    },
    {
      models: 'gpt-5.5',
      pattern: /^gpt-5\.5/,
      traits: {
        ...reasoning,
        chat: 'tools-without-effort',
        efforts: ['none', 'low', 'medium', 'high', 'xhigh'],
        maxOutputTokens: 128_000,
      },
      sources: ['https://github.com/charmbracelet/crush/issues/2913', 'https://github.com/BerriAI/litellm/pull/34599'],
    },
    {
      models: 'gpt-5.6 and later, gpt-6',
      pattern: /^gpt-(?:5\.(?:[6-9]|\d\d)|[6-9]|\d\d)/,
      traits: {
        ...reasoning,
        chat: 'tools-with-effort-none',
        efforts: ['none', 'low', 'medium', 'high', 'xhigh'],
        maxOutputTokens: 128_000,
      },
      sources: [
        'https://github.com/BerriAI/litellm/pull/34569',
        'https://github.com/livekit/agents/pull/7169',
        'https://github.com/itzcrazykns/vane/issues/1173',
      ],
    },
    {
      models: 'the -codex and -pro of 5.1 and later',
      pattern: /^gpt-5\.\d+-(?:codex|pro)/,
      traits: { ...reasoning, chat: 'none', efforts: ['low', 'medium', 'high', 'xhigh'] },
      sources: ['https://developers.openai.com/api/docs/models/gpt-5.3-codex'],
    },
    {
      models: 'gpt-5.1-codex and its mini',
      pattern: /^gpt-5\.1-codex(?!-max)/,
      traits: { efforts: ['low', 'medium', 'high'] },
      sources: ['https://learn.microsoft.com/en-us/javascript/api/@azure/ai-projects/reasoningeffort'],
    },
    {
      models: 'the -chat variants of gpt-5',
      pattern: /^gpt-5(?:\.\d+)?-chat/,
      traits: { efforts: [], thinking: 'none', chat: 'all', maxOutputTokens: 16_384 },
      sources: ['https://platform.openai.com/docs/models/gpt-5-chat-latest', 'https://learnku.com/articles/90544'],
    },
    {
      models: 'gpt-5-chat-latest',
      pattern: /^gpt-5-chat/,
      traits: {
        sampling: {
          temperature: 'any',
          topP: true,
          penalties: true,
          logprobs: true,
          logitBias: true,
          onlyWithoutEffort: 'no',
        },
        outputCap: 'either',
      },
      sources: ['https://learnku.com/articles/90544'],
    },
  ],
}

export const gptOssFamily: Family = {
  name: 'OpenAI gpt-oss',
  pattern: /^gpt-oss/,
  traits: { maker: 'OpenAI', efforts: ['low', 'medium', 'high'], thinking: 'effort' },
  sources: ['https://huggingface.co/openai/gpt-oss-120b'],
  rows: [],
}

export const openaiImageFamily: Family = {
  name: 'OpenAI pictures',
  pattern: /^(?:gpt-image|chatgpt-image|dall-e)/,
  traits: { maker: 'OpenAI', user: { maxLength: 64, refusesPersonal: false } },
  sources: ['https://platform.openai.com/docs/api-reference/images/create'],
  rows: [
    {
      models: 'gpt-image',
      pattern: /^(?:gpt|chatgpt)-image/,
      traits: {
        images: {
          refused: ['response_format', 'style'],
          qualities: { standard: 'auto', hd: 'high' },
          maxCount: 10,
        },
      },
      sources: ['https://platform.openai.com/docs/api-reference/images/create'],
    },
    {
      models: 'dall-e',
      pattern: /^dall-e/,
      traits: {
        images: {
          refused: [
            'background',
            'moderation',
            'output_compression',
            'output_format',
            'partial_images',
            'input_fidelity',
          ],
          qualities: { auto: 'standard', low: 'standard', medium: 'standard', high: 'hd' },
        },
      },
      sources: ['https://platform.openai.com/docs/api-reference/images/create'],
    },
    {
      models: 'dall-e-3',
      pattern: /^dall-e-3/,
      traits: { images: { maxCount: 1 } },
      sources: ['https://platform.openai.com/docs/api-reference/images/create'],
    },
    {
      models: 'dall-e-2',
      pattern: /^dall-e-2/,
      traits: {
        images: {
          refused: [
            'background',
            'moderation',
            'output_compression',
            'output_format',
            'partial_images',
            'input_fidelity',
            'style',
          ],
          qualities: { auto: 'standard', low: 'standard', medium: 'standard', high: 'standard', hd: 'standard' },
        },
      },
      sources: ['https://platform.openai.com/docs/api-reference/images/create'],
    },
  ],
}
