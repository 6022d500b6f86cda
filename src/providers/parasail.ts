/** Parasail. */
import { bearer } from './auth.ts'
import { defineProvider } from './provider.ts'

export const parasail = defineProvider({
  id: 'parasail',
  name: 'Parasail',
  origin: 'https://api.parasail.io',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
  keyVariable: 'PARASAIL_API_KEY',
})
