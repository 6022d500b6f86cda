/** Inference.net. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const inferenceNet = defineProvider({
  id: 'inference-net',
  name: 'Inference.net',
  origin: 'https://api.inference.net',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-completions': '/v1/completions',
    'float-embeddings': '/v1/embeddings',
  },
  authenticate: bearer(),
  keyVariable: 'INFERENCE_API_KEY',
})
