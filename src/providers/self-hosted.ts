/** Any server that speaks OpenAI's chat wire. */
import { bearer } from './auth.ts'
import { defineProvider } from './provider.ts'

export const selfHosted = defineProvider({
  id: 'self-hosted',
  name: 'Self-hosted (OpenAI-compatible)',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
})
