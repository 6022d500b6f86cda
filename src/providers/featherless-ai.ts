/** Featherless AI. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const featherlessAi = defineProvider({
  id: 'featherless-ai',
  name: 'Featherless AI',
  origin: 'https://api.featherless.ai',
  speaks: { 'openai-chat': '/v1/chat/completions', 'openai-completions': '/v1/completions' },
  authenticate: bearer(),
  keyVariable: 'FEATHERLESS_API_KEY',
})
