/** MatterAI. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const matterai = defineProvider({
  id: 'matterai',
  name: 'MatterAI',
  origin: 'https://api.matterai.so',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
})
