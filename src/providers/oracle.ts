/** Oracle Cloud Generative AI, by its OpenAI-compatible endpoints and a Generative AI API key. docs.oracle.com/en-us/iaas/Content/generative-ai/openai-compatible-api.htm */
import { bearer } from './auth/headers.ts'
import { defineProvider } from './provider.ts'

export const oracle = defineProvider({
  id: 'oracle',
  name: 'Oracle Cloud Generative AI',
  origin: 'https://inference.generativeai.{oracle_region}.oci.oraclecloud.com',
  settingDefaults: { oracle_region: 'us-chicago-1' },
  speaks: { 'openai-chat': '/openai/v1/chat/completions', 'openai-responses': '/openai/v1/responses' },
  /** Models are listed by another service with another kind of credential. */
  modelList: null,
  authenticate: bearer(),
})
