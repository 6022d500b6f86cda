/** Groq. Its streams report usage in a member of their own. */
import { bearer } from './auth.ts'
import { defineProvider } from './provider.ts'
import { usageInside } from './quirks.ts'

export const groq = defineProvider({
  id: 'groq',
  name: 'Groq',
  origin: 'https://api.groq.com',
  speaks: { 'openai-chat': '/openai/v1/chat/completions', 'openai-responses': '/openai/v1/responses' },
  authenticate: bearer(),
  quirks: [usageInside('x_groq')],
  keyVariable: 'GROQ_API_KEY',
})
