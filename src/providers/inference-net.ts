/** Inference.net. */
import { bearer } from './auth.ts'
import { defineProvider } from './provider.ts'

export const inferenceNet = defineProvider({
  id: 'inference-net',
  name: 'Inference.net',
  origin: 'https://api.inference.net',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
  keyVariable: 'INFERENCE_API_KEY',
})
