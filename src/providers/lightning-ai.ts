/** Lightning AI, its models of many makers. lightning.ai/docs/overview/model-apis */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const lightningAi = defineProvider({
  id: 'lightning-ai',
  name: 'Lightning AI',
  origin: 'https://lightning.ai',
  speaks: { 'openai-chat': '/api/v1/chat/completions' },
  authenticate: bearer(),
  keyVariable: 'LIGHTNING_API_KEY',
})
