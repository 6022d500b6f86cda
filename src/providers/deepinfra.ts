/** DeepInfra. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { developerIsSystem } from './quirks.ts'

export const deepinfra = defineProvider({
  id: 'deepinfra',
  name: 'DeepInfra',
  origin: 'https://api.deepinfra.com',
  speaks: {
    'openai-chat': '/v1/openai/chat/completions',
    'openai-completions': '/v1/openai/completions',
    'float-embeddings': '/v1/openai/embeddings',
    'openai-images': '/v1/openai/images/generations',
    'openai-image-edits': '/v1/openai/images/edits',
    'openai-speech': '/v1/openai/audio/speech',
    'openai-transcriptions': '/v1/openai/audio/transcriptions',
    'openai-translations': '/v1/openai/audio/translations',
  },
  authenticate: bearer(),
  quirks: [developerIsSystem],
  keyVariable: 'DEEPINFRA_API_KEY',
})
