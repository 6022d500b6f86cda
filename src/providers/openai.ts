/** OpenAI. Organisation and project are settings of the integration. */
import { bearer, withSettings } from './auth/headers.ts'
import { neverTrained, retained } from './processing-policy.ts'
import { defineProvider } from './provider.ts'
import { openaiServerTraits } from './server-traits.ts'
import { priorityTier, searchModelPrices } from './surcharges.ts'
import { openaiUnitPrices } from './unit-prices.ts'

export const openai = defineProvider({
  id: 'openai',
  name: 'OpenAI',
  origin: 'https://api.openai.com',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-responses': '/v1/responses',
    'openai-completions': '/v1/completions',
    'openai-embeddings': '/v1/embeddings',
    'openai-images': '/v1/images/generations',
    'openai-image-edits': '/v1/images/edits',
    'openai-image-variations': '/v1/images/variations',
    'openai-speech': '/v1/audio/speech',
    'openai-transcriptions': '/v1/audio/transcriptions',
    'openai-translations': '/v1/audio/translations',
    'openai-moderations': '/v1/moderations',
  },
  authenticate: withSettings(bearer(), {
    openai_beta: 'openai-beta',
    openai_organization: 'openai-organization',
    openai_project: 'openai-project',
  }),
  forwards: ['openai-beta', 'openai-organization', 'openai-project'],
  traits: openaiServerTraits,
  keyVariable: 'OPENAI_API_KEY',
  listedPrices: openaiUnitPrices,
  surcharges: priorityTier,
  searchPrices: searchModelPrices,
  dataPolicy: {
    retention: retained(30, 'https://developers.openai.com/api/docs/guides/your-data'),
    training: neverTrained('https://developers.openai.com/api/docs/guides/your-data'),
    note: 'Not used for training unless the organisation opts in. Zero data retention and data residency are agreed per account.',
  },
})
