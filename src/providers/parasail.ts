/** Parasail. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const parasail = defineProvider({
  id: 'parasail',
  name: 'Parasail',
  origin: 'https://api.parasail.io',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-completions': '/v1/completions',
    'openai-embeddings': '/v1/embeddings',
  },
  authenticate: bearer(),
  keyVariable: 'PARASAIL_API_KEY',
})
