/** Meshy (3D models): its own paths with their version (`/v2/text-to-3d`) are passed on. docs.meshy.ai/en/api */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const meshy = defineProvider({
  id: 'meshy',
  name: 'Meshy',
  origin: 'https://api.meshy.ai',
  speaks: {},
  rawBase: '/openapi',
  authenticate: bearer(),
})
