/** Fireworks AI. */
import { bearer } from './auth.ts'
import { inPath } from './places.ts'
import { defineProvider } from './provider.ts'

export const fireworksAi = defineProvider({
  id: 'fireworks-ai',
  name: 'Fireworks AI',
  origin: 'https://api.fireworks.ai',
  speaks: {
    'openai-chat': '/inference/v1/chat/completions',
    'openai-completions': '/inference/v1/completions',
    'openai-embeddings': '/inference/v1/embeddings',
    'openai-rerank': '/inference/v1/rerank',
    'fireworks-images': '/inference/v1/workflows/{model}/text_to_image',
  },
  placeModel(name) {
    const full = name.includes('/') ? name : `accounts/fireworks/models/${name}`
    return { name, paths: { 'fireworks-images': `/inference/v1/workflows/${inPath(full)}/text_to_image` } }
  },
  authenticate: bearer(),
  aliases: ['fireworks'],
  priceListId: 'fireworks',
  keyVariable: 'FIREWORKS_API_KEY',
})
