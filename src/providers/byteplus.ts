/** BytePlus ModelArk, in the region of the integration. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const byteplus = defineProvider({
  id: 'byteplus',
  name: 'BytePlus ModelArk',
  origin: 'https://ark.{byteplus_region}.bytepluses.com',
  settingDefaults: { byteplus_region: 'ap-southeast' },
  speaks: {
    'openai-chat': '/api/v3/chat/completions',
    'openai-responses': '/api/v3/responses',
    'openai-embeddings': '/api/v3/embeddings',
    'openai-images': '/api/v3/images/generations',
  },
  authenticate: bearer(),
  keyVariable: 'ARK_API_KEY',
})
