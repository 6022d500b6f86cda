/** Groq. Its streams report usage in a member of their own. */
import { bearer } from './auth/headers.ts'
import { retained } from './processing-policy.ts'
import { defineProvider } from './provider.ts'
import { keys, usageInside } from './quirks.ts'

export const groq = defineProvider({
  id: 'groq',
  name: 'Groq',
  origin: 'https://api.groq.com',
  speaks: {
    'openai-chat': '/openai/v1/chat/completions',
    'openai-responses': '/openai/v1/responses',
    'openai-speech': '/openai/v1/audio/speech',
    'openai-transcriptions': '/openai/v1/audio/transcriptions',
    'openai-translations': '/openai/v1/audio/translations',
  },
  authenticate: bearer(),
  quirks: [
    usageInside('x_groq'),
    keys('Groq refuses this key', { logprobs: null, top_logprobs: null, logit_bias: null }),
  ],
  keyVariable: 'GROQ_API_KEY',
  dataPolicy: {
    retention: retained(30, 'https://console.groq.com/docs/your-data'),
    note: 'Inference requests are not retained except to investigate failures and abuse; Data Controls of the account turn that off.',
  },
})
