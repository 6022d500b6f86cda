/** Google's Gemini and Gemma. */
import type { Family } from '../traits.ts'

const thinking = 'https://ai.google.dev/gemini-api/docs/thinking'
const functions = 'https://ai.google.dev/gemini-api/docs/function-calling'

export const geminiFamily: Family = {
  name: 'Google Gemini',
  pattern: /^(?:models\/)?gemini-/,
  traits: {
    maker: 'Google',
    maxStops: 5,
    thinking: 'level',
    efforts: ['minimal', 'low', 'medium', 'high'],
    formatDialect: 'generate-content',
    toolDialect: 'generate-content',
    strictToolDialect: 'generate-content',
    hasParallelSwitch: false,
    toolName: { maxLength: 64, character: /[a-zA-Z0-9_.:-]/, first: /[a-zA-Z_]/ },
    imageTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif', 'image/gif'],
    maxOutputTokens: 65_536,
    signsCalls: true,
  },
  sources: [
    'https://ai.google.dev/api/generate-content',
    functions,
    'https://ai.google.dev/gemini-api/docs/thought-signatures',
    'https://github.com/BerriAI/litellm/issues/34603',
  ],
  rows: [
    {
      models: 'Gemini 1 and 2',
      pattern: /^gemini-[12]/,
      traits: { signsCalls: false, formatWithTools: false },
      sources: [functions],
    },
    {
      models: 'Gemini 1 and 2.0',
      pattern: /^gemini-(?:1|2\.0)/,
      traits: { thinking: 'none', efforts: [], maxOutputTokens: 8192 },
      sources: [thinking],
    },
    {
      models: 'Gemini 2.5',
      pattern: /^gemini-2\.5/,
      traits: { thinking: 'budget', budget: [1, 24_576], efforts: ['none', 'minimal', 'low', 'medium', 'high'] },
      sources: [thinking],
    },
    {
      models: 'Gemini 2.5 Flash-Lite',
      pattern: /^gemini-2\.5-flash-lite/,
      traits: { budget: [512, 24_576] },
      sources: [thinking],
    },
    {
      models: 'Gemini 2.5 Pro',
      pattern: /^gemini-2\.5-pro/,
      traits: { budget: [128, 32_768], efforts: ['minimal', 'low', 'medium', 'high'] },
      sources: [thinking],
    },
    {
      models: 'Gemini 3 Pro and later',
      pattern: /^gemini-(?:[3-9](?:\.\d+)?-)?(?:pro|ultra)/,
      traits: { efforts: ['low', 'medium', 'high'] },
      sources: [thinking],
    },
    {
      models: 'Gemini 3 Pro',
      pattern: /^gemini-3-pro/,
      traits: { efforts: ['low', 'high'], effortAliases: { medium: 'high' } },
      sources: [thinking],
    },
    {
      models: 'Gemini 3.7 Flash and later',
      pattern: /^gemini-(?:3\.(?:[7-9]|\d\d)|[4-9](?:\.\d+)?)-flash(?!-lite)/,
      traits: { efforts: ['low', 'medium', 'high'] },
      sources: [
        'https://ai.google.dev/gemini-api/docs/generate-content/whats-new-gemini-3.7',
        'https://docs.cloud.google.com/gemini-enterprise-agent-platform/models/guides/gemini-3-8-flash',
      ],
    },
  ],
}

export const gemmaFamily: Family = {
  name: 'Google Gemma',
  pattern: /^gemma/,
  traits: { maker: 'Google', thinking: 'none' },
  sources: ['https://ai.google.dev/gemma/docs/core'],
  rows: [],
}
