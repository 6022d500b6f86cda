/** vLLM, a server of your own. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const vllm = defineProvider({
  id: 'vllm',
  name: 'vLLM',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-completions': '/v1/completions',
    'openai-embeddings': '/v1/embeddings',
    'openai-rerank': '/v1/rerank',
    'openai-transcriptions': '/v1/audio/transcriptions',
    'openai-translations': '/v1/audio/translations',
  },
  authenticate: bearer(),
})
