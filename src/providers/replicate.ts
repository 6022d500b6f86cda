/** Replicate: predictions are made and fetched by its own paths, which are passed on. replicate.com/docs/reference/http */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const replicate = defineProvider({
  id: 'replicate',
  name: 'Replicate',
  origin: 'https://api.replicate.com',
  speaks: {},
  rawBase: '/v1',
  authenticate: bearer(),
})
