/** An OpenAI-compatible server on Modal; its address is that of the deployment. Proxy tokens go into custom_headers. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const modal = defineProvider({
  id: 'modal',
  name: 'Modal',
  speaks: { 'openai-chat': '/v1/chat/completions', 'openai-completions': '/v1/completions' },
  authenticate: bearer(),
})
