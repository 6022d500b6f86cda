/** Cloudflare Workers AI, by its OpenAI-compatible endpoint. A token for deployments is no consent to spend, so none is taken from the environment. */
import { bearer } from './auth/headers.ts'
import { namesIn } from './model-list.ts'
import { inPath } from './places.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens } from './quirks.ts'

export const workersAi = defineProvider({
  id: 'workers-ai',
  name: 'Cloudflare Workers AI',
  origin: 'https://api.cloudflare.com',
  speaks: {
    'openai-chat': '/client/v4/accounts/{workers_ai_account_id}/ai/v1/chat/completions',
    'float-embeddings': '/client/v4/accounts/{workers_ai_account_id}/ai/v1/embeddings',
    'workers-images': '/client/v4/accounts/{workers_ai_account_id}/ai/run/{model}',
  },
  placeModel: (name) => ({
    name,
    paths: { 'workers-images': `/client/v4/accounts/{workers_ai_account_id}/ai/run/${inPath(name)}` },
  }),
  modelList: {
    path: '/client/v4/accounts/{workers_ai_account_id}/ai/models/search?per_page=1000',
    read: namesIn('result', 'name'),
  },
  authenticate: bearer(),
  priceListId: 'cloudflare',
  quirks: [capIsMaxTokens],
})
