/** SiliconFlow, mainland; international accounts set a custom host. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens } from './quirks.ts'

export const siliconflow = defineProvider({
  id: 'siliconflow',
  name: 'SiliconFlow',
  origin: 'https://api.siliconflow.cn',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-embeddings': '/v1/embeddings',
    'openai-rerank': '/v1/rerank',
    'siliconflow-images': '/v1/images/generations',
    'openai-speech': '/v1/audio/speech',
    'openai-transcriptions': '/v1/audio/transcriptions',
  },
  authenticate: bearer(),
  quirks: [capIsMaxTokens],
  keyVariable: 'SILICONFLOW_API_KEY',
})
