/** DeepSeek. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens, developerIsSystem } from './quirks.ts'

export const deepseek = defineProvider({
  id: 'deepseek',
  name: 'DeepSeek',
  origin: 'https://api.deepseek.com',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
  quirks: [developerIsSystem, capIsMaxTokens],
  keyVariable: 'DEEPSEEK_API_KEY',
})
