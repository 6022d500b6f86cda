/** Fireworks AI. */
import { bearer } from './auth.ts'
import { defineProvider } from './provider.ts'

export const fireworksAi = defineProvider({
  id: 'fireworks-ai',
  name: 'Fireworks AI',
  origin: 'https://api.fireworks.ai',
  speaks: { 'openai-chat': '/inference/v1/chat/completions' },
  authenticate: bearer(),
  aliases: ['fireworks'],
  priceListId: 'fireworks',
  keyVariable: 'FIREWORKS_API_KEY',
})
