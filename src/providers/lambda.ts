/** Lambda, the GPU cloud. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const lambda = defineProvider({
  id: 'lambda',
  name: 'Lambda',
  origin: 'https://api.lambdalabs.com',
  speaks: { 'openai-chat': '/v1/chat/completions', 'openai-completions': '/v1/completions' },
  authenticate: bearer(),
  keyVariable: 'LAMBDA_API_KEY',
})
