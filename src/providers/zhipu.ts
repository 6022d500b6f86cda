/** Zhipu AI (GLM models), mainland. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens, developerIsSystem } from './quirks.ts'

export const zhipu = defineProvider({
  id: 'zhipu',
  name: 'Zhipu AI',
  origin: 'https://open.bigmodel.cn',
  speaks: {
    'openai-chat': '/api/paas/v4/chat/completions',
    'float-embeddings': '/api/paas/v4/embeddings',
    'openai-images': '/api/paas/v4/images/generations',
    'openai-speech': '/api/paas/v4/audio/speech',
    'openai-transcriptions': '/api/paas/v4/audio/transcriptions',
  },
  authenticate: bearer(),
  priceListId: 'zhipuai',
  quirks: [developerIsSystem, capIsMaxTokens],
  keyVariable: 'ZHIPUAI_API_KEY',
})
