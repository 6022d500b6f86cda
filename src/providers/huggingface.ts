/** Hugging Face: its router, or a dedicated endpoint under `huggingface_base_url`. */
import { bearer } from './auth.ts'
import { defineProvider } from './provider.ts'

export const huggingface = defineProvider({
  id: 'huggingface',
  name: 'Hugging Face',
  origin: 'https://router.huggingface.co',
  hostSetting: 'huggingface_base_url',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
  keyVariable: 'HF_TOKEN',
})
