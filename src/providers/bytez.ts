/** Bytez, by its OpenAI-compatible endpoint. docs.bytez.com/http-reference/oaiCompliant/chatCompletions */
import { header } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens } from './quirks.ts'

export const bytez = defineProvider({
  id: 'bytez',
  name: 'Bytez',
  origin: 'https://api.bytez.com',
  speaks: { 'openai-chat': '/models/v2/openai/v1/chat/completions' },
  modelList: null,
  authenticate: header('authorization', 'Key '),
  quirks: [capIsMaxTokens],
  keyVariable: 'BYTEZ_API_KEY',
})
