/** Anthropic's Claude, generation by generation. */
import type { Family } from '../traits.ts'

const models = 'https://platform.claude.com/docs/en/about-claude/models/overview'
const formats = 'https://platform.claude.com/docs/en/build-with-claude/structured-outputs'
const messages = 'https://platform.claude.com/docs/en/api/messages'

export const claudeFamily: Family = {
  name: 'Anthropic Claude',
  pattern: /^claude/,
  traits: {
    maker: 'Anthropic',
    sampling: { maxTemperature: 1, penalties: false, logprobs: false, logitBias: false },
    allowsBlankStops: false,
    thinking: 'none',
    efforts: [],
    budget: [1024, Number.POSITIVE_INFINITY],
    structuredOutput: 'native',
    formatDialect: 'strict-claude',
    toolDialect: 'claude',
    strictToolDialect: 'strict-claude',
    toolName: { maxLength: 128, character: /[a-zA-Z0-9_-]/ },
    callId: { maxLength: Number.POSITIVE_INFINITY, character: /[a-zA-Z0-9_-]/ },
    allowsBlankText: false,
    documentTypes: ['application/pdf', 'text/plain'],
    audio: false,
    cacheMarks: 'content-and-tools',
    takesReasoning: true,
    user: { maxLength: 256, refusesPersonal: true },
    multipleAnswers: false,
    seed: false,
  },
  sources: [
    messages,
    formats,
    'https://github.com/home-assistant/core/issues/175637',
    'https://github.com/BerriAI/litellm/issues/10106',
  ],
  rows: [
    {
      models: 'Claude 1, 2 and 3',
      pattern: /^claude-(?:instant|v?[12]\b|(?:opus|sonnet|haiku)-3(?!-\d(?!\d)))/,
      traits: { structuredOutput: 'tool', maxOutputTokens: 4096 },
      sources: [models],
    },
    {
      models: 'Claude 3.5',
      pattern: /^claude-(?:sonnet|haiku)-3-5/,
      traits: { structuredOutput: 'tool', maxOutputTokens: 8192 },
      sources: [models],
    },
    {
      models: 'Claude 3.7 Sonnet',
      pattern: /^claude-sonnet-3-7/,
      traits: { structuredOutput: 'tool', thinking: 'budget', maxOutputTokens: 64_000 },
      sources: [models, 'https://platform.claude.com/docs/en/build-with-claude/extended-thinking'],
    },
    {
      models: 'Claude Sonnet 4',
      pattern: /^claude-sonnet-4(?!-[1-9](?!\d))/,
      traits: { structuredOutput: 'tool', thinking: 'budget', maxOutputTokens: 64_000 },
      sources: [models, 'https://github.com/api7/aisix/issues/1188'],
    },
    {
      models: 'Claude Opus 4',
      pattern: /^claude-opus-4(?!-[1-9](?!\d))/,
      traits: { structuredOutput: 'tool', thinking: 'budget', maxOutputTokens: 32_000 },
      sources: [models, 'https://github.com/api7/aisix/issues/1188'],
    },
    {
      models: 'Claude Opus 4.1',
      pattern: /^claude-opus-4-1(?!\d)/,
      traits: { thinking: 'budget', sampling: { isOneOnly: true }, maxOutputTokens: 32_000 },
      sources: [formats, 'https://github.com/SalesforceAIResearch/MCP-Universe/issues/49'],
    },
    {
      models: 'Claude Sonnet, Haiku and Opus 4.5',
      pattern: /^claude-(?:opus|sonnet|haiku)-4-5/,
      traits: { thinking: 'budget', sampling: { isOneOnly: true }, maxOutputTokens: 64_000 },
      sources: [
        models,
        'https://github.com/BerriAI/litellm/issues/15097',
        'https://github.com/diegosouzapw/OmniRoute/issues/4713',
      ],
    },
    {
      models: 'Claude Opus 4.5',
      pattern: /^claude-opus-4-5/,
      traits: { efforts: ['low', 'medium', 'high'] },
      sources: ['https://platform.claude.com/docs/en/build-with-claude/effort'],
    },
    {
      models: 'Claude Opus and Sonnet 4.6',
      pattern: /^claude-(?:opus|sonnet|haiku)-4-6/,
      traits: {
        thinking: 'budget-or-adaptive',
        efforts: ['low', 'medium', 'high', 'max'],
        sampling: { isOneOnly: true },
        prefill: false,
        maxOutputTokens: 128_000,
      },
      sources: [
        'https://platform.claude.com/docs/en/build-with-claude/effort',
        'https://github.com/mozilla-ai/any-llm/issues/1107',
        'https://github.com/OpenHands/software-agent-sdk/issues/1945',
      ],
    },
    {
      models: 'Claude Opus 4.7 and later, Claude 5 and later',
      pattern: /^claude-(?:(?:opus|sonnet|haiku)-(?:4-[7-9]|[5-9]|\d\d(?!\d))|fable|mythos)/,
      traits: {
        thinking: 'adaptive',
        efforts: ['low', 'medium', 'high', 'xhigh', 'max'],
        sampling: { temperature: 'default', topP: false, topK: false },
        prefill: false,
        maxOutputTokens: 128_000,
      },
      sources: [
        'https://platform.claude.com/docs/en/about-claude/models/whats-new-claude-4-7#sampling-parameters-removed',
        'https://github.com/BerriAI/litellm/issues/26444',
        'https://github.com/coder/coder/issues/26691',
      ],
    },
    {
      models: 'Claude Fable and Mythos',
      pattern: /^claude-(?:fable|mythos)/,
      traits: { thinking: 'always-adaptive' },
      sources: ['https://platform.claude.com/docs/en/models/fable-5/migration-guide'],
    },
    {
      models: 'Claude Fable 5.1 and Mythos 5.1',
      pattern: /^claude-(?:fable|mythos)-(?:5-[1-9]|[6-9])/,
      traits: { toolChoices: ['auto', 'none'] },
      sources: [
        'https://platform.claude.com/docs/en/models/fable-5-1/migration-guide',
        'https://github.com/withceleste/celeste-python/pull/393',
      ],
    },
  ],
}
