/** Cohere, by its compatibility endpoint: the same wire as everybody's. */
import { bearer } from './auth.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens } from './quirks.ts'
import { cohereUnitPrices } from './unit-prices.ts'

export const cohere = defineProvider({
  id: 'cohere',
  name: 'Cohere',
  origin: 'https://api.cohere.ai',
  speaks: { 'openai-chat': '/compatibility/v1/chat/completions', 'openai-embeddings': '/compatibility/v1/embeddings' },
  modelList: { path: '/v1/models?page_size=1000' },
  rawBase: '/v1',
  authenticate: bearer(),
  quirks: [capIsMaxTokens],
  keyVariable: 'CO_API_KEY',
  listedPrices: cohereUnitPrices,
})
