/** GitHub Models. A token for code is no consent to spend, so none is taken from the environment. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const github = defineProvider({
  id: 'github',
  name: 'GitHub Models',
  origin: 'https://models.github.ai',
  speaks: { 'openai-chat': '/inference/chat/completions', 'openai-embeddings': '/inference/embeddings' },
  modelList: { path: '/catalog/models' },
  authenticate: bearer(),
})
