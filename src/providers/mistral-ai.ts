/** Mistral AI. Refuses keys it does not know with 422 `extra_forbidden`; reports usage in every stream unasked. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens, developerIsSystem, keys, namesAreForTools } from './quirks.ts'
import { mistralTraits } from './server-traits.ts'

/** Wherever its models are served by its own software. */
export const mistralQuirks = [
  developerIsSystem,
  namesAreForTools,
  capIsMaxTokens,
  keys('Mistral takes the seed as random_seed', { seed: 'random_seed' }),
  keys('Mistral refuses this key', { stream_options: null, store: null, user: null, logit_bias: null }),
]

export const mistralAi = defineProvider({
  id: 'mistral-ai',
  name: 'Mistral AI',
  origin: 'https://api.mistral.ai',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-embeddings': '/v1/embeddings',
    'openai-moderations': '/v1/moderations',
    'openai-transcriptions': '/v1/audio/transcriptions',
  },
  authenticate: bearer(),
  aliases: ['mistral'],
  priceListId: 'mistral',
  quirks: mistralQuirks,
  traits: mistralTraits,
  keyVariable: 'MISTRAL_API_KEY',
})
