/** Milvus and Zilliz, a vector database: its own paths are passed on. milvus.io/api-reference/restful */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const milvus = defineProvider({
  id: 'milvus',
  name: 'Milvus',
  speaks: {},
  rawBase: '',
  authenticate: bearer(),
})
