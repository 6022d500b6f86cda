/** SGLang, a server of your own. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const sglang = defineProvider({
  id: 'sglang',
  name: 'SGLang',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-completions': '/v1/completions',
    'float-embeddings': '/v1/embeddings',
    'openai-rerank': '/v1/rerank',
    'openai-transcriptions': '/v1/audio/transcriptions',
  },
  authenticate: bearer(),
  aliases: ['sgl'],
})
