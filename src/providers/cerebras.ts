/** Cerebras. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { keys } from './quirks.ts'

export const cerebras = defineProvider({
  id: 'cerebras',
  name: 'Cerebras',
  origin: 'https://api.cerebras.ai',
  speaks: { 'openai-chat': '/v1/chat/completions', 'openai-completions': '/v1/completions' },
  authenticate: bearer(),
  quirks: [
    keys('Cerebras refuses this key', {
      frequency_penalty: null,
      presence_penalty: null,
      logit_bias: null,
      parallel_tool_calls: null,
      service_tier: null,
    }),
  ],
  keyVariable: 'CEREBRAS_API_KEY',
})
