/** Perplexity. Its path has no version. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens, developerIsSystem } from './quirks.ts'

export const perplexityAi = defineProvider({
  id: 'perplexity-ai',
  name: 'Perplexity',
  origin: 'https://api.perplexity.ai',
  speaks: { 'openai-chat': '/chat/completions' },
  authenticate: bearer(),
  quirks: [developerIsSystem, capIsMaxTokens],
  aliases: ['perplexity'],
  priceListId: 'perplexity',
  keyVariable: 'PERPLEXITY_API_KEY',
})
