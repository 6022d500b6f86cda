/** Anyscale; private endpoints are reached by a custom host. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const anyscale = defineProvider({
  id: 'anyscale',
  name: 'Anyscale Endpoints',
  origin: 'https://api.endpoints.anyscale.com',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-completions': '/v1/completions',
    'openai-embeddings': '/v1/embeddings',
  },
  authenticate: bearer(),
  keyVariable: 'ANYSCALE_API_KEY',
})
