/** 01.AI (Yi models). */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const lingyi = defineProvider({
  id: 'lingyi',
  name: '01.AI Lingyi',
  origin: 'https://api.lingyiwanwu.com',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
})
