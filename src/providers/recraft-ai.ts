/** Recraft: images in OpenAI's shape. recraft.ai/docs */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const recraftAi = defineProvider({
  id: 'recraft-ai',
  name: 'Recraft',
  origin: 'https://external.api.recraft.ai',
  speaks: { 'openai-images': '/v1/images/generations' },
  authenticate: bearer(),
  aliases: ['recraft'],
  keyVariable: 'RECRAFT_API_TOKEN',
})
