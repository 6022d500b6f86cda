/** Any server that speaks OpenAI's chat wire. */
import { bearer } from './auth.ts'
import { defineProvider } from './provider.ts'

export const selfHosted = defineProvider({
  id: 'self-hosted',
  name: 'Self-hosted (OpenAI-compatible)',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-completions': '/v1/completions',
    'openai-embeddings': '/v1/embeddings',
    'openai-images': '/v1/images/generations',
    'openai-moderations': '/v1/moderations',
    'openai-rerank': '/v1/rerank',
  },
  authenticate: bearer(),
})
