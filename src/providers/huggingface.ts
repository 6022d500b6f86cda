/** Hugging Face: its router, or a dedicated endpoint under `huggingface_base_url`. */
import { bearer } from './auth/headers.ts'
import { inPath } from './places.ts'
import { defineProvider } from './provider.ts'

export const huggingface = defineProvider({
  id: 'huggingface',
  name: 'Hugging Face',
  origin: 'https://router.huggingface.co',
  hostSetting: 'huggingface_base_url',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'feature-extraction': '/hf-inference/models/{model}/pipeline/feature-extraction',
  },
  placeModel: (name) => ({
    name,
    paths: { 'feature-extraction': `/hf-inference/models/${inPath(name)}/pipeline/feature-extraction` },
  }),
  authenticate: bearer(),
  keyVariable: 'HF_TOKEN',
})
