/** Lepton AI. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const lepton = defineProvider({
  id: 'lepton',
  name: 'Lepton AI',
  origin: 'https://api.lepton.ai',
  speaks: {
    'openai-chat': '/api/v1/chat/completions',
    'openai-completions': '/api/v1/completions',
    'openai-transcriptions': '/api/v1/audio/transcriptions',
  },
  authenticate: bearer(),
})
