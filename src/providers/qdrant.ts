/** Qdrant, a vector database: its own paths are passed on. qdrant.tech/documentation/interfaces */
import { header } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const qdrant = defineProvider({
  id: 'qdrant',
  name: 'Qdrant',
  speaks: {},
  rawBase: '',
  authenticate: header('api-key'),
})
