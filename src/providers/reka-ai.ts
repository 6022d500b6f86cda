/** Reka, by its OpenAI-compatible endpoint. docs.reka.ai/research/api-reference */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const rekaAi = defineProvider({
  id: 'reka-ai',
  name: 'Reka',
  origin: 'https://api.reka.ai',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
  keyVariable: 'REKA_API_KEY',
})
