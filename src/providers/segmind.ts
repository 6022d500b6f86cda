/** Segmind: the model stands in the address. docs.segmind.com/api-reference */
import { header } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const segmind = defineProvider({
  id: 'segmind',
  name: 'Segmind',
  origin: 'https://api.segmind.com',
  speaks: { 'segmind-images': '/v1/{model}' },
  rawBase: '/v1',
  authenticate: header('x-api-key'),
  keyVariable: 'SEGMIND_API_KEY',
})
