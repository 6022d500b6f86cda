/** Nomic: text embeddings. docs.nomic.ai/reference/api */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const nomic = defineProvider({
  id: 'nomic',
  name: 'Nomic',
  origin: 'https://api-atlas.nomic.ai',
  speaks: { 'nomic-embeddings': '/v1/embedding/text' },
  rawBase: '/v1',
  authenticate: bearer(),
  keyVariable: 'NOMIC_API_KEY',
})
