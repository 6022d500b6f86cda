/** Pinecone: rerank, and its inference and control paths as they are. docs.pinecone.io/reference/api */
import { header } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const pinecone = defineProvider({
  id: 'pinecone',
  name: 'Pinecone',
  origin: 'https://api.pinecone.io',
  speaks: { 'pinecone-rerank': '/rerank' },
  rawBase: '',
  authenticate: header('api-key'),
  headers: { 'x-pinecone-api-version': '2025-10' },
  forwards: ['x-pinecone-api-version'],
  keyVariable: 'PINECONE_API_KEY',
})
