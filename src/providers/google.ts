/** Google's Gemini API through its OpenAI-compatible endpoint. */
import { bearer } from './auth.ts'
import { defineProvider } from './provider.ts'

export const google = defineProvider({
  id: 'google',
  name: 'Google Gemini',
  origin: 'https://generativelanguage.googleapis.com',
  speaks: { 'openai-chat': '/v1beta/openai/chat/completions' },
  authenticate: bearer(),
  aliases: ['gemini'],
  keyVariable: 'GEMINI_API_KEY',
})
