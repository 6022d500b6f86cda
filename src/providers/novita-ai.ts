/** Novita AI. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens } from './quirks.ts'

export const novitaAi = defineProvider({
  id: 'novita-ai',
  name: 'Novita AI',
  origin: 'https://api.novita.ai',
  speaks: {
    'openai-chat': '/v3/openai/chat/completions',
    'openai-completions': '/v3/openai/completions',
    'float-embeddings': '/v3/openai/embeddings',
  },
  authenticate: bearer(),
  priceListId: 'novita',
  quirks: [capIsMaxTokens],
  keyVariable: 'NOVITA_API_KEY',
})
