/** MiniMax, international; mainland accounts set a custom host. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const minimax = defineProvider({
  id: 'minimax',
  name: 'MiniMax',
  origin: 'https://api.minimax.io',
  speaks: {
    'openai-chat': '/v1/chat/completions',
    'openai-responses': '/v1/responses',
    'anthropic-messages': '/anthropic/v1/messages',
  },
  authenticate: bearer(),
  keyVariable: 'MINIMAX_API_KEY',
})
