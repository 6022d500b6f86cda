/** Lemonfox.ai. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const lemonfoxAi = defineProvider({
  id: 'lemonfox-ai',
  name: 'Lemonfox.ai',
  origin: 'https://api.lemonfox.ai',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-images': '/v1/images/generations',
    'openai-speech': '/v1/audio/speech',
    'openai-transcriptions': '/v1/audio/transcriptions',
  },
  authenticate: bearer(),
})
