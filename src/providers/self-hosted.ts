/** Any server that speaks OpenAI's chat wire. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const selfHosted = defineProvider({
  id: 'self-hosted',
  name: 'Self-hosted (OpenAI-compatible)',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-completions': '/v1/completions',
    'openai-embeddings': '/v1/embeddings',
    'openai-images': '/v1/images/generations',
    'openai-moderations': '/v1/moderations',
    'openai-rerank': '/v1/rerank',
    'openai-image-edits': '/v1/images/edits',
    'openai-image-variations': '/v1/images/variations',
    'openai-speech': '/v1/audio/speech',
    'openai-transcriptions': '/v1/audio/transcriptions',
    'openai-translations': '/v1/audio/translations',
  },
  authenticate: bearer(),
})
