/** Databricks model serving, in the workspace of the integration (`dbc-…`); workspaces on Azure or Google Cloud set a custom host. */
import { bearer } from './auth/headers.ts'
import { namesIn } from './model-list.ts'
import { defineProvider } from './provider.ts'

export const databricks = defineProvider({
  id: 'databricks',
  name: 'Databricks',
  origin: 'https://{databricks_workspace}.cloud.databricks.com',
  speaks: {
    'openai-chat': '/serving-endpoints/chat/completions',
    'openai-completions': '/serving-endpoints/completions',
    'float-embeddings': '/serving-endpoints/embeddings',
  },
  modelList: { path: '/api/2.0/serving-endpoints', read: namesIn('endpoints', 'name') },
  authenticate: bearer(),
})
