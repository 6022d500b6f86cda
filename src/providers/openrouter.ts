/** OpenRouter. Its model ids contain a slash of their own. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { keys } from './quirks.ts'
import { openrouterTraits } from './server-traits.ts'
import { priorityTier } from './surcharges.ts'

export const openrouter = defineProvider({
  id: 'openrouter',
  name: 'OpenRouter',
  origin: 'https://openrouter.ai',
  speaks: {
    'openai-chat': '/api/v1/chat/completions',
    'openai-responses': '/api/v1/responses',
    'openai-completions': '/api/v1/completions',
    'openai-embeddings': '/api/v1/embeddings',
  },
  authenticate: bearer(),
  forwards: ['http-referer', 'x-title'],
  /** Its own fallbacks, and presets that hold them, would call models that nobody has permitted or priced. */
  quirks: [
    keys('other models are those of a config, which permits and prices each', {
      models: null,
      route: null,
      preset: null,
    }),
  ],
  traits: openrouterTraits,
  keyVariable: 'OPENROUTER_API_KEY',
  surcharges: priorityTier,
})
