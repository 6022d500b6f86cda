/** vLLM, a server of your own. */
import { bearer } from './auth.ts'
import { defineProvider } from './provider.ts'

export const vllm = defineProvider({
  id: 'vllm',
  name: 'vLLM',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
})
