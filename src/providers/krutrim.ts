/** Krutrim. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const krutrim = defineProvider({
  id: 'krutrim',
  name: 'Krutrim',
  origin: 'https://cloud.olakrutrim.com',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
  keyVariable: 'KRUTRIM_CLOUD_API_KEY',
})
