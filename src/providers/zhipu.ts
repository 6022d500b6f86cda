/** Zhipu AI (GLM models), mainland. */
import { bearer } from './auth.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens } from './quirks.ts'

export const zhipu = defineProvider({
  id: 'zhipu',
  name: 'Zhipu AI',
  origin: 'https://open.bigmodel.cn',
  speaks: { 'openai-chat': '/api/paas/v4/chat/completions', 'openai-embeddings': '/api/paas/v4/embeddings' },
  authenticate: bearer(),
  priceListId: 'zhipuai',
  quirks: [capIsMaxTokens],
  keyVariable: 'ZHIPUAI_API_KEY',
})
