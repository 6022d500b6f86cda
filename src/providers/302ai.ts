/** 302.AI, a reseller of many vendors. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const threeZeroTwoAi = defineProvider({
  id: '302ai',
  name: '302.AI',
  origin: 'https://api.302.ai',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
})
