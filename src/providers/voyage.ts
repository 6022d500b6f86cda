/** Voyage AI: embeddings and rerank. docs.voyageai.com/reference */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const voyage = defineProvider({
  id: 'voyage',
  name: 'Voyage AI',
  origin: 'https://api.voyageai.com',
  speaks: { 'voyage-embeddings': '/v1/embeddings', 'voyage-rerank': '/v1/rerank' },
  authenticate: bearer(),
  aliases: ['voyageai'],
  priceListId: 'voyageai',
  keyVariable: 'VOYAGE_API_KEY',
})
