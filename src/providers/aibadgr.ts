/** AI Badgr. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const aibadgr = defineProvider({
  id: 'aibadgr',
  name: 'AI Badgr',
  origin: 'https://aibadgr.com',
  speaks: { 'openai-chat': '/api/v1/chat/completions' },
  authenticate: bearer(),
})
