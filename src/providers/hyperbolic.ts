/** Hyperbolic. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const hyperbolic = defineProvider({
  id: 'hyperbolic',
  name: 'Hyperbolic',
  origin: 'https://api.hyperbolic.xyz',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'hyperbolic-images': '/v1/image/generation',
    'openai-completions': '/v1/completions',
  },
  authenticate: bearer(),
  keyVariable: 'HYPERBOLIC_API_KEY',
})
