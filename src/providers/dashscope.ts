/** Alibaba DashScope (Qwen), international; mainland accounts set a custom host. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { capIsMaxTokens, developerIsSystem } from './quirks.ts'

export const dashscope = defineProvider({
  id: 'dashscope',
  name: 'Alibaba DashScope',
  origin: 'https://dashscope-intl.aliyuncs.com',
  speaks: {
    'openai-chat': '/compatible-mode/v1/chat/completions',
    'float-embeddings': '/compatible-mode/v1/embeddings',
  },
  authenticate: bearer(),
  quirks: [developerIsSystem, capIsMaxTokens],
  keyVariable: 'DASHSCOPE_API_KEY',
})
