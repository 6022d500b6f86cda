/** xAI. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { grokImagePrices } from './unit-prices.ts'

export const xAi = defineProvider({
  id: 'x-ai',
  name: 'xAI',
  origin: 'https://api.x.ai',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-responses': '/v1/responses',
    'openai-completions': '/v1/completions',
    'openai-embeddings': '/v1/embeddings',
    'grok-images': '/v1/images/generations',
  },
  authenticate: bearer(),
  aliases: ['xai'],
  keyVariable: 'XAI_API_KEY',
  listedPrices: grokImagePrices,
})
