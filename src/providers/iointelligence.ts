/** IO Intelligence, by io.net. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const iointelligence = defineProvider({
  id: 'iointelligence',
  name: 'IO Intelligence',
  origin: 'https://api.intelligence.io.solutions',
  speaks: { 'openai-chat': '/api/v1/chat/completions', 'float-embeddings': '/api/v1/embeddings' },
  authenticate: bearer(),
})
