/** Latitude.sh. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const latitude = defineProvider({
  id: 'latitude',
  name: 'Latitude',
  origin: 'https://api.lsh.ai',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
})
