/** Jina AI: embeddings and rerank. api.jina.ai/redoc */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const jina = defineProvider({
  id: 'jina',
  name: 'Jina AI',
  origin: 'https://api.jina.ai',
  speaks: { 'jina-embeddings': '/v1/embeddings', 'jina-rerank': '/v1/rerank' },
  authenticate: bearer(),
  keyVariable: 'JINA_API_KEY',
})
