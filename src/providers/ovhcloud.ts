/** OVHcloud AI Endpoints. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const ovhcloud = defineProvider({
  id: 'ovhcloud',
  name: 'OVHcloud AI Endpoints',
  origin: 'https://oai.endpoints.kepler.ai.cloud.ovh.net',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
  keyVariable: 'OVH_AI_ENDPOINTS_ACCESS_TOKEN',
})
