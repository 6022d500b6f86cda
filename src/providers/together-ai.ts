/** Together AI. */
import { bearer } from './auth/headers.ts'
import { neverTrained } from './processing-policy.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens } from './quirks.ts'

export const togetherAi = defineProvider({
  id: 'together-ai',
  name: 'Together AI',
  origin: 'https://api.together.xyz',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-completions': '/v1/completions',
    'float-embeddings': '/v1/embeddings',
    'together-images': '/v1/images/generations',
    'openai-rerank': '/v1/rerank',
    'openai-speech': '/v1/audio/speech',
    'openai-transcriptions': '/v1/audio/transcriptions',
    'openai-translations': '/v1/audio/translations',
  },
  authenticate: bearer(),
  quirks: [capIsMaxTokens],
  aliases: ['together'],
  priceListId: 'together',
  keyVariable: 'TOGETHER_API_KEY',
  dataPolicy: {
    training: neverTrained('https://docs.together.ai/docs/zero-data-retention'),
    note: 'Training is an opt-in. Prompts are stored for no stated time unless the organisation turns it off.',
  },
})
