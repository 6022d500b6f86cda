/** kluster.ai. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const klusterAi = defineProvider({
  id: 'kluster-ai',
  name: 'kluster.ai',
  origin: 'https://api.kluster.ai',
  speaks: { 'openai-chat': '/v1/chat/completions', 'float-embeddings': '/v1/embeddings' },
  authenticate: bearer(),
})
