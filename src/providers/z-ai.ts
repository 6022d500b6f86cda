/** Z.ai (GLM models), international. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens, developerIsSystem } from './quirks.ts'

export const zAi = defineProvider({
  id: 'z-ai',
  name: 'Z.ai',
  origin: 'https://api.z.ai',
  speaks: {
    'openai-chat': '/api/paas/v4/chat/completions',
    'openai-images': '/api/paas/v4/images/generations',
    'openai-transcriptions': '/api/paas/v4/audio/transcriptions',
  },
  authenticate: bearer(),
  priceListId: 'zai',
  quirks: [developerIsSystem, capIsMaxTokens],
  keyVariable: 'ZAI_API_KEY',
})
