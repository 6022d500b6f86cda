/** SambaNova. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const sambanova = defineProvider({
  id: 'sambanova',
  name: 'SambaNova',
  origin: 'https://api.sambanova.ai',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'float-embeddings': '/v1/embeddings',
    'openai-transcriptions': '/v1/audio/transcriptions',
    'openai-translations': '/v1/audio/translations',
  },
  authenticate: bearer(),
  keyVariable: 'SAMBANOVA_API_KEY',
})
