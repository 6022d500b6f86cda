/** Cohere: chat by its compatibility endpoint, embeddings and rerank by its own. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens } from './quirks.ts'
import { cohereUnitPrices } from './unit-prices.ts'

export const cohere = defineProvider({
  id: 'cohere',
  name: 'Cohere',
  origin: 'https://api.cohere.ai',
  speaks: {
    'openai-chat': '/compatibility/v1/chat/completions',
    'cohere-embeddings': '/v2/embed',
    'cohere-rerank': '/v2/rerank',
  },
  modelList: { path: '/v1/models?page_size=1000' },
  rawBase: '/v1',
  authenticate: bearer(),
  quirks: [capIsMaxTokens],
  keyVariable: 'CO_API_KEY',
  listedPrices: cohereUnitPrices,
})
