/** Google's Gemini API. Its OpenAI-compatible endpoint says less (no cached tokens, no signatures in strict clients, no top k), so the native wire is spoken to every client. */
import { header } from './auth/headers.ts'
import { type Places, wiresOf } from './places.ts'
import { retained } from './processing-policy.ts'
import { defineProvider } from './provider.ts'
import { groundingPrices, priorityTier } from './surcharges.ts'
import { imagenPrices } from './unit-prices.ts'

const places: Places = [
  [/embedding/, 'google-embeddings'],
  [/^imagen/, 'imagen-images'],
  [/-tts/, 'google-gemini', 'gemini-speech'],
  [/-image/, 'google-gemini', 'gemini-images'],
  [/(?:)/, 'google-gemini'],
]

export const google = defineProvider({
  id: 'google',
  name: 'Google Gemini',
  origin: 'https://generativelanguage.googleapis.com',
  speaks: {
    'google-gemini': {
      path: '/v1beta/models/{model}:generateContent',
      streamPath: '/v1beta/models/{model}:streamGenerateContent?alt=sse',
    },
    'google-embeddings': '/v1beta/models/{model}:batchEmbedContents',
    'imagen-images': '/v1beta/models/{model}:predict',
    'gemini-images': '/v1beta/models/{model}:generateContent',
    'gemini-speech': '/v1beta/models/{model}:generateContent',
  },
  placeModel(model) {
    const name = model.replace(/^models\//, '')
    return { name, wires: wiresOf(name, places) }
  },
  modelList: { path: '/v1beta/models?pageSize=1000' },
  authenticate: header('x-goog-api-key'),
  aliases: ['gemini'],
  keyVariable: 'GEMINI_API_KEY',
  listedPrices: imagenPrices,
  surcharges: priorityTier,
  searchPrices: groundingPrices,
  dataPolicy: {
    retention: retained(55, 'https://ai.google.dev/gemini-api/docs/usage-policies'),
    note: 'Paid services are not used to improve products ([source](https://ai.google.dev/gemini-api/docs/zdr)), unpaid ones are; a key does not say which it is.',
  },
})
