/** SambaNova. */
import { bearer } from './auth.ts'
import { defineProvider } from './provider.ts'

export const sambanova = defineProvider({
  id: 'sambanova',
  name: 'SambaNova',
  origin: 'https://api.sambanova.ai',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
  keyVariable: 'SAMBANOVA_API_KEY',
})
