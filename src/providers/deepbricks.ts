/** Deepbricks. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const deepbricks = defineProvider({
  id: 'deepbricks',
  name: 'Deepbricks',
  origin: 'https://api.deepbricks.ai',
  speaks: { 'openai-chat': '/v1/chat/completions', 'openai-images': '/v1/images/generations' },
  authenticate: bearer(),
})
