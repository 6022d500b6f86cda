/** LM Studio, on a machine of your own. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const lmstudio = defineProvider({
  id: 'lmstudio',
  name: 'LM Studio',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-completions': '/v1/completions',
    'float-embeddings': '/v1/embeddings',
  },
  authenticate: bearer(),
  aliases: ['lm-studio'],
})
