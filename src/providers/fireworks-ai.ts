/** Fireworks AI. */
import { bearer } from './auth/headers.ts'
import { inPath } from './places.ts'
import { defineProvider } from './provider.ts'
import { priorityTier } from './surcharges.ts'
import { fireworksPrices } from './unit-prices.ts'

const hearing = (host: string, path: string) => ({ origin: `https://${host}.api.fireworks.ai`, path })

/** The smaller speech model has a host of its own. docs.fireworks.ai/api-reference/audio-transcriptions */
const turbo = {
  'openai-transcriptions': hearing('audio-turbo', '/v1/audio/transcriptions'),
  'openai-translations': hearing('audio-turbo', '/v1/audio/translations'),
}

export const fireworksAi = defineProvider({
  id: 'fireworks-ai',
  name: 'Fireworks AI',
  origin: 'https://api.fireworks.ai',
  speaks: {
    'openai-chat': '/inference/v1/chat/completions',
    'openai-completions': '/inference/v1/completions',
    'float-embeddings': '/inference/v1/embeddings',
    'openai-rerank': '/inference/v1/rerank',
    'fireworks-images': '/inference/v1/workflows/{model}/text_to_image',
    'openai-transcriptions': hearing('audio-prod', '/v1/audio/transcriptions'),
    'openai-translations': hearing('audio-prod', '/v1/audio/translations'),
  },
  placeModel(name) {
    const full = name.includes('/') ? name : `accounts/fireworks/models/${name}`
    const pictures = `/inference/v1/workflows/${inPath(full)}/text_to_image`
    return { name, paths: { 'fireworks-images': pictures, ...(/turbo/.test(name) ? turbo : {}) } }
  },
  authenticate: bearer(),
  aliases: ['fireworks'],
  priceListId: 'fireworks',
  listedPrices: fireworksPrices,
  keyVariable: 'FIREWORKS_API_KEY',
  surcharges: priorityTier,
})
