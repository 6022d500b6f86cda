/** Moonshot AI (Kimi), mainland; international accounts set a custom host. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'
import { developerIsSystem } from './quirks.ts'

export const moonshot = defineProvider({
  id: 'moonshot',
  name: 'Moonshot AI',
  origin: 'https://api.moonshot.cn',
  speaks: { 'openai-chat': '/v1/chat/completions' },
  authenticate: bearer(),
  quirks: [developerIsSystem],
  priceListId: 'moonshotai',
  keyVariable: 'MOONSHOT_API_KEY',
})
