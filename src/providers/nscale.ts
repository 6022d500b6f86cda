/** Nscale. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const nscale = defineProvider({
  id: 'nscale',
  name: 'Nscale',
  origin: 'https://inference.api.nscale.com',
  speaks: { 'openai-chat': '/v1/chat/completions', 'openai-images': '/v1/images/generations' },
  authenticate: bearer(),
  keyVariable: 'NSCALE_SERVICE_TOKEN',
})
