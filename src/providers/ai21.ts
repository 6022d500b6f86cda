/** AI21 (Jamba models). docs.ai21.com/reference/jamba-1-6-api-ref */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens } from './quirks.ts'

export const ai21 = defineProvider({
  id: 'ai21',
  name: 'AI21',
  origin: 'https://api.ai21.com',
  speaks: { 'openai-chat': '/studio/v1/chat/completions' },
  authenticate: bearer(),
  quirks: [capIsMaxTokens],
  keyVariable: 'AI21_API_KEY',
})
