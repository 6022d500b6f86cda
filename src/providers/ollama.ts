/** Ollama, on a machine of your own. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens } from './quirks.ts'

export const ollama = defineProvider({
  id: 'ollama',
  name: 'Ollama',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-completions': '/v1/completions',
    'float-embeddings': '/v1/embeddings',
  },
  authenticate: bearer(),
  quirks: [capIsMaxTokens],
})
