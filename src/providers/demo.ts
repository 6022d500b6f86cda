/** The simulated model of a first start: the local upstream client answers this origin inside the process; nothing leaves it. */
import { none } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const demo = defineProvider({
  id: 'demo',
  name: 'Demo (simulated, no account needed)',
  origin: 'https://demo.sluice.internal',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: none(),
})
