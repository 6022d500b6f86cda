/** Nebius. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const nebius = defineProvider({
  id: 'nebius',
  name: 'Nebius',
  origin: 'https://api.studio.nebius.ai',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-completions': '/v1/completions',
    'openai-embeddings': '/v1/embeddings',
    'openai-images': '/v1/images/generations',
  },
  authenticate: bearer(),
  keyVariable: 'NEBIUS_API_KEY',
})
