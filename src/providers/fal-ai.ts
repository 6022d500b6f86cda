/** fal: each model has a path of its own (`/fal-ai/flux/dev`), which is passed on. docs.fal.ai/model-apis */
import { header } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const falAi = defineProvider({
  id: 'fal-ai',
  name: 'fal',
  origin: 'https://fal.run',
  speaks: {},
  rawBase: '',
  authenticate: header('authorization', 'Key '),
})
