/** Snowflake Cortex, in the account of the integration; the key is a programmatic access token or a key pair's JWT. */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const cortex = defineProvider({
  id: 'cortex',
  name: 'Snowflake Cortex',
  origin: 'https://{snowflake_account}.snowflakecomputing.com',
  speaks: { 'openai-chat': '/api/v2/cortex/v1/chat/completions' },
  modelList: null,
  authenticate: bearer(),
})
