/** Upstage (Solar models). */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens } from './quirks.ts'

export const upstage = defineProvider({
  id: 'upstage',
  name: 'Upstage',
  origin: 'https://api.upstage.ai',
  speaks: { 'openai-chat': '/v1/solar/chat/completions', 'float-embeddings': '/v1/solar/embeddings' },
  authenticate: bearer(),
  quirks: [capIsMaxTokens],
  keyVariable: 'UPSTAGE_API_KEY',
})
