/** nCompass. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const ncompass = defineProvider({
  id: 'ncompass',
  name: 'nCompass',
  origin: 'https://api.ncompass.tech',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
})
