/** CometAPI, a reseller of many vendors. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const cometapi = defineProvider({
  id: 'cometapi',
  name: 'CometAPI',
  origin: 'https://api.cometapi.com',
  speaks: { 'openai-chat': '/v1/chat/completions', 'openai-embeddings': '/v1/embeddings' },
  authenticate: bearer(),
  keyVariable: 'COMETAPI_KEY',
})
