/** Cerebras. */
import { bearer } from './auth.ts'
import { defineProvider } from './provider.ts'

export const cerebras = defineProvider({
  id: 'cerebras',
  name: 'Cerebras',
  origin: 'https://api.cerebras.ai',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
  keyVariable: 'CEREBRAS_API_KEY',
})
