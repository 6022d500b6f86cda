/** MonsterAPI. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const monsterapi = defineProvider({
  id: 'monsterapi',
  name: 'MonsterAPI',
  origin: 'https://llm.monsterapi.ai',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
})
