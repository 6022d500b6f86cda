/** Google Cloud's Vertex AI: Gemini, Claude and open models, each under its publisher's wire. */
import { googleCloud, projectOf } from './auth/google.ts'
import { mistralQuirks } from './mistral-ai.ts'
import { namesIn } from './model-list.ts'
import { type Places, wiresOf } from './places.ts'
import { inGoogleLocation, neverTrained } from './processing-policy.ts'
import { defineProvider, type PlacedModel } from './provider.ts'
import { bodyMembers } from './quirks.ts'
import { vertexTraits } from './server-traits.ts'
import { groundingPrices, priorityTier } from './surcharges.ts'
import { imagenPrices, rankingPrices } from './unit-prices.ts'

const place = '/v1/projects/{vertex_project_id}/locations/{vertex_region}'
const google = `${place}/publishers/google/models/{model}`

const places: Places = [
  [/^multimodalembedding/, 'vertex-multimodal-embeddings'],
  [/embedding/, 'vertex-embeddings'],
  [/^imagen/, 'imagen-images'],
  [/^semantic-ranker/, 'vertex-rerank'],
  [/-tts/, 'google-gemini', 'gemini-speech'],
  [/-image/, 'google-gemini', 'gemini-images'],
  [/(?:)/, 'google-gemini'],
]

export const vertexAi = defineProvider({
  id: 'vertex-ai',
  name: 'Google Vertex AI',
  origin: 'https://{vertex_region}-aiplatform.googleapis.com',
  originsOf: {
    setting: 'vertex_region',
    origins: {
      global: 'https://aiplatform.googleapis.com',
      us: 'https://aiplatform.us.rep.googleapis.com',
      eu: 'https://aiplatform.eu.rep.googleapis.com',
    },
  },
  settingDefaults: { vertex_region: 'global' },
  impliedSettings: (configurations) => ({ vertex_project_id: projectOf(configurations) }),
  speaks: {
    'google-gemini': {
      path: `${google}:generateContent`,
      streamPath: `${google}:streamGenerateContent?alt=sse`,
    },
    'anthropic-messages': {
      path: `${place}/publishers/anthropic/models/{model}:rawPredict`,
      streamPath: `${place}/publishers/anthropic/models/{model}:streamRawPredict`,
    },
    'openai-chat': `${place}/endpoints/openapi/chat/completions`,
    'vertex-embeddings': `${google}:predict`,
    'vertex-multimodal-embeddings': `${google}:predict`,
    'imagen-images': `${google}:predict`,
    'gemini-images': `${google}:generateContent`,
    'gemini-speech': `${google}:generateContent`,
    'vertex-rerank': {
      origin: 'https://discoveryengine.googleapis.com',
      path: '/v1/projects/{vertex_project_id}/locations/global/rankingConfigs/default_ranking_config:rank',
    },
  },
  placeModel(model) {
    const ofMistral = /^(?:mistralai[./])?((?:mistral|codestral|ministral|magistral|pixtral)-.+)$/.exec(model)?.[1]
    if (ofMistral !== undefined) return mistralModel(ofMistral)
    const [, publisher, name] =
      /^(google|anthropic|meta|deepseek-ai|qwen|openai|moonshotai|xai)[./](.+)$/.exec(model) ?? []
    if (publisher === 'anthropic' || model.startsWith('claude')) {
      return { wires: ['anthropic-messages'], name: name ?? model }
    }
    if (publisher === undefined || name === undefined) return { wires: wiresOf(model, places), name: model }
    if (publisher === 'google') return { wires: wiresOf(name, places), name }
    return { wires: ['openai-chat'], name: `${publisher}/${name}` }
  },
  modelList: { path: '/v1beta1/publishers/google/models?pageSize=1000', read: namesIn('publisherModels', 'name') },
  rawBase: place,
  countsTokens: {
    'anthropic-messages': {
      path: `${place}/publishers/anthropic/models/count-tokens:rawPredict`,
      sets: { anthropic_version: 'vertex-2023-10-16' },
    },
  },
  authenticate: googleCloud,
  forwards: ['anthropic-beta'],
  quirks: [
    bodyMembers('the model stands in the address, the version in the body', 'anthropic-messages', {
      anthropic_version: 'vertex-2023-10-16',
      model: undefined,
    }),
  ],
  traits: vertexTraits,
  aliases: ['vertex'],
  priceListId: 'google',
  listedPrices: [...imagenPrices, ...rankingPrices],
  surcharges: priorityTier,
  searchPrices: groundingPrices,
  dataPolicy: {
    region: inGoogleLocation,
    training: neverTrained(
      'https://docs.cloud.google.com/gemini-enterprise-agent-platform/resources/zero-data-retention',
    ),
    note: 'The location `global` names no region. Zero data retention needs settings of the project.',
  },
})

/** OpenAI's wire at addresses of Mistral's own. https://cloud.google.com/vertex-ai/generative-ai/docs/partner-models/mistral */
function mistralModel(name: string): PlacedModel {
  const own = `${place}/publishers/mistralai/models/{model}`
  return {
    wires: ['openai-chat'],
    name,
    paths: { 'openai-chat': { path: `${own}:rawPredict`, streamPath: `${own}:streamRawPredict` } },
    quirks: mistralQuirks,
  }
}
