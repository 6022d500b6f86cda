/** Nextbit. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const nextbit = defineProvider({
  id: 'nextbit',
  name: 'Nextbit',
  origin: 'https://api.nextbit256.com',
  speaks: { 'openai-chat': '/v1/chat/completions', 'openai-completions': '/v1/completions' },
  authenticate: bearer(),
})
