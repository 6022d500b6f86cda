/** Tripo (3D models): its own paths are passed on. platform.tripo3d.ai/docs */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const tripo3d = defineProvider({
  id: 'tripo3d',
  name: 'Tripo 3D',
  origin: 'https://api.tripo3d.ai',
  speaks: {},
  rawBase: '/v2/openapi',
  authenticate: bearer(),
})
